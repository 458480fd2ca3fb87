/** The kind `Job`: runs a command to its end, on a schedule, once at each change, or when asked. */

import { createHash } from "node:crypto";
import * as path from "node:path";
import { type Call, type Host, type Kind, Refusal } from "../kind";
import { type Clock, realClock } from "../metric/clock";
import { History } from "./history";
import { type Attempt, type JobInputs, type JobOutputs, type RunOnce } from "./job";
import { Runs, type Started } from "./runs";
import { parseSchedule } from "./schedule";
import { Timer } from "./timer";

export interface JobKind extends Kind<JobInputs, JobOutputs> {
    /** The last 100 attempts, newest first. @throws Refusal when there is no such job. */
    history(id: string): readonly Attempt[];
    /** When it is due next, in milliseconds since 1970. */
    next(id: string): number | undefined;
    /** Begins a run now. @throws Refusal when one goes on that must not be beside another. */
    runNow(id: string): Started;
    /** Ends a run, and resolves when it has ended. */
    cancel(id: string, run: string): Promise<void>;
}

interface Job {
    inputs: JobInputs;
    readonly history: History;
    readonly runs: Runs;
    readonly timer: Timer;
}

/** @param runOnce - What runs a command: that of `agent/container` */
export function jobKind(host: Host, runOnce: RunOnce, clock: Clock = realClock): JobKind {
    const jobs = new Map<string, Job>();

    const historyOf = (id: string): History =>
        new History(path.join(host.folder("job"), `${id}.json`), (line) => host.report(`job ${id}: ${line}`));

    function open(id: string, inputs: JobInputs): Job {
        const history = historyOf(id);
        const runs = new Runs(id, host, history, clock, runOnce);
        const timer = new Timer({
            clock,
            history,
            begin: (due) => void runs.begin(jobs.get(id)?.inputs ?? inputs, "schedule", due),
            report: (line) => host.report(`job ${id}: ${line}`),
        });
        return { inputs, history, runs, timer };
    }

    function known(id: string): Job {
        const job = jobs.get(id);
        if (!job) {
            throw new Refusal(`Job ${id}: there is none; there are ${[...jobs.keys()].join(", ") || "no jobs"}`);
        }
        return job;
    }

    return {
        name: "Job",
        replaceOn: ["name"],
        stable: { name: [], id: [], lastRun: ["run", "once"] },
        secrets: [],
        async apply(id, inputs, call) {
            const faults = faultsOf(inputs);
            if (faults.length > 0) {
                throw new Refusal(`Job ${id}: ${faults.map(({ input, reason }) => `${input}: ${reason}`).join("; ")}`);
            }
            const fresh = !jobs.has(id);
            const job = jobs.get(id) ?? open(id, inputs);
            if (inputs.once && !call.restoring) {
                await runAtChange(id, job, inputs, call);
            }
            job.inputs = inputs;
            jobs.set(id, job);
            if (fresh) {
                job.runs.resume(inputs);
            }
            job.timer.set(inputs);
            const { lastRun } = job.history;
            return { id, name: inputs.name, ...(inputs.once && lastRun ? { lastRun } : {}) };
        },
        async read(id, recorded) {
            const job = jobs.get(id);
            return job && { inputs: job.inputs, outputs: recorded.outputs };
        },
        async remove(id) {
            const job = jobs.get(id);
            jobs.delete(id);
            job?.timer.stop();
            await job?.runs.end("cancelled");
            (job?.history ?? historyOf(id)).remove();
            host.identities.revoke(`Job/${id}`);
        },
        async stop() {
            const all = [...jobs.values()];
            jobs.clear();
            all.forEach(({ timer }) => timer.stop());
            await Promise.all(all.map(({ runs }) => runs.end("interrupted")));
        },
        async check(inputs) {
            return { inputs, faults: faultsOf(inputs) };
        },
        history: (id) => [...known(id).history.attempts],
        next: (id) => known(id).timer.next,
        runNow(id) {
            const { inputs, runs } = known(id);
            if (inputs.concurrency === "forbid" && runs.active.length > 0) {
                throw new Refusal(`Job ${id}: ${runs.active.join(", ")} goes on: wait for it, or cancel it`);
            }
            return runs.begin(inputs, "operator");
        },
        cancel: (id, run) => known(id).runs.end("cancelled", run),
    };
}

/** Runs what has not run yet in this form, and waits for it. @throws Refusal with the log's end when it fails. */
async function runAtChange(id: string, job: Job, inputs: JobInputs, call: Call<JobInputs>): Promise<void> {
    const digest = digestOf(inputs.run);
    if (job.history.once === digest) {
        return;
    }
    call.progress(`job ${id} runs`);
    const { run, done } = job.runs.begin(inputs, "once");
    const giveUp = (): void => void job.runs.end("cancelled", run);
    call.signal.addEventListener("abort", giveUp, { once: true });
    if (call.signal.aborted) {
        giveUp();
    }
    const { attempt, logTail } = await done;
    call.signal.removeEventListener("abort", giveUp);
    if (attempt.outcome !== "succeeded") {
        const why = [attempt.outcome, attempt.reason].filter(Boolean).join(", ");
        const tail = logTail.map((line) => `\n    ${line}`).join("");
        throw new Refusal(`Job ${id}: ${why} (attempt ${attempt.attempt} of ${inputs.retries + 1})${tail}`);
    }
    job.history.once = digest;
    const ended = new Date(attempt.end ?? 0).toISOString();
    job.history.lastRun = { id: run, ended, outcome: attempt.outcome, exitCode: attempt.exitCode ?? 0 };
    job.history.save();
}

function faultsOf({
    schedule,
    timeZone,
    once,
    timeoutSeconds,
    retries,
}: JobInputs): { input: string; reason: string }[] {
    const faults: { input: string; reason: string }[] = [];
    if (schedule !== undefined) {
        try {
            parseSchedule(schedule, timeZone ?? "UTC");
        } catch (error) {
            faults.push({ input: "schedule", reason: (error as Error).message });
        }
    }
    if (once && schedule !== undefined) {
        faults.push({ input: "once", reason: "is there beside `schedule`: leave one of them out" });
    }
    if (!(timeoutSeconds > 0)) {
        faults.push({ input: "timeoutSeconds", reason: `expected more than 0 s, but got ${timeoutSeconds}` });
    }
    if (!Number.isInteger(retries) || retries < 0) {
        faults.push({ input: "retries", reason: `expected 0 or more, but got ${retries}` });
    }
    return faults;
}

/** The same for the same content, in whatever order it came. */
function digestOf(value: unknown): string {
    const ordered = (_key: string, each: unknown): unknown =>
        typeof each === "object" && each !== null && !Array.isArray(each)
            ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
            : each;
    return createHash("sha256").update(JSON.stringify(value, ordered)).digest("hex");
}
