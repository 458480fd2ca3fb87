import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { spawn } from "node:child_process";
import { type JobInputs, type JobOutputs, type RunOnce, type RunResult, type RunSpec } from "../../agent/job/job";
import { type JobKind, jobKind } from "../../agent/job/kind";
import { parseSchedule } from "../../agent/job/schedule";
import { Refusal } from "../../agent/kind";
import { FakeClock } from "../metric/fake-clock";
import { type TestHost, testHost, until } from "../process/host";

const HOUR = 3_600_000;
const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("schedules", () => {
    const times = (expression: string, zone: string, from: string, count: number): string[] => {
        const schedule = parseSchedule(expression, zone);
        const found: string[] = [];
        for (let time = Date.parse(from); found.length < count;) {
            time = schedule.next(time)!;
            found.push(new Date(time).toISOString().slice(5, 16));
        }
        return found;
    };

    it("runs once after the hour that summer time skips, and once in the hour that comes twice", () => {
        expect(times("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", 2)).to.deep.equal([
            "03-29T01:00",
            "03-30T00:30",
        ]);
        expect(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 2)).to.deep.equal([
            "10-25T00:30",
            "10-26T01:30",
        ]);
        expect(times("30 2 * * *", "America/New_York", "2026-03-07T12:00Z", 2)).to.deep.equal([
            "03-08T07:00",
            "03-09T06:30",
        ]);
        expect(times("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", 2)).to.deep.equal([
            "11-01T05:30",
            "11-02T06:30",
        ]);
        expect(times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30Z", 3)).to.deep.equal([
            "10-25T00:00",
            "10-25T01:00",
            "10-25T02:00",
        ]);
    });

    it("refuses what is none", () => {
        for (const [expression, zone] of [
            ["* * * *", "UTC"],
            ["61 * * * *", "UTC"],
            ["0 0 * * *", "Mars/Olympus"],
            ["0 0 0 * * *", "UTC"],
        ]) {
            expect(() => parseSchedule(expression, zone), expression).to.throw();
        }
    });
});

