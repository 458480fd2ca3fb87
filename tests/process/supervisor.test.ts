import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { nobody } from "../../agent/process/account";
import { type ProcessSpec, Supervised } from "../../agent/process/supervisor";
import { processRow } from "../../agent/process/table";
import { type TestHost, testHost, until } from "./host";

describe("process/supervisor", () => {
    let host: TestHost;
    const started: Supervised[] = [];

    beforeEach(() => {
        host = testHost();
    });
    afterEach(async () => {
        await Promise.all(started.splice(0).map((each) => each.stop(0)));
        host.clean();
    });

    const run = async (script: string, more: Partial<ProcessSpec> = {}) => {
        const spec: ProcessSpec = {
            id: "Test/a",
            command: [process.execPath, "-e", script],
            cwd: "/tmp",
            env: {},
            log: "a",
            source: "a/1",
            backoff: { firstMs: 50, mostMs: 200, resetMs: 60_000 },
            ...more,
        };
        const supervised = new Supervised(host, spec);
        started.push(supervised);
        await supervised.start();
        return supervised;
    };
    const alive = (pid: number) => processRow(pid)?.zombie === false;
    const text = () => host.lines.filter((line) => line.stream !== "system").map((line) => line.text);

    it("hands lines to the log, the long ones in pieces, and the last without a line break", async () => {
        const it = await run(
            `process.stdout.write("one\\ntwo\\r\\n\\nx"); process.stderr.write(Buffer.from([0x66, 0xff, 0x0a])); process.stdout.write("y".repeat(40000))`,
            { restart: "never" },
        );
        await it.exit();
        await until(() => text().join("").includes("yyyy") && text().length >= 7);
        const out = host.lines.filter((line) => line.stream === "stdout").map((line) => line.text);
        expect(out.slice(0, 3)).to.deep.equal(["one", "two", ""]);
        expect(out.slice(3).map((line) => line.length)).to.deep.equal([16384, 16384, 7233]);
        expect(host.lines.find((line) => line.stream === "stderr")?.text).to.equal("f\ufffd");
    });

    it("starts it again after each crash, with growing pauses", async () => {
        const it = await run(`process.exit(3)`);
        await until(() => it.restarts >= 3);
        expect(it.exits[0]).to.include({ code: 3, signal: null, reason: "exit code 3" });
        const pauses = host.lines.filter((line) => line.text.startsWith("starts again")).map((line) => line.text);
        expect(pauses.slice(0, 3)).to.deep.equal([
            "starts again in 0.05 s",
            "starts again in 0.1 s",
            "starts again in 0.2 s",
        ]);
    });

    it("starts it again after kill -9, and not after stop", async () => {
        const it = await run(`setInterval(() => 0, 1000)`);
        const first = it.pid!;
        expect(first, "its process").to.be.greaterThan(1);
        process.kill(first, "SIGKILL");
        const second = await until(() => it.pid !== first && it.pid);
        expect(it.exits[0]?.signal).to.equal("SIGKILL");
        await it.stop();
        expect(it.state).to.equal("stopped");
        expect(alive(second as number)).to.equal(false);
        expect(readdirSync(host.folder("processes"))).to.deep.equal([]);
    });

    it("gives it time to end, and not more", async () => {
        const polite = await run(
            `process.on("SIGTERM", () => setTimeout(() => { console.log("bye"); process.exit(0) }, 300)); console.log("up"); setInterval(() => 0, 1000)`,
        );
        await until(() => text().includes("up"));
        let from = Date.now();
        await polite.stop(5);
        expect(Date.now() - from).to.be.within(280, 2000);
        expect(polite.exits.at(-1)).to.include({ code: 0, reason: "stopped" });
        await until(() => text().includes("bye"));

        const rude = await run(`process.on("SIGTERM", () => 0); console.log("deaf"); setInterval(() => 0, 1000)`, {
            id: "Test/b",
        });
        await until(() => text().includes("deaf"));
        from = Date.now();
        await rude.stop(0.5);
        expect(Date.now() - from).to.be.within(480, 2000);
        expect(rude.exits.at(-1)?.signal).to.equal("SIGKILL");
    });

    it("waits for a child whose shell has ended first", async () => {
        const child = `process.on("SIGTERM", () => setTimeout(() => { console.log("drained"); process.exit(0) }, 400)); console.log("up"); setInterval(() => 0, 1000)`;
        const it = await run("", { command: ["/bin/sh", "-c", `'${process.execPath}' -e '${child}' & wait`] });
        await until(() => text().includes("up"));
        await it.stop(5);
        expect(text()).to.include("drained");
    });

    it("ends grandchildren, even those that began a session of their own", async () => {
        const script = `
            const { spawn } = require("node:child_process");
            const child = (detached) => spawn(process.execPath, ["-e", "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000)"], { detached, stdio: "ignore" }).pid;
            console.log("pids", child(false), child(true));
            setInterval(() => 0, 1000)`;
        const it = await run(script);
        const line = await until(() => text().find((each) => each.startsWith("pids")));
        const pids = (line ?? "").split(" ").slice(1).map(Number);
        expect(pids.map(alive)).to.deep.equal([true, true]);
        expect(it.pid, "its process").to.be.greaterThan(1);
        process.kill(it.pid!, "SIGKILL");
        await until(() => it.restarts === 1);
        expect(pids.map(alive)).to.deep.equal([false, false]);
    });

    it("keeps its environment off the command line, and the agent's own out of it", async () => {
        process.env["OF_THE_AGENT"] = "leak";
        const it = await run(`console.log(Object.keys(process.env).sort().join()); setInterval(() => 0, 1000)`, {
            env: { PASSWORD: "s3cret" },
        });
        delete process.env["OF_THE_AGENT"];
        await until(() => text().length > 0);
        expect(text()[0]).to.equal("MVI_SUPERVISED,PASSWORD,PATH");
        expect(readFileSync(`/proc/${it.pid}/cmdline`, "utf8")).not.to.include("s3cret");
        expect(readFileSync(`${host.folder("processes")}/Test%2Fa.json`, "utf8")).not.to.include("s3cret");
    });

    it("runs it as another account when we are root", async function () {
        if (process.getuid?.() !== 0) {
            this.skip();
        }
        await run(
            `console.log(process.getuid(), process.getgid(), process.getgroups().join()); setInterval(() => 0, 1000)`,
            { account: nobody },
        );
        await until(() => text().length > 0);
        expect(text()[0]).to.equal("65534 65534 65534");
    });

    it("ends one that is over its memory, with the reason", async () => {
        const it = await run(`const all = []; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 50)`, {
            memory: 150,
            restart: "never",
        });
        const exit = await it.exit();
        expect(exit?.reason).to.match(/^memory limit of 150 MiB/);
    });

    it("samples what it takes", async function () {
        this.timeout(20_000);
        const it = await run(`while (process.cpuUsage().user < 500000); setInterval(() => 0, 1000)`);
        const use = await until(() => it.use, 15_000);
        expect(use?.cpuSeconds).to.be.within(0.02, 5);
        expect(use?.residentBytes).to.be.within(10e6, 500e6);
        expect(host.gauges.map((each) => each.name)).to.include.members([
            "process_cpu_seconds_total",
            "process_resident_memory_bytes",
        ]);
    });

    it("refuses what cannot be run, and says why", async () => {
        const refusal = async (more: Partial<ProcessSpec>) =>
            run("", more).then(
                () => "",
                (error: Error) => `${error.name} ${error.message}`,
            );
        expect(await refusal({ command: ["no-such-program"] })).to.equal(
            "Refusal Test/a: cannot run no-such-program: there is no such program",
        );
        expect(await refusal({ cwd: "/no/where" })).to.match(/its folder \/no\/where is not there/);
        expect(await refusal({ command: ["/etc/passwd"] })).to.match(/no permission/);
    });
});
