import { expect } from "chai";
import { everything } from "../../../examples/everything";
import { until } from "../../agent/harness";
import { type Live, live, patience } from "./support";

const token = "planted-token-value";
const material = Buffer.from("planted-material-of-32-bytes-len").toString("base64");

describe("every component with every argument, for real", function () {
    this.timeout(240_000);
    this.bail(true);
    let stack: Live;
    let outputs: Record<string, never>;
    before(async () => {
        stack = await live(async () => everything(), {
            "everything:token": { secret: token },
            "everything:material": { secret: material },
            "everything:domain": "shop.example.com",
        });
    });
    after(() => stack.close());

    it("is made", async () => {
        const made = await stack.up();
        outputs = Object.fromEntries(Object.entries(made.outputs).map(([key, { value }]) => [key, value as never]));
        const local = "127\\.0\\.0\\.1:\\d+";
        expect(outputs.url).to.match(/^http:\/\/localhost:\d+$/);
        expect(outputs.front).to.match(/^http:\/\/localhost:\d+$/);
        expect(outputs.address).to.equal("127.0.0.1");
        expect(outputs.api).to.match(new RegExp(`^http://${local}$`));
        expect(outputs.packed).to.equal(undefined);
        expect(outputs.machines).to.match(new RegExp(`^tcp://${local}$`));
        expect(outputs.network).to.equal("loopback");
        expect(outputs.database).to.have.property("host", "127.0.0.1");
        expect(outputs.database).to.have.property("port").that.is.a("number");
        expect(outputs.digest).to.match(/^sha256:[0-9a-f]{64}$/);
        expect(outputs.reference).to.equal(`app@${String(outputs.digest)}`);
        expect(outputs.uploads).to.match(/^s3:\/\/uploads\?region=local&endpoint=http/);
        expect(outputs.carts).to.match(
            /^dynamodb:\/\/carts\?region=local&.*partition_key=customer&sort_key=at&ttl=gone$/,
        );
        expect(outputs.vault).to.match(/^awskms:\/\/vault\?/);
        expect(outputs.ids).to.deep.equal([
            "vault",
            "token",
            "archive",
            "carts",
            "db",
            "orders",
            "book",
            "migrate",
            "nightly",
            "recount",
        ]);
    });

    it("has no changes in a second preview", () => stack.unchanged());

    it("answers as it was told to", async () => {
        const web = (await (await fetch(outputs.url)).json()) as { names: string[] };
        expect(web).to.include({ greeting: "hello", colour: "blue", path: "/", token: token.length });
        expect(web.names).to.include.members([
            "API_URL",
            "ARCHIVE_BUCKET",
            "BASKETS_TABLE",
            "BASKETS_URL",
            "BOOK_NAME",
            "BROUGHT_ID",
            "DB_HOST",
            "DB_NAME",
            "DB_PASSWORD",
            "DB_PORT",
            "DB_URL",
            "DB_USER",
            "ORDERS_NAME",
            "ORDERS_URL",
            "SIGNER_URL",
            "TOKEN_FILE",
            "UPLOADS_BUCKET",
            "UPLOADS_URL",
            "VAULT_ID",
        ]);
        expect(await (await fetch(outputs.api)).json()).to.include({ greeting: "welcome" });
        expect(await (await fetch(outputs.front)).json()).to.include({ colour: "blue" });
    });

    it("its jobs, sidecars and machines have run", async () => {
        await stack.line("book", "counted errors in blue");
        await stack.line("book", "helper is there");
        await stack.line("packed-log", "packed is there");
        const counted = await until(
            "the filter has counted",
            async () => {
                const [to, step] = [Date.now() + 10_000, 60];
                const query = { name: "errors", from: to - 600_000, to, step, statistic: "sum" };
                const points = await stack.ask<{ value: number | null }[]>("metrics", query);
                return points.reduce((sum, { value }) => sum + (value ?? 0), 0);
            },
            patience,
        );
        expect(counted).to.equal(1);
    });

    it("leaves nothing when it is destroyed", async () => {
        await stack.stack.destroy();
        await stack.nothingLeft();
    });
});