describe("jobs", () => {
    let host: TestHost;
    let clock: FakeClock;
    let kind: JobKind;
    let specs: RunSpec[];
    let results: Partial<RunResult>[];
    let held: ((result: RunResult) => void)[];
    let hold: boolean;
    const good: RunResult = { exitCode: 0, signal: null, timedOut: false, logTail: [] };
    const bad: RunResult = { exitCode: 3, signal: null, timedOut: false, logTail: ["it broke"] };
    const runOnce: RunOnce = async (_host, spec) => {
        specs.push(spec);
        if (!hold) return { ...good, ...results.shift() };
        return new Promise((resolve) => {
            held.push(resolve);
            spec.signal.addEventListener("abort", () => resolve({ ...good, exitCode: null, signal: "SIGTERM" }));
        });
    };
    const inputs: JobInputs = {
        name: "report",
        run: { log: "main", command: ["x"] },
        schedule: "0 3 * * *",
        timeZone: "UTC",
        timeoutSeconds: 60,
        retries: 0,
        concurrency: "forbid",
    };
    const outcomes = (): unknown[] =>
        kind
            .history("report")
            .map(({ attempt, outcome }) => `${attempt} ${outcome}`)
            .reverse();
    const restart = async (again: Partial<JobInputs> = {}): Promise<JobOutputs> => {
        kind = jobKind(host, runOnce, clock);
        const outputs = await kind.apply("report", { ...inputs, ...again }, { ...call, restoring: true });
        await turn();
        return outputs;
    };

    beforeEach(() => {
        host = testHost();
        clock = new FakeClock(Date.parse("2026-06-01T00:00:00Z"));
        [specs, results, held, hold] = [[], [], [], false];
        kind = jobKind(host, runOnce, clock);
    });
    afterEach(async () => {
        await kind.stop();
        host.clean();
    });

    it("runs when it is due, and not again when the clock is set back", async () => {
        expect(await kind.apply("report", inputs, call)).to.deep.equal({ id: "report", name: "report" });
        expect(kind.next("report")).to.equal(Date.parse("2026-06-01T03:00Z"));
        await clock.walk(4 * HOUR, 60_000);
        expect(specs).to.have.length(1);
        expect(specs[0]).to.include({ owner: "Job/report", log: "main", timeoutSeconds: 60 });
        clock.time -= 2 * HOUR;
        await clock.walk(3 * HOUR, 60_000);
        expect(specs).to.have.length(1);
        await clock.walk(24 * HOUR, 60_000);
        expect(specs).to.have.length(2);
        expect(kind.history("report")[1]).to.include({
            due: Date.parse("2026-06-01T03:00Z"),
            outcome: "succeeded",
            final: true,
            cause: "schedule",
        });
    });

    it("makes up for what was missed, once, within the window", async () => {
        await kind.apply("report", { ...inputs, schedule: "0 * * * *" }, call);
        await kind.stop();
        clock.time += 5.5 * HOUR;
        await restart({ schedule: "0 * * * *" });
        expect(specs).to.have.length(1);
        expect(kind.history("report")[0].due).to.equal(Date.parse("2026-06-01T05:00Z"));
        await kind.stop();
        clock.time += 0.9 * HOUR;
        await restart({ schedule: "0 * * * *", catchUpSeconds: 600 });
        expect(specs).to.have.length(1);
    });

    it("tries again, longer apart each time, and knows the end", async () => {
        await kind.apply("report", { ...inputs, retries: 2 }, call);
        results = [bad, { ...bad, timedOut: true, exitCode: null }, good];
        await clock.walk(3 * HOUR + 60_000, 5000);
        expect(outcomes()).to.deep.equal(["1 failed", "2 timed out", "3 succeeded"]);
        const [third, second, first] = kind.history("report");
        expect([second.start! - first.end!, third.start! - second.end!]).to.deep.equal([10_000, 20_000]);
        expect(kind.history("report").every(({ final }) => final)).to.equal(true);
    });

    for (const [concurrency, expected] of [
        ["forbid", ["1 undefined", "1 skipped"]],
        ["allow", ["1 undefined", "1 undefined"]],
        ["replace", ["1 replaced", "1 undefined"]],
    ] as const) {
        it(`with a run going on: ${concurrency}`, async () => {
            hold = true;
            await kind.apply("report", { ...inputs, schedule: "* * * * *", concurrency }, call);
            await clock.walk(125_000, 1000);
            expect(outcomes()).to.deep.equal(expected);
            if (concurrency === "forbid") expect(() => kind.runNow("report")).to.throw(Refusal, "goes on");
        });
    }

    it("runs once at each change, waits for it, and refuses with the log's end when it fails", async () => {
        const once = { ...inputs, schedule: undefined, once: true };
        results = [bad];
        const fault = await kind.apply("report", once, call).catch((error: Error) => error);
        expect(fault).to.be.instanceOf(Refusal);
        expect((fault as Error).message)
            .to.contain("exit code 3")
            .and.contain("it broke")
            .and.contain("attempt 1 of 1");
        const made = await kind.apply("report", once, call);
        const [attempt] = kind.history("report");
        const lastRun = { id: attempt.run, ended: "2026-06-01T00:00:00.000Z", outcome: "succeeded", exitCode: 0 };
        expect(made.lastRun).to.deep.equal(lastRun);
        // Runs of another cause, and a change of anything else, leave it: a refresh has no drift to show.
        clock.time += HOUR;
        await kind.runNow("report").done;
        expect(await kind.apply("report", { ...once, timeoutSeconds: 7 }, call)).to.deep.include({ lastRun });
        specs.pop();
        await kind.apply("report", { ...once, run: { command: ["x"], log: "main" } }, call);
        expect(specs).to.have.length(2);
        await kind.apply("report", { ...once, run: { ...once.run, command: ["y"] } }, call);
        expect(specs).to.have.length(3);
        await kind.stop();
        const restored = await restart({ schedule: undefined, once: true });
        expect(restored.lastRun).to.include({ ended: "2026-06-01T01:00:00.000Z" });
        expect(specs).to.have.length(3);
        hold = true;
        const giveUp = new AbortController();
        const waiting = kind
            .apply("report", { ...once, run: { log: "z" } }, { ...call, signal: giveUp.signal })
            .catch((error: Error) => error);
        await turn();
        giveUp.abort();
        expect(((await waiting) as Error).message).to.contain("cancelled");
    });

    it("runs at an operator's word, and keeps 100 attempts", async () => {
        await kind.apply("report", inputs, call);
        for (let index = 0; index < 105; index++) await kind.runNow("report").done;
        expect(kind.history("report")).to.have.length(100);
        expect(new Set(kind.history("report").map(({ run }) => run)).size).to.equal(100);
        expect(() => kind.runNow("other")).to.throw(Refusal, "there are report");
    });

    it("knows after kill -9 what was interrupted, and tries it again while retries are left", async () => {
        const child = spawn(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "runner.ts"), host.root], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        let out = "";
        child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
        await until(() => out.includes("runs"), 20_000);
        child.kill("SIGKILL");
        await new Promise((resolve) => child.once("exit", resolve));
        clock.time = Date.now();
        const file = path.join(host.folder("job"), "report.json");
        const kept = fs.readFileSync(file);
        await restart({ retries: 1, schedule: undefined });
        expect(outcomes()).to.deep.equal(["1 interrupted", "2 succeeded"]);
        await kind.stop();
        fs.writeFileSync(file, kept);
        await restart({ retries: 0, schedule: undefined });
        expect(outcomes()).to.deep.equal(["1 interrupted"]);
        expect(specs).to.have.length(1);
    });

    it("goes on after the agent was stopped in good order, in a run and between two attempts", async () => {
        hold = true;
        await kind.apply("report", { ...inputs, retries: 2 }, call);
        kind.runNow("report");
        await turn();
        await kind.stop();
        hold = false;
        results = [bad];
        await restart({ retries: 2 });
        expect(outcomes()).to.deep.equal(["1 interrupted", "2 failed"]);
        await kind.stop(); // in the pause
        await restart({ retries: 2 });
        expect(outcomes()).to.deep.equal(["1 interrupted", "2 failed", "3 succeeded"]);
    });

    it("is gone with all that it kept", async () => {
        hold = true;
        await kind.apply("report", inputs, call);
        kind.runNow("report");
        await turn();
        await kind.remove("report", inputs);
        await kind.remove("report", undefined);
        expect(fs.readdirSync(host.folder("job"))).to.deep.equal([]);
        expect(specs[0].signal.aborted).to.equal(true);
        await kind.apply("report", inputs, call);
        expect(kind.history("report")).to.deep.equal([]);
    });
});
