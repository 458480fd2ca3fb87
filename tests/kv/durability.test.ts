import { expect } from "chai";
import * as d from "@aws-sdk/client-dynamodb";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../agent/kind";
import { Store } from "../../agent/kv/store";
import { tableKind, type TableInputs } from "../../agent/kv/table";
import { restore, sweep } from "../../agent/kv/upkeep";
import { call, type TestHost, testHost } from "./host";

const inputs: TableInputs = {
    name: "t",
    partitionKey: { name: "id", type: "string" },
    pointInTimeRecovery: false,
    forceDestroy: false,
};

describe("the store of tables", () => {
    let host: TestHost;
    beforeEach(() => (host = testHost()));
    afterEach(() => {
        for (const server of servers.splice(0)) server.kill("SIGKILL");
        host.clean();
    });

    const clientOf = (endpoint: string): d.DynamoDBClient => {
        const identity = host.identities.issue("Container/web", [{ kind: "Table", id: "t", access: ["write"] }]);
        const credentials = { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey };
        return new d.DynamoDBClient({ endpoint, region: "local", maxAttempts: 1, credentials });
    };

    it("is refused when its file is damaged, which would end the agent, and is as it was with its backup", async () => {
        const file = join(host.folder("kv"), "tables.mdb");
        const definition = {
            name: "t",
            partitionKey: { name: "id", type: "string" as const },
            pointInTimeRecovery: false,
        };
        const open = () => Store.open(host.folder("kv"), host.vault);
        const store = open();
        await store.declare(definition);
        await store.close();
        expect(existsSync(`${file}-open`), "it is closed").to.equal(false);
        const whole = readFileSync(file);
        const damages = {
            "cut to half": whole.subarray(0, whole.length / 2),
            "cut in its first page": whole.subarray(0, 100),
            overwritten: Buffer.alloc(whole.length, "\0\xffgarbage{", "latin1"),
        };
        for (const [how, bytes] of Object.entries(damages)) {
            writeFileSync(file, bytes);
            writeFileSync(`${file}-open`, ""); // as after the end of an agent that had it open
            expect(open, how).to.throw(
                Refusal,
                /tables.mdb could not be read \(.+\): put its backup there, or remove it/,
            );
            expect(readFileSync(file).equals(bytes), how).to.equal(true);
        }
        writeFileSync(file, whole);
        const again = open();
        expect(again.tables().map(({ name }) => name)).to.deep.equal(["t"]);
        await again.close();
        rmSync(file);
        writeFileSync(`${file}-open`, ""); // killed before it made the file
        const fresh = open();
        expect(fresh.tables()).to.deep.equal([]);
        await fresh.close();
    });

    it("has what it had after a restart, at the same place", async () => {
        const first = tableKind(host);
        const made = await first.apply("t", inputs, call);
        const db = clientOf(made.endpoint);
        await db.send(
            new d.PutItemCommand({ TableName: "t", Item: { id: { S: "1" }, secret: { S: "planted-secret" } } }),
        );
        await first.stop();
        const second = tableKind(host);
        expect(await second.apply("t", inputs, { ...call, restoring: true })).to.deep.equal(made);
        const anew = clientOf(made.endpoint);
        const got = await anew.send(new d.GetItemCommand({ TableName: "t", Key: { id: { S: "1" } } }));
        anew.destroy();
        expect(got.Item?.secret).to.deep.equal({ S: "planted-secret" });
        db.destroy();
        await second.stop();
    });

    it("does not make a table anew whose data have gone: a read shows that, and an apply makes it", async () => {
        const first = tableKind(host);
        const outputs = await first.apply("t", inputs, call);
        await first.stop();
        rmSync(join(host.root, "kv"), { recursive: true });
        const second = tableKind(host);
        expect(await second.apply("t", inputs, { ...call, previous: inputs, restoring: true })).to.deep.equal(outputs);
        expect(host.reports.join()).to.include("Table t: its data are gone from the disk");
        expect(await second.read("t", { inputs, outputs })).to.equal(undefined);
        expect(await second.apply("t", inputs, { ...call, previous: inputs })).to.deep.equal(outputs);
        expect(await second.read("t", { inputs, outputs })).to.deep.equal({ inputs, outputs });
        await second.stop();
    });

    it("keeps items sealed, in files that are the owner's only, and none after the last table", async () => {
        const kind = tableKind(host);
        const { endpoint } = await kind.apply("t", { ...inputs, pointInTimeRecovery: true }, call);
        const db = clientOf(endpoint);
        for (const x of ["planted-secret", "planted-other"]) {
            await db.send(new d.PutItemCommand({ TableName: "t", Item: { id: { S: "known-key" }, x: { S: x } } }));
        }
        const folder = join(host.root, "kv");
        const files = readdirSync(folder).map((name) => join(folder, name));
        expect(files.length).to.be.greaterThan(0);
        expect(files.map((file) => (statSync(file).mode & 0o777).toString(8))).to.deep.equal(files.map(() => "600"));
        const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
        expect(bytes.includes("known-key"), "the search finds what is in the plain").to.equal(true);
        expect(bytes.includes("planted-")).to.equal(false);
        db.destroy();
        await kind.remove("t", { ...inputs, forceDestroy: true });
        expect(readdirSync(host.root)).to.not.include("kv");
        await kind.stop();
    });

    it("loses no write that was answered, however often it is killed", async function () {
        this.timeout(180_000);
        const port = await host.port("kv");
        const db = clientOf(`http://127.0.0.1:${port}`);
        const acknowledged = new Map<string, string>();
        const tried = { count: 0, acknowledged: 0 };
        for (let round = 0; round < 22; round++) {
            const server = await serve(host.root, port);
            let writing = true;
            const writers = Array.from({ length: 8 }, async (_, writer) => {
                for (let n = 0; writing; n++) {
                    const id = `${round}-${writer}-${n}`;
                    const value = `${id} ${"x".repeat(n % 2000)}`;
                    const Put = (suffix: string) => ({
                        TableName: "t",
                        Item: { id: { S: id + suffix }, value: { S: value } },
                    });
                    const Update = {
                        TableName: "t",
                        Key: { id: { S: "count" } },
                        UpdateExpression: "ADD n :n",
                        ExpressionAttributeValues: { ":n": { N: "1" } },
                    };
                    tried.count++;
                    try {
                        await db.send(
                            new d.TransactWriteItemsCommand({
                                TransactItems: [{ Put: Put("a") }, { Put: Put("b") }, { Update }],
                            }),
                        );
                    } catch {
                        return; // Killed meanwhile: it may be there or not.
                    }
                    tried.acknowledged++;
                    acknowledged.set(id, value);
                }
            });
            await new Promise((resolve) => setTimeout(resolve, 60 + 17 * (round % 9)));
            const ended = new Promise((resolve) => server.once("exit", resolve));
            server.kill("SIGKILL");
            await ended;
            writing = false;
            await Promise.all(writers);
        }
        const server = await serve(host.root, port);
        const found = new Map<string, string>();
        let count = 0;
        for await (const page of d.paginateScan({ client: db }, { TableName: "t" })) {
            for (const { id, n, value } of page.Items ?? []) {
                if (n) count = Number(n.N);
                else found.set(id.S ?? "", value.S ?? "");
            }
        }
        const lost = [...acknowledged].filter(
            ([id, value]) => found.get(`${id}a`) !== value || found.get(`${id}b`) !== value,
        );
        const halves = [...found.keys()].filter((id) => !found.has(id.slice(0, -1) + (id.endsWith("a") ? "b" : "a")));
        expect(lost).to.deep.equal([]);
        expect(halves).to.deep.equal([]);
        expect(acknowledged.size).to.be.greaterThan(200);
        expect(count).to.equal(found.size / 2);
        expect(count).to.be.within(tried.acknowledged, tried.count);
        db.destroy();
        const ended = new Promise((resolve) => server.once("exit", resolve));
        server.kill("SIGKILL");
        await ended;
    });

    it("refuses what the disk does not take, and serves on", async () => {
        const port = await host.port("kv");
        const db = clientOf(`http://127.0.0.1:${port}`);
        const server = await serve(host.root, port, 4096);
        const put = (id: string, size: number) =>
            db.send(new d.PutItemCommand({ TableName: "t", Item: { id: { S: id }, value: { S: "x".repeat(size) } } }));
        await put("first", 10);
        let refused: string | undefined;
        for (let n = 0; n < 100 && !refused; n++) refused = await refusalOf(put(`n${n}`, 300_000));
        expect(refused).to.equal("The disk of this machine is full, or fails: make room, and try again.");
        // What is rejected and heard by nobody ends a process a turn later.
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(await refusalOf(put("again", 300_000))).to.equal(refused);
        const { Item } = await db.send(new d.GetItemCommand({ TableName: "t", Key: { id: { S: "first" } } }));
        expect(Item?.value.S).to.equal("x".repeat(10));
        expect(server.exitCode).to.equal(null);
        db.destroy();
    });

    it("sweeps what has expired and nothing else, also after the attribute was changed", async () => {
        const store = Store.open(host.folder("kv"), host.vault);
        const definition = {
            name: "t",
            partitionKey: { name: "id", type: "string" },
            pointInTimeRecovery: false,
        } as const;
        const ids = () => [...store.range(store.table("t")!)].map(({ item }) => item.id.S);
        const put = (id: string, item: object) =>
            store.write((transaction) =>
                transaction.put(store.table("t")!, Buffer.from(`\0\0${id}`), { id: { S: id }, ...item }),
            );
        await store.declare({ ...definition, ttl: "until" });
        const now = 1_700_000_000_000;
        await put("past", { until: { N: "1699999999" } });
        await put("now", { until: { N: "1700000000" } });
        await put("future", { until: { N: "1700000001" } });
        await put("never", { until: { S: "1" } });
        await put("renewed", { until: { N: "1" } });
        await put("renewed", { until: { N: "1800000000" }, other: { N: "5" } });
        expect(await sweep(store, now)).to.equal(2);
        expect(ids()).to.deep.equal(["future", "never", "renewed"]);
        await store.declare({ ...definition, ttl: "other" });
        expect(await sweep(store, now + 1_000_000)).to.equal(1);
        expect(ids()).to.deep.equal(["future", "never"]);
        await store.declare(definition);
        expect(await sweep(store, now * 2)).to.equal(0);
        await store.close();
    });

    it("brings a table back as it was at a time", async () => {
        const store = Store.open(host.folder("kv"), host.vault);
        const definition = {
            name: "t",
            partitionKey: { name: "id", type: "string" },
            pointInTimeRecovery: true,
        } as const;
        await store.declare(definition);
        const write = (id: string, value?: string) =>
            store.write((transaction) => {
                const [table, key] = [store.table("t")!, Buffer.from(`\0\0${id}`)];
                if (value === undefined) transaction.delete(table, key);
                else transaction.put(table, key, { id: { S: id }, value: { S: value } });
            });
        const times: number[] = [];
        const states: Record<string, string>[] = [];
        const state: Record<string, string> = {};
        const take = async () => {
            times.push(Date.now());
            states.push({ ...state });
            await new Promise((resolve) => setTimeout(resolve, 3));
        };
        for (let step = 0; step < 120; step++) {
            const id = `k${(step * 7) % 11}`;
            if (step % 3 === 2) {
                await write(id);
                delete state[id];
            } else {
                await write(id, `v${step}`);
                state[id] = `v${step}`;
            }
            if (step % 24 === 5) await take();
        }
        await take();
        for (const [n, time] of times.entries()) {
            const name = `back${n}`;
            await store.declare({ ...definition, name, pointInTimeRecovery: false });
            expect(await restore(store, "t", time, name)).to.equal(Object.keys(states[n]).length);
            const back = [...store.range(store.table(name)!)].map(({ item }) => [item.id.S, item.value.S]);
            expect(Object.fromEntries(back)).to.deep.equal(states[n]);
        }
        const refused = async (task: Promise<unknown>) =>
            expect(await task.catch((error: Error) => error)).to.be.instanceOf(Error);
        await refused(restore(store, "t", times[0], "back0"));
        await store.declare({ ...definition, name: "fresh" });
        await refused(restore(store, "t", 5, "fresh"));
        await refused(restore(store, "back0", times[0], "fresh"));
        await store.forget("t", times[2]);
        await refused(restore(store, "t", times[1], "fresh"));
        expect(await restore(store, "t", times[3], "fresh")).to.equal(Object.keys(states[3]).length);
        await store.close();
    });
});

/** What it was refused with; undefined where it was not. */
const refusalOf = (task: Promise<unknown>) =>
    task.then(
        () => undefined,
        (error: Error) => error.message,
    );

const servers: ChildProcess[] = [];

/** @param largest - how large a file may become, in the shell's blocks: a write beyond that fails, as on a full disk */
async function serve(folder: string, port: number, largest?: number): Promise<ChildProcess> {
    const words = [process.execPath, "--require", "tsx/cjs", join(__dirname, "serve.ts"), folder, String(port)];
    // A shell that ignores the signal passes that on: the write is answered with an error then, as it should be.
    const limited = ["sh", "-c", `trap '' XFSZ; ulimit -f ${largest}; exec "$@"`, "sh", ...words];
    const [command, ...rest] = largest === undefined ? words : limited;
    const server = spawn(command, rest, { stdio: ["ignore", "pipe", largest === undefined ? "inherit" : "ignore"] });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
        server.stdout.once("data", () => resolve());
        server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    return server;
}
