import { expect } from "chai";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reapLeftovers } from "../../agent/process/supervisor";
import { bootId, processRow } from "../../agent/process/table";
import { type TestHost, testHost } from "./host";

describe("process/reap", () => {
    let host: TestHost;

    beforeEach(() => {
        host = testHost();
    });
    afterEach(() => host.clean());

    /** Starts an agent which supervises, and kills it with -9. Returns the pids that it has left. */
    const orphans = async (): Promise<number[]> => {
        const agent = fork(join(__dirname, "agent.ts"), [host.root], { execArgv: ["--require", "tsx/cjs"] });
        const [pids] = (await once(agent, "message")) as [number[]];
        agent.kill("SIGKILL");
        await once(agent, "exit");
        return pids;
    };
    const alive = (pid: number) => processRow(pid)?.zombie === false;

    it("ends all that an agent killed with -9 has left, with their children, deaf ones too", async () => {
        const pids = await orphans();
        expect(pids).to.have.length(4);
        expect(pids.map(alive)).to.deep.equal([true, true, true, true]);
        expect(await reapLeftovers(host.folder("processes"), 0.3)).to.have.members(["Test/a", "Test/b"]);
        expect(pids.map(alive)).to.deep.equal([false, false, false, false]);
        expect(await reapLeftovers(host.folder("processes"))).to.deep.equal([]);
    });

    it("finds them without a record as well, and with half of one", async () => {
        const pids = await orphans();
        rmSync(join(host.folder("processes"), "Test%2Fa.json"));
        truncateSync(join(host.folder("processes"), "Test%2Fb.json"), 10);
        expect(await reapLeftovers(host.folder("processes"), 0.3)).to.have.members(["Test/a", "Test/b"]);
        expect(pids.map(alive)).to.deep.equal([false, false, false, false]);
        expect(readdirSync(host.folder("processes"))).to.deep.equal([]);
    });

    it("leaves a stranger alone who was given the same pid", async () => {
        const stranger = fork(join(__dirname, "agent.ts"), [testHostRoot()], { execArgv: ["--require", "tsx/cjs"] });
        const record = { id: "Test/x", pid: stranger.pid, startedAt: "1", boot: bootId() };
        writeFileSync(join(host.folder("processes"), "Test%2Fx.json"), JSON.stringify(record));
        const [pids] = (await once(stranger, "message")) as [number[]];
        expect(await reapLeftovers(host.folder("processes"))).to.deep.equal([]);
        expect(alive(stranger.pid ?? 0)).to.equal(true);
        expect(pids.map(alive)).to.deep.equal([true, true, true, true]);
        stranger.kill("SIGKILL");
        await once(stranger, "exit");
        await reapLeftovers(join(other?.root ?? "", "processes"), 0.3);
        expect(pids.map(alive)).to.deep.equal([false, false, false, false]);
        other?.clean();
    });

    let other: TestHost | undefined;
    function testHostRoot(): string {
        other = testHost();
        return other.root;
    }
});
