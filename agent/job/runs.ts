/** The runs of a job: attempts, retries, and what happens when one is due while another goes on. */

import { type Host } from "../kind";
import { type Clock } from "../metric/clock";
import { type History } from "./history";
import { type Attempt, type JobInputs, type Outcome, type RunOnce } from "./job";

/** Done is the end of a run: of its last attempt. */
export interface Done {
    readonly attempt: Attempt;
    readonly logTail: readonly string[];
}

export interface Started {
    readonly run: string;
    readonly done: Promise<Done>;
}

type Ending = Extract<Outcome, "interrupted" | "replaced" | "cancelled">;

interface Active {
    readonly controller: AbortController;
    readonly done: Promise<Done>;
}

export class Runs {
    readonly #active = new Map<string, Active>();

    constructor(
        private readonly id: string,
        private readonly host: Host,
        private readonly history: History,
        private readonly clock: Clock,
        private readonly runOnce: RunOnce,
    ) {}

    get active(): readonly string[] {
        return [...this.#active.keys()];
    }

    /** Begins a run, or leaves it out. It is on disk when this returns. */
    begin(inputs: JobInputs, cause: Attempt["cause"], due?: number): Started {
        const run = this.history.name(due ?? this.clock.now());
        const first = this.#attempt(inputs, run, 1, cause, due);
        if (this.#active.size > 0 && inputs.concurrency === "forbid") {
            const now = this.clock.now();
            const attempt = { ...first, start: now, end: now, outcome: "skipped", final: true } as const;
            this.history.put({ ...attempt, reason: `left out, as ${this.active.join(", ")} goes on` });
            return { run, done: Promise.resolve({ attempt, logTail: [] }) };
        }
        this.history.put(first);
        const before = inputs.concurrency === "replace" ? this.end("replaced") : Promise.resolve();
        return { run, done: this.#start(inputs, first, before) };
    }

    /** Goes on with what an earlier agent left. */
    resume(inputs: JobInputs): void {
        const left = this.history.attempts.filter(({ final }) => !final);
        for (const last of left.filter(
            ({ run, attempt }) => !left.some((each) => each.run === run && each.attempt > attempt),
        )) {
            for (const earlier of left.filter((each) => each.run === last.run && each !== last)) {
                this.history.put({ ...earlier, final: true });
            }
            const { run, attempt, cause, due } = last;
            if (last.start === undefined && cause !== "once") {
                void this.#start(inputs, last, Promise.resolve());
                continue;
            }
            const over = last.end === undefined ? { end: this.clock.now(), outcome: "interrupted" as const } : {};
            // who waited for a run that is `once` was told, and runs it again
            const again = cause !== "once" && attempt <= inputs.retries;
            const next = this.#attempt(inputs, run, attempt + 1, cause, due);
            if (again) {
                this.history.put(next);
            }
            this.history.put({ ...last, ...over, final: true });
            if (again) {
                void this.#start(inputs, next, Promise.resolve());
            }
        }
    }

    /** Ends all runs, or one, and resolves when they have ended. */
    async end(how: Ending, run?: string): Promise<void> {
        const ended = [...this.#active]
            .filter(([name]) => run === undefined || name === run)
            .map(([, active]) => active);
        ended.forEach(({ controller }) => controller.abort(how));
        await Promise.all(ended.map(({ done }) => done));
    }

    #start(inputs: JobInputs, first: Attempt, before: Promise<void>): Promise<Done> {
        const controller = new AbortController();
        const done = before
            .then(() => this.#run(inputs, first, controller.signal))
            .catch((error: Error): Done => {
                this.host.report(`job ${this.id}: run ${first.run} failed: ${error.stack ?? error.message}`);
                return { attempt: { ...first, outcome: "failed", reason: error.message, final: true }, logTail: [] };
            })
            .finally(() => this.#active.delete(first.run));
        this.#active.set(first.run, { controller, done });
        return done;
    }

    async #run(inputs: JobInputs, first: Attempt, signal: AbortSignal): Promise<Done> {
        for (let attempt = first; ;) {
            const done = signal.aborted ? this.#ended(attempt, signal, []) : await this.#try(inputs, attempt, signal);
            const over = done.attempt.outcome === "succeeded" || attempt.attempt > inputs.retries || signal.aborted;
            // what the agent's own end cut off is for the next agent to try again
            const open = done.attempt.outcome === "interrupted" || !over;
            this.history.put({ ...done.attempt, final: !open });
            if (over) {
                return done;
            }
            await this.#pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt.attempt - 1)), signal);
            if (signal.aborted && signal.reason === "interrupted") {
                return done;
            }
            if (!signal.aborted) {
                attempt = this.#attempt(inputs, first.run, attempt.attempt + 1, first.cause, first.due);
                this.history.put(attempt); // before the last one is final: a kill -9 between leaves one to go on with
            }
            this.history.put({ ...done.attempt, final: true });
            if (signal.aborted) {
                return done;
            }
        }
    }

    async #try(inputs: JobInputs, waiting: Attempt, signal: AbortSignal): Promise<Done> {
        const attempt = { ...waiting, start: this.clock.now() };
        this.history.put(attempt);
        const { timeoutSeconds, run } = inputs;
        const name = `${attempt.run}-${attempt.attempt}`;
        const spec = { ...run, owner: `Job/${this.id}`, run: name, timeoutSeconds, signal };
        const result = await this.runOnce(this.host, spec).catch((error: Error) => {
            const reason = `could not be started: ${error.message}`;
            return { exitCode: null, signal: null, timedOut: false, logTail: [], reason };
        });
        const { exitCode, timedOut, logTail, signal: by } = result;
        const dimensions = { job: this.id };
        this.host.metrics.count("job_runs_total", 1, dimensions);
        this.host.metrics.observe("job_seconds", Math.max(0, this.clock.now() - attempt.start) / 1000, dimensions);
        if (exitCode === 0 && !timedOut) {
            return { attempt: { ...attempt, end: this.clock.now(), exitCode, outcome: "succeeded" }, logTail };
        }
        if (signal.aborted) {
            return this.#ended(attempt, signal, logTail);
        }
        this.host.metrics.count("job_failures_total", 1, dimensions);
        const reason =
            result.reason ?? (timedOut ? `not done within ${timeoutSeconds} s` : `exit code ${exitCode ?? by}`);
        const outcome = timedOut ? "timed out" : "failed";
        return { attempt: { ...attempt, end: this.clock.now(), exitCode, signal: by, reason, outcome }, logTail };
    }

    #ended(attempt: Attempt, signal: AbortSignal, logTail: readonly string[]): Done {
        const now = this.clock.now();
        return {
            attempt: { ...attempt, start: attempt.start ?? now, end: now, outcome: signal.reason as Ending },
            logTail,
        };
    }

    #attempt(inputs: JobInputs, run: string, attempt: number, cause: Attempt["cause"], due?: number): Attempt {
        const source = `${this.id}/${run}-${attempt}`;
        return {
            run,
            attempt,
            cause,
            ...(due === undefined ? {} : { due }),
            final: false,
            log: inputs.run.log,
            source,
        };
    }

    #pause(ms: number, signal: AbortSignal): Promise<void> {
        return new Promise((resolve) => {
            const cancel = this.clock.after(ms, resolve);
            signal.addEventListener("abort", () => (cancel(), resolve()), { once: true });
        });
    }
}

const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 300_000;
