import { expect } from "chai";
import { readdirSync } from "node:fs";
import { type OnceSpec, runOnce } from "../../agent/container";
import { loadsOf, Scaler, usualPace } from "../../agent/container/scale";
import { type Host } from "../../agent/kind";
import { World } from "./world";

describe("container/once", () => {
    let world: World;

    beforeEach(() => {
        world = new World();
    });
    afterEach(() => world.end());

    const once = async (script: string, more: Partial<OnceSpec> = {}) =>
        runOnce(world.host, {
            owner: "Job/report",
            run: "1",
            image: await world.image({ "index.js": script }),
            command: ["node", "index.js"],
            permits: [{ kind: "Bucket", id: "b", access: ["read"] }],
            timeoutSeconds: 10,
            log: "report",
            ...more,
        });

    it("runs to the end, with an identity, and keeps the log", async () => {
        const result = await once(
            `console.log(process.env.AWS_ACCESS_KEY_ID, process.env.TOKEN, process.env.MVI_RUN); process.exitCode = 3`,
            { secretEnv: { TOKEN: "t" } },
        );
        expect(result).to.deep.include({ exitCode: 3, signal: null, timedOut: false, reason: "exit code 3" });
        const [key, ...rest] = result.logTail[0]?.split(" ") ?? [];
        expect(rest).to.deep.equal(["t", "1"]);
        expect(world.host.identities.find(key ?? "")?.owner).to.equal("Job/report");
        expect(world.host.lines.find((line) => line.log === "report")?.source).to.equal("report/1");
        expect(readdirSync(world.host.folder("run"))).to.deep.equal([]);
        expect(readdirSync(world.host.folder("processes"))).to.deep.equal([]);
    });

    it("ends one that takes too long, or is cancelled", async () => {
        const late = await once(`setInterval(() => 0, 1000)`, { timeoutSeconds: 0.5 });
        expect(late).to.deep.include({
            exitCode: null,
            signal: "SIGTERM",
            timedOut: true,
            reason: "not done within 0.5 s",
        });
        const cancel = new AbortController();
        setTimeout(() => cancel.abort(), 300);
        const cancelled = await once(`setInterval(() => 0, 1000)`, { signal: cancel.signal });
        expect(cancelled).to.deep.include({ timedOut: false, reason: "cancelled" });
    });

    it("refuses what cannot be started", async () => {
        const error = await once("", { command: ["no-such-program"] }).catch((each: Error) => each);
        expect((error as Error).message).to.match(/cannot run no-such-program: there is no such program/);
    });
});

describe("container/scale", () => {
    const bounds = { min: 1, max: 5 };
    const cores = (...uses: (number | undefined)[]) =>
        loadsOf({} as Host, [], uses, { ...bounds, cpuPercent: 50 }, usualPace, 0);

    it("goes up at once, waits for it to settle, and goes down one by one after a quiet time", () => {
        const scaler = new Scaler();
        const wanted = (now: number, ...uses: (number | undefined)[]) =>
            scaler.wanted(uses.length, cores(...uses), bounds, now);
        expect(wanted(0, undefined)).to.equal(1);
        expect(wanted(0, 140)).to.equal(3);
        expect(wanted(10_000, 140, 140, 140)).to.equal(3);
        expect(wanted(31_000, 140, 140, 140)).to.equal(5);
        expect(wanted(70_000, 10, 10, 10, 10, 10)).to.equal(5);
        expect(wanted(150_000, 10, 10, 10, 10, 10)).to.equal(5);
        expect(wanted(191_000, 10, 10, 10, 10, 10)).to.equal(4);
        expect(wanted(192_000, 10, 10, 10, 10)).to.equal(4);
    });

    it("goes by the measure that needs most, and does not go down while one is not known", () => {
        const needs = (...totals: number[]) =>
            new Scaler().wanted(
                2,
                totals.map((total) => ({ total, perReplica: 10 })),
                bounds,
                0,
            );
        expect([needs(), needs(5, 35), needs(35, 5), needs(999)]).to.deep.equal([2, 4, 4, 5]);
        expect(cores(10, undefined)).to.deep.equal([{ total: 100, perReplica: 50 }]);
    });
});
