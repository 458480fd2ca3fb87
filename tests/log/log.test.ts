import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import * as os from "node:os";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { type Kind, type LogLine, Refusal } from "../../agent/kind";
import { startExport } from "../../agent/log/export";
import { logKind } from "../../agent/log/kind";
import { openLogStore, type LogStoreOptions } from "../../agent/log/store";
import { type DataKeys, type LogQuery, type LogStore } from "../../agent/log/types";
import { testHost, until } from "../process/host";
import { FakeClock } from "../metric/fake-clock";

describe("logs", () => {
    let dir: string;
    const stores: LogStore[] = [];
    const open = (options: LogStoreOptions = {}): LogStore => {
        const store = openLogStore(dir, options);
        stores.push(store);
        return store;
    };
    const line = (text: string, time = Date.now(), source = "web/1"): LogLine => ({
        time,
        source,
        stream: "stdout",
        text,
    });
    const texts = async (store: LogStore, query?: LogQuery): Promise<string[]> => {
        const found = [];
        for await (const { text } of store.query(query)) found.push(text);
        return found;
    };
    const segments = (log: string): string[] =>
        fs
            .readdirSync(path.join(dir, log))
            .filter((name) => name.endsWith(".log"))
            .sort();

    beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-log-"))));
    afterEach(() => {
        stores.splice(0).forEach((store) => store.stop());
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("finds lines by log, source, time and text, in both orders, over segments", async () => {
        const store = open({ segmentBytes: 400 });
        const start = Date.now() - 100_000;
        for (let index = 0; index < 50; index++) {
            store.append("app", line(`line ${index} äöü "x"\t\\`, start + index, index % 2 ? "web/1" : "db/2"));
            if (index % 5 === 0) store.flush();
        }
        store.append("other", line("elsewhere", start + 10));
        expect(segments("app").length).to.be.greaterThan(3);
        expect(await texts(store, { log: "app" })).to.have.length(50);
        expect(await texts(store, { log: "app", limit: 2, order: "desc" })).to.deep.equal([
            'line 49 äöü "x"\t\\',
            'line 48 äöü "x"\t\\',
        ]);
        expect(await texts(store, { source: "web", from: start + 10, to: start + 14 })).to.have.length(3); // 11, 13, elsewhere
        expect(await texts(store, { log: "app", text: "line 7 " })).to.have.length(1);
        expect(await texts(store, { text: /line \d /g })).to.have.length(10);
        expect((await texts(store, { limit: 12 })).at(-1)).to.equal("elsewhere"); // merged by time
        expect(await texts(store, { log: "none" })).to.deep.equal([]);
        expect(await texts(store, { limit: 0 })).to.deep.equal([]);
    });

    it("has all lines after it was opened again, and keeps their order when the clock was set back", async () => {
        const clock = new FakeClock(Date.now());
        const first = open({ clock });
        first.append("app", line("one", clock.now() - 5000));
        first.stop();
        clock.time -= 3_600_000;
        const second = open({ clock });
        second.append("app", line("two", clock.now()));
        second.append("app", line("three", clock.now()));
        second.stop();
        const names = segments("app");
        expect(fs.readFileSync(path.join(dir, "app", names[0]), "utf8")).to.contain("one");
        expect(fs.readFileSync(path.join(dir, "app", names[1]), "utf8")).to.contain("two");
        expect((await texts(open({ clock }))).sort()).to.deep.equal(["one", "three", "two"]);
    });

    it("loses at most the last second by kill -9, and leaves a torn line out", async () => {
        const child = spawn(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "writer.ts"), dir], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        let written = "";
        child.stdout.on("data", (chunk: Buffer) => (written += chunk.toString()));
        await until(() => written.split("\n").length > 30);
        const atLeast = Number(written.trim().split("\n")[9]); // written at least 20 reports, 50 ms each, before the end
        child.kill("SIGKILL");
        await new Promise((resolve) => child.once("exit", resolve));
        const [name] = segments("app").slice(-1);
        fs.appendFileSync(path.join(dir, "app", name), '[1234567,"web/1","stdout","torn');
        const store = open();
        const found = await texts(store, { limit: 1e9 });
        expect(found.length).to.be.at.least(atLeast);
        expect(found).to.deep.equal(found.map((_, index) => `line ${index}`));
        store.append("app", line("after"));
        expect((await texts(store, { limit: 1e9 })).at(-1)).to.equal("after");
    });

    it("forgets by age and by size", async () => {
        const store = open({ segmentBytes: 1000 });
        store.declare("small", { maxBytes: 5000, retentionDays: 2 });
        for (let index = 0; index < 300; index++) {
            store.append("small", line(`line ${index} ${"x".repeat(80)}`));
            store.flush();
        }
        const [info] = store.list();
        expect(info.bytes).to.be.within(3000, 7500);
        expect((await texts(store)).at(-1)).to.contain("line 299");
        store.append("small", line("old", Date.now() - 3 * 86_400_000));
        expect(await texts(store, { text: "old" })).to.deep.equal([]); // in a young segment, but too old itself
        store.close("small");
        const old = (Date.now() - 3 * 86_400_000) / 1000;
        for (const name of segments("small")) fs.utimesSync(path.join(dir, "small", name), old, old);
        store.declare("small", { retentionDays: 4 });
        expect(segments("small")).to.not.be.empty;
        store.declare("small", { retentionDays: 2 });
        expect(segments("small")).to.be.empty;
    });

    it("goes on after the disk was full: counts what it lost, and says so once", async function () {
        if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip(); // needs to mount a small disk
        const mount = spawn("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", dir], { stdio: "ignore" });
        if ((await new Promise((resolve) => mount.once("exit", resolve).once("error", () => resolve(1)))) !== 0)
            this.skip();
        try {
            const reports: string[] = [];
            const store = open({ report: (text) => reports.push(text) });
            for (let index = 0; index < 500; index++) {
                store.append("app", line(`line ${index} ${"x".repeat(1000)}`));
                if (index % 20 === 0) store.flush();
            }
            store.flush();
            const { dropped } = store.list()[0];
            expect(dropped).to.be.within(200, 400);
            expect(reports.filter((text) => text.includes("lost"))).to.have.length(1);
            expect(await texts(store)).to.have.length(500 - dropped);
            store.close("app");
            fs.rmSync(path.join(dir, "app", segments("app")[0]));
            store.append("app", line("again"));
            expect(await texts(store)).to.deep.equal(["again"]);
            expect(reports.at(-1)).to.contain(`written again; ${dropped} lines were lost`);
            store.stop();
        } finally {
            await new Promise((resolve) => spawn("umount", [dir]).once("exit", resolve));
        }
    });

    it("tails live, and survives a listener that fails", () => {
        const reports: string[] = [];
        const store = open({ report: (text) => reports.push(text) });
        const seen: string[] = [];
        const stop = store.tail("app", ({ text }) => seen.push(text));
        store.tail("app", () => {
            throw new Error("broken");
        });
        store.append("app", line("a"));
        store.append("app", line("b"));
        stop();
        store.append("app", line("c"));
        expect(seen).to.deep.equal(["a", "b"]);
        expect(reports).to.have.length(1);
    });

    it("keeps odd names apart, in its own folder", async () => {
        const store = open();
        for (const name of ["../up", "a/b", "a%2Fb", ".", "..", "A~*'"]) store.append(name, line(name));
        store.stop();
        const again = open();
        expect(
            again
                .list()
                .map(({ name }) => name)
                .sort(),
        ).to.deep.equal(["../up", "a/b", "a%2Fb", ".", "..", "A~*'"].sort());
        for (const { name } of again.list()) expect(await texts(again, { log: name })).to.deep.equal([name]);
        expect(fs.existsSync(path.join(dir, "..", "up"))).to.equal(false);
        again.forget("../up");
        expect(again.list()).to.have.length(5);
    });

    describe("kind", () => {
        const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };
        const sealing: DataKeys = {
            generateDataKey: () => {
                const plain = randomBytes(32);
                return { plain, sealed: `sealed:${plain.toString("base64")}` };
            },
            openDataKey: (_who, keyId, sealed) => {
                if (keyId !== "main") throw new Error(`no key ${keyId}`);
                return Buffer.from(sealed.slice(7), "base64");
            },
        };

        it("encrypts segments under a key, refuses without one, and shows a change", async () => {
            const host = testHost();
            const store = open({ keys: () => sealing });
            const kind = logKind(host, store);
            const refused = await kind
                .apply("app", { name: "app", retentionDays: 7, key: "main", forceDestroy: false }, call)
                .catch((error: Error) => error);
            expect(refused).to.be.instanceOf(Refusal);
            host.kinds.set("Key", sealing as unknown as Kind);
            store.append("app", line("before, in plain"));
            await kind.apply("app", { name: "app", retentionDays: 7, key: "main", forceDestroy: false }, call);
            for (let index = 0; index < 5; index++) {
                store.append("app", line(`secret ${index}`));
                store.flush();
            }
            expect(
                segments("app").map((name) => fs.readFileSync(path.join(dir, "app", name), "utf8").includes("secret")),
            ).to.deep.equal([false, false]);
            store.stop();
            // the agent starts: lines come before the key does, and do not go to the disk in plain
            const again = open({ keys: () => sealing });
            again.append("app", line("secret early"));
            again.flush();
            await logKind(host, again).apply(
                "app",
                { name: "app", retentionDays: 7, key: "main", forceDestroy: false },
                { ...call, restoring: true },
            );
            expect(await texts(again)).to.deep.equal([
                "before, in plain",
                "secret 0",
                "secret 1",
                "secret 2",
                "secret 3",
                "secret 4",
                "secret early",
            ]);
            const file = path.join(dir, "app", segments("app")[1]);
            const [head, first, second, ...rest] = fs.readFileSync(file, "utf8").split("\n");
            expect(
                segments("app").some((name) => fs.readFileSync(path.join(dir, "app", name), "utf8").includes("early")),
            ).to.equal(false);
            fs.writeFileSync(file, [head, second, first, ...rest].join("\n"));
            expect(await texts(again).catch((error: Error) => error.message)).to.contain("was changed on disk");
            host.clean();
        });

        it("counts lines into a metric, and tells subscribers in batches, again when they failed", async () => {
            const got: { log: string; lines: LogLine[] }[] = [];
            let failing = true;
            const server = createServer((request, response) => {
                let body = "";
                request.on("data", (chunk: Buffer) => (body += chunk.toString()));
                request.on("end", () => {
                    if (!failing) got.push(JSON.parse(body) as (typeof got)[number]);
                    response.writeHead(failing ? 503 : 204).end();
                    failing = false;
                });
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            const { port } = server.address() as { port: number };
            const counted: unknown[] = [];
            const host = {
                ...testHost(),
                metrics: { count: (...args: unknown[]) => counted.push(args), gauge: () => 0, observe: () => 0 },
            };
            const store = open();
            const kind = logKind(host as never, store);
            await kind.apply(
                "app",
                {
                    name: "app",
                    retentionDays: 7,
                    forceDestroy: false,
                    filters: [
                        { metric: "errors", pattern: "^ERROR\\b" },
                        { metric: "cost", contains: "(sold", value: 5 },
                    ],
                    subscribers: [{ url: `http://127.0.0.1:${port}/in` }],
                },
                call,
            );
            for (const text of ["ERROR one", "fine", "(sold", "no ERROR"]) store.append("app", line(text));
            expect(counted).to.deep.equal([
                ["errors", 1],
                ["cost", 5],
            ]);
            await until(() => got.length > 0);
            expect(got[0].lines.map(({ text }) => text)).to.deep.equal(["ERROR one", "fine", "(sold", "no ERROR"]);
            await kind.stop();
            store.append("app", line("ERROR late"));
            expect(counted).to.have.length(2);
            expect(host.reports.filter((text) => text.includes("503"))).to.have.length(1);
            server.close();
            host.clean();
        });

        it("is guarded while it holds lines", async () => {
            const store = open();
            const kind = logKind(testHost(), store);
            const inputs = { name: "app", retentionDays: 7, forceDestroy: false };
            await kind.apply("app", inputs, call);
            await kind.remove("app", inputs);
            expect(store.list(), "an empty one may go").to.deep.equal([]);
            await kind.apply("app", inputs, call);
            store.append("app", line("kept"));
            const refused = await kind.remove("app", inputs).catch((error: Error) => error);
            expect(refused).to.be.instanceOf(Refusal).and.have.property("message").that.contains("`protect: false`");
            expect(await texts(store)).to.deep.equal(["kept"]);
            await kind.remove("app", { ...inputs, forceDestroy: true });
            expect(store.list()).to.deep.equal([]);
        });

        it("refuses what cannot be", async () => {
            const kind = logKind(testHost(), open());
            for (const bad of [
                { retentionDays: 0 },
                { filters: [{ metric: "m", pattern: "(" }] },
                { filters: [{ metric: "m" }] },
                { subscribers: [{ url: "http://example.com" }] },
                { subscribers: [{ url: "http://127.0.0.1.example.com" }] },
            ]) {
                const { faults } = await kind.check!({ name: "app", retentionDays: 7, forceDestroy: false, ...bad });
                expect(faults, JSON.stringify(bad)).to.have.length(1);
            }
        });

        it("exports what is new to a bucket, and once more under the same name when that failed", async () => {
            const clock = new FakeClock(Date.now());
            const store = open({ clock });
            const objects = new Map<string, string>();
            let fails = 1;
            const options = {
                store,
                log: "app",
                hours: 1,
                state: path.join(dir, "export.json"),
                clock,
                report: () => undefined,
                bucket: async (key: string, body: Buffer) => {
                    if (fails-- > 0) throw new Error("no bucket");
                    objects.set(key, gunzipSync(body).toString());
                },
            };
            store.append("app", line("one"));
            const end = startExport(options);
            await new Promise((resolve) => setTimeout(resolve, 50));
            expect(objects.size).to.equal(0);
            clock.advance(60_000);
            await until(() => objects.size === 1);
            expect([...objects][0][0]).to.match(/^app\/\d{4}\/\d\d\/\d\d\/\d{14}-\d{6}\.jsonl\.gz$/);
            expect(JSON.parse([...objects][0][1])).to.include({ text: "one", source: "web/1" });
            await until(() => fs.readFileSync(options.state, "utf8").includes(`"time":${clock.now()}`));
            store.append("app", line("two"));
            clock.advance(1_800_000);
            end();
            const endAgain = startExport(options); // the agent was started again
            clock.advance(1_800_000);
            await until(() => objects.size === 2);
            endAgain();
        });
    });
});
