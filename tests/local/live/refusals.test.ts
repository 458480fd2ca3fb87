import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { App, Blob, Container, Database, Image, Job, Key, KV, LoadBalancer, Log, Secret } from "../../../components";
import { missingServer } from "../../../agent/database/missing";
import { refusal } from "../../agent/harness";
import { ask, type Live, live, probeIn } from "./support";

describe("what would lose something, on this machine for real", function () {
    this.timeout(240_000);
    this.bail(true);
    let stack: Live;
    let folder: string;
    /** Guarded by `protect`, by form: those that the engine guards, and those that guard the data in them. */
    const guarded = { engine: true, data: true };
    let job: "once" | "fail" | undefined;

    before(async () => {
        stack = await live(async () => {
            const [mine, own] = [{ protect: guarded.engine }, { protect: guarded.data }];
            const image = new Image("probe", { context: path.relative("", folder) });
            new Key("vault", mine);
            new Secret("token", { value: pulumi.secret("planted"), ...mine });
            new Log("book", mine);
            new LoadBalancer("front", { redirects: [{ to: "https://example.com/" }], ...mine });
            const uses = [new Blob("uploads", own), new KV("visits", own)];
            const db = new Database("db", { engine: "postgres", ...own });
            const web = new Container("web", { image, port: 3000, health: "/healthz", uses: [...uses, db] });
            const command = ["node", "probe.js", job ?? ""];
            const env = { REASON: "no such column", GREETING: "done" };
            if (job) new Job("migrate", { image, command, env, once: true, retries: 0 });
            return { url: web.url };
        });
        folder = probeIn(stack.home.root);
    });
    after(() => stack.close());

    it("a job that must succeed first, and does not, fails the up with what it said last", async () => {
        job = "fail";
        const { message } = await refusal(stack.up());
        expect(message).to.match(/Job migrate: failed, exit code 3 \(attempt 1 of 1\)\s+it cannot be: no such column/);
        job = "once";
        await stack.up();
        await stack.line("migrate-log", "once: done");
        await stack.unchanged();
    });

    it("protect: what has it is not destroyed", async () => {
        const { message } = await refusal(stack.stack.destroy({ continueOnError: true }));
        expect(message).to.match(/Key vault: .*protect: false/);
        expect(message).to.match(/Secret token: .*protect: false/);
        expect(message).to.match(/::front" cannot be deleted\s+because it is protected/);
    });

    it("protect: nor is what holds data, and it says which switch lets it go", async () => {
        guarded.engine = false;
        const { url } = (await stack.up()).outputs;
        await ask(url.value as string, "put", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a", "hello");
        await ask(url.value as string, "putItem", "$VISITS_URL", "$VISITS_TABLE", "a", "hello");
        await ask(url.value as string, "sql", "$DB_URL", "create table words (word text)");
        const { message } = await refusal(stack.stack.destroy({ continueOnError: true }));
        expect(message).to.match(/Bucket uploads: it holds 1 object .*protect: false/);
        expect(message).to.match(/Table visits: .*protect: false/);
        expect(message).to.match(/Database db: .*protect: false/);
        const again = (await stack.up()).outputs.url.value as string;
        expect(await ask(again, "get", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a")).to.equal("hello");
        expect(await ask(again, "getItem", "$VISITS_URL", "$VISITS_TABLE", "a")).to.equal("hello");
        expect(await ask(again, "sql", "$DB_URL", "select * from words")).to.deep.equal([]);
    });

    it("without it all goes", async () => {
        guarded.data = false;
        await stack.up();
        await stack.stack.destroy();
        await stack.nothingLeft();
    });
});

describe("what this machine lacks", function () {
    this.timeout(120_000);

    it("is refused before anything is made: a folder to build that is not here, with all else", async () => {
        const stack = await live(async () => {
            new App("shop", {
                blobs: { first: {} },
                containers: {
                    web: { build: "./exampels", port: 80, sidecars: { mail: { build: { context: "README.md" } } } },
                },
                jobs: { nightly: { build: "./nowhere/at/all", schedule: "0 25 * * *" } },
            });
        });
        try {
            const { message } = await refusal(stack.stack.up());
            expect(message).to.match(
                /containers\.web\.build: is not there: .*"\.\/exampels": did you mean "examples"\?/,
            );
            expect(message).to.match(/web\.sidecars\.mail\.build\.context: is no folder: .*README\.md/);
            expect(message).to.match(/jobs\.nightly\.build: is not there: .*nowhere\/at\/all.*: name one from \//);
            expect(message).to.match(/jobs\.nightly\.schedule: must have an hour/);
            await stack.nothingLeft();
        } finally {
            await stack.close();
        }
    });

    it("is refused before anything is made: a database whose server is not here", async function () {
        const version = ["16", "17"].find((each) => missingServer("postgres", each, []));
        if (!version) return this.skip(); // all of them are installed
        const stack = await live(async () => {
            new App("shop", { blobs: { first: {} }, databases: { db: { engine: "postgres", version } } });
        });
        try {
            const { message } = await refusal(stack.stack.up());
            expect(message).to.match(
                new RegExp(`databases\\.db\\.version: is not on this machine, .*but got "${version}"`),
            );
            expect(message).to.match(/choose 18.*, or install it: /);
            await stack.nothingLeft();
        } finally {
            await stack.close();
        }
    });
});
