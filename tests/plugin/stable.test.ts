import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Container, KV, Log, Metric, Secret } from "../../components";
import { pulumiHome, steps } from "./harness";

const script = `
    require("node:http").createServer((_, response) => {
        const { GREETING, TOKEN, CERT_FILE } = process.env;
        response.end(JSON.stringify({ GREETING, TOKEN, file: require("node:fs").readFileSync(CERT_FILE, "utf8") }));
    }).listen(process.env.PORT, process.env.HOST);
`;

describe("a preview of an update", function () {
    this.timeout(180_000);
    let home: ReturnType<typeof pulumiHome>;
    const context = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-context-"));
    before(() => {
        home = pulumiHome({ MVI_KINDS: "" });
        fs.writeFileSync(path.join(context, "index.js"), script);
    });
    after(async () => {
        await home.close();
        fs.rmSync(context, { recursive: true });
    });

    it("shows what changes, and not what only uses it; a secret's new value shows with its users", async () => {
        let [greeting, token, versioned, admin] = ["hello", "one", false, false];
        const stack = await home.stack(async () => {
            const secret = new Secret("token", { value: pulumi.secret(token) });
            const blob = new Blob("uploads", { versioned });
            const uses = [blob, new KV("carts", { partitionKey: "id" }), secret, secret.asFile().as("CERT")];
            const build = { context };
            const command = ["node", "index.js"];
            const ports = { http: { port: 80 }, ...(admin ? { admin: { port: 81 } } : {}) };
            const env = { GREETING: greeting };
            const api = new Container("api", { build, command, ports, env, uses });
            const book = [new Metric("orders", {}), new Log("book", {})];
            const sidecar = { build, command: ["tail", "-f", "/dev/null"], uses: [secret] };
            const file = ["sh", "-c", "exec node index.js"];
            const web = new Container("web", {
                build,
                command: file,
                port: 80,
                public: true,
                uses: [api, secret.asFile().as("CERT"), ...book],
                sidecars: { beside: sidecar },
            });
            return { api: api.url, web: web.url };
        });
        const { outputs } = await stack.up();
        const ask = async (name: string): Promise<unknown> => (await fetch(outputs[name].value as string)).json();
        expect(await ask("api")).to.deep.equal({ GREETING: "hello", TOKEN: "one", file: "one" });
        const preview = async (): Promise<string[]> => {
            const events: EngineEvent[] = [];
            await stack.preview({ onEvent: (event) => events.push(event) });
            return steps(events).sort();
        };
        const up = async (): Promise<string[]> => {
            const events: EngineEvent[] = [];
            await stack.up({ onEvent: (event) => events.push(event) });
            return steps(events).sort();
        };
        expect(await preview()).to.deep.equal([]);

        greeting = "good day";
        expect(await preview()).to.deep.equal(["update api"]);
        expect(await up()).to.deep.equal(["update api"]);
        expect(await ask("api")).to.include({ GREETING: "good day" });
        versioned = true;
        expect(await preview()).to.deep.equal(["update uploads"]);
        versioned = false;

        token = "two";
        const users = ["update api", "update token", "update web"];
        expect(await preview()).to.deep.equal(users);
        expect(await up()).to.deep.equal(users);
        expect(await ask("api")).to.deep.equal({ GREETING: "good day", TOKEN: "two", file: "two" });
        expect(await ask("web")).to.deep.equal({ file: "two" });
        expect(await preview()).to.deep.equal([]);

        admin = true; // another address for those who use it: it is not known yet
        expect(await preview()).to.deep.equal(["update api", "update web"]);
        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
    });
});
