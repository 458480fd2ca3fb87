import { expect } from "chai";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../agent/core/client";
import { launchGuardian } from "../../agent/core/launch";
import { nameOf, runs, startOf } from "../../agent/core/processes";
import { refusal, testHome, until } from "./harness";

describe("an agent's life", () => {
    let home: ReturnType<typeof testHome>;
    beforeEach(() => (home = testHome()));
    afterEach(() => home.close());

    it("comes back by itself after kill -9, with its resources at their ports", async () => {
        const agent = home.agent();
        const { port } = await agent.apply("a", { text: "hello", port: true });
        const killed = agent.kill("agent");
        expect(await until("the port answers", () => say(port!), 8000)).to.equal("hello");
        expect(agent.pid("agent")).to.be.a("number").not.equal(killed);
        expect((await agent.status()).resources).to.have.length(1);
    });

    it("is back within ten seconds, however often it is killed", async function () {
        this.timeout(90_000);
        const agent = home.agent();
        const { port } = await agent.apply("a", { text: "hello", port: true });
        const seconds: number[] = [];
        for (let turn = 0; turn < 9; turn++) {
            agent.kill("agent");
            const since = performance.now();
            await until("the port answers", () => say(port!), 60_000);
            seconds.push((performance.now() - since) / 1000);
        }
        expect(Math.max(...seconds), seconds.map((each) => each.toFixed(1)).join(", ")).to.be.below(10);
    });

    it("gets a new guardian after kill -9 of that, which brings it back too", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        await until("a guardian", async () => (await agent.status()).guardian);
        const killed = agent.kill("guardian");
        await until("a new guardian", async () => {
            const { guardian } = await agent.status();
            return guardian !== undefined && guardian !== killed;
        });
        const before = agent.kill("agent");
        await until("a new agent", async () => (await agent.status()).pid !== before);
    });

    it("comes back with the next call after kill -9 of both", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        await agent.killBoth();
        expect((await agent.read("a"))?.inputs.text).to.equal("hello");
    });

    it("leaves no process, file or port when its last resource goes", async () => {
        const agent = home.agent();
        const { port } = await agent.apply("a", { text: "hello", port: true });
        await agent.apply("b", { text: "hello" });
        const pids = [agent.pid("agent")!, await until("a guardian", async () => (await agent.status()).guardian)];
        expect(await agent.remove("a")).to.include({ last: false });
        expect(await agent.remove("b")).to.include({ last: true });
        await until("the home is gone", () => !fs.existsSync(home.root));
        await until("both processes are gone", () => pids.every((pid) => startOf(pid) === undefined));
        expect(await refusal(say(port!))).to.have.property("code", "ECONNREFUSED");
    });

    it("keeps its data when it is stopped, and does not come back until it is called", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        process.kill(agent.pid("agent")!, "SIGTERM");
        await until("it is gone", () => agent.pid("agent") === undefined && agent.pid("guardian") === undefined);
        await sleep(500);
        expect(agent.pid("agent")).to.equal(undefined);
        expect((await agent.read("a"))?.inputs.text).to.equal("hello");
    });

    for (const [when, sighted] of [
        ["while it loads", (pid: number | undefined, agent: string) => pid ?? pidOf(agent)],
        ["when it has just begun", (pid: number | undefined) => pid],
    ] as const) {
        it(`does not come back when it is told to end ${when}`, async function () {
            if (process.platform !== "linux") this.skip(); // looks into /proc
            const agent = home.agent();
            fs.mkdirSync(agent.place.folder, { recursive: true });
            launchGuardian(agent.place, "test");
            const pid = await until("an agent", () => sighted(agent.pid("agent"), home.root));
            process.kill(pid, "SIGTERM");
            await until("it and its guardian are gone", () => startOf(pid) === undefined && !agent.pid("guardian"));
            await sleep(1000);
            expect(pidOf(home.root)).to.equal(undefined);
        });
    }

    it("sweeps what an agent that was killed in its own removal has left, and no other's", async () => {
        const [dead, living] = [".removed-999999999-0123456789abcdef-x", `.removed-${nameOf(process.pid)}-x`];
        for (const name of [dead, living]) fs.mkdirSync(path.join(home.root, name, "stack"), { recursive: true });
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        await until("it is swept", () => !fs.existsSync(path.join(home.root, dead)));
        expect(fs.existsSync(path.join(home.root, living))).to.equal(true);
    });

    it("is one, however many start it at once", async () => {
        const agent = home.agent();
        fs.mkdirSync(agent.place.folder, { recursive: true });
        for (let guardian = 0; guardian < 3; guardian++) {
            launchGuardian(agent.place, "test");
        }
        await Promise.all([agent.start(), agent.start(), agent.apply("a", { text: "hello" })]);
        await sleep(1500); // the losers have had their time
        const claims = fs.readdirSync(path.join(agent.place.folder, "claims"));
        const living = claims.filter((name) => runs(name.slice(name.indexOf(".") + 1)));
        expect(living.map((name) => name.split(".")[0]).sort()).to.deep.equal(["agent", "guardian"]);
    });

    it("gives way to another build, with its data", async () => {
        const agent = home.agent();
        const { pid } = await agent.apply("a", { text: "hello" });
        process.env.MVI_BUILD = "next";
        expect((await agent.read("a"))?.inputs.text).to.equal("hello");
        const status = await agent.status();
        expect(status.build).to.equal("next");
        expect(status.pid).not.to.equal(pid);
    });

    it("refuses a folder of a newer format, and one start is enough to know", async () => {
        const agent = home.agent();
        fs.mkdirSync(agent.place.folder, { recursive: true });
        fs.writeFileSync(path.join(agent.place.folder, "format"), "2\n");
        const error = await refusal(agent.start());
        expect(error.message).to.match(/made by a newer pulumi-mvi \(format 2, this one knows 1\): upgrade/);
        await until("the guardian gives up", () => agent.pid("guardian") === undefined);
    });

    it("is reached where the path is too long for a socket", async () => {
        const agent = home.agent(`${"p".repeat(60)}/${"s".repeat(60)}`);
        const { pid } = await agent.apply("a", { text: "hello" });
        expect(agent.place.socket).not.to.contain(agent.place.folder);
        fs.rmSync(path.dirname(agent.place.socket), { recursive: true }); // a cleaner of temp folders went by
        expect((await agent.apply("a", { text: "hello" })).pid).to.equal(pid);
        await agent.remove("a");
        await until("the socket's folder is gone", () => !fs.existsSync(path.dirname(agent.place.socket)));
    });

    it("ends when somebody removes its folder, and gives its ports free", async () => {
        const agent = home.agent();
        const { pid, port } = await agent.apply("a", { text: "hello", port: true });
        const guardian = await until("a guardian", async () => (await agent.status()).guardian);
        fs.rmSync(agent.place.folder, { recursive: true });
        const again = await agent.apply("b", { text: "hello" });
        expect(again.pid).not.to.equal(pid);
        await until("the old ones are gone", () => startOf(pid) === undefined && startOf(guardian) === undefined);
        expect(await refusal(say(port!))).to.have.property("code", "ECONNREFUSED");
        expect((await agent.read("b"))?.inputs.text).to.equal("hello");
    });

    it("is not started again and again when it dies at once", async () => {
        const agent = home.agent();
        fs.mkdirSync(agent.place.folder, { recursive: true });
        fs.writeFileSync(path.join(agent.place.folder, "records"), "no folder");
        launchGuardian(agent.place, "test");
        const deaths = (): number => fs.readFileSync(agent.place.log, "utf8").split("bringing it back").length - 1;
        await until("it has died three times", () => deaths() === 3);
        await sleep(300);
        expect(deaths()).to.equal(3);
        fs.rmSync(path.join(agent.place.folder, "records"));
        expect((await agent.apply("a", { text: "hello" })).pid).to.equal(agent.pid("agent"));
    });

    for (const [how, damage] of [
        ["cut to half", (text: string) => text.slice(0, 20)],
        ["overwritten", (text: string) => "\0\xffgarbage{".repeat(6).slice(0, text.length)],
    ] as const) {
        it(`makes its token anew when that was ${how}, and answers again by itself`, async () => {
            const agent = home.agent();
            await agent.apply("a", { text: "a" });
            const { token } = agent.place;
            fs.writeFileSync(token, damage(fs.readFileSync(token, "utf8")), "latin1");
            agent.kill("agent");
            const { resources } = await until("it answers", () => agent.status(), 20_000);
            expect(resources).to.have.length(1);
            expect(fs.readFileSync(token, "utf8")).to.match(/^[0-9a-f]{64}\n$/);
        });
    }

    it("answers what it holds, and refuses what it does not know or who has no token", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        const list = await call<{ id: string; state: string }[]>(agent.place, "list");
        expect(list.map(({ id, state }) => `${id} ${state}`)).to.deep.equal(["a serving"]);
        expect(await call(agent.place, "logs")).to.deep.equal([]);
        expect((await refusal(call(agent.place, "logs", { log: "none" }))).message).to.equal(
            "logs: there is no log none: nothing has been logged yet",
        );
        for (const given of [{}, { name: "none" }])
            expect((await refusal(call(agent.place, "metrics", given))).message).to.match(
                /^metrics: there is no metric (undefined|none): say `name=…`, there are /,
            );
        expect((await refusal(call(agent.place, "nonsense"))).message).to.match(
            /no call "nonsense"; there are .*apply/,
        );
        fs.writeFileSync(agent.place.token, "wrong\n");
        expect((await refusal(call(agent.place, "list"))).message).to.contain('answered 401 to "list"');
        expect(fs.statSync(agent.place.socket).mode & 0o777).to.equal(0o600);
        expect(fs.statSync(agent.place.folder).mode & 0o777).to.equal(0o700);
    });

    it("inherits no credentials", async () => {
        process.env.AWS_SECRET_ACCESS_KEY = "geheim";
        process.env.PULUMI_CONFIG_PASSPHRASE = "geheim";
        const agent = home.agent();
        await agent.start();
        await until("a guardian", () => agent.pid("guardian"));
        for (const role of ["agent", "guardian"] as const) {
            const environment = fs.readFileSync(`/proc/${agent.pid(role)}/environ`, "utf8");
            expect(environment).to.contain("PATH=").and.not.contain("geheim");
        }
    });
});

function say(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
        let text = "";
        const socket = net.connect(port, "127.0.0.1");
        socket.on("data", (data) => (text += data.toString()));
        socket.on("end", () => resolve(text));
        socket.on("error", reject);
    });
}

/** The pid of an agent of this home, as soon as there is a process. */
function pidOf(root: string): number | undefined {
    const found = fs.readdirSync("/proc").find((pid) => {
        if (!/^\d+$/.test(pid)) return false;
        try {
            const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
            return words.includes(root) && /agent\/main\.ts/.test(words);
        } catch {
            return false; // it has just ended
        }
    });
    return found === undefined ? undefined : Number(found);
}
