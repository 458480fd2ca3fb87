/** What a `Job` is: its inputs and outputs, and what is known of its runs. */

import { type Host } from "../kind";

export interface JobInputs {
    readonly name: string;
    /** What runs, as {@link RunOnce} takes it, without what a job says by itself. */
    readonly run: JobRun;
    /** Five cron fields. @default by hand, or `once` */
    readonly schedule?: string;
    /** Of the IANA list. @default "UTC" */
    readonly timeZone?: string;
    /** A run that takes longer is ended. */
    readonly timeoutSeconds: number;
    /** How often a failed run is tried again, after 10 s, 20 s … 5 min. */
    readonly retries: number;
    /** What happens when it is time and a run goes on: the new one is left out, runs beside it, or stands in for it. */
    readonly concurrency: "forbid" | "allow" | "replace";
    /** Runs when it is made and when `run` changes, and is made only if that succeeds. @default false */
    readonly once?: boolean;
    /** A time that was missed, as the machine was off, is made up for when it is no longer ago than this. @default 86400 */
    readonly catchUpSeconds?: number;
}

export interface JobRun {
    /** Name of the log that its output goes to. */
    readonly log: string;
    readonly [more: string]: unknown;
}

/** What changes by itself is not among them, as each refresh would show it: see `history` and `next` of the kind. */
export interface JobOutputs {
    readonly id: string;
    readonly name: string;
    /** Of a job that is `once`: the run by which it was made, or changed. */
    readonly lastRun?: LastRun;
}

export interface LastRun {
    readonly id: string;
    /** In UTC: "2026-11-21T09:30:00.000Z". */
    readonly ended: string;
    readonly outcome: "succeeded";
    readonly exitCode: number;
}

/** RunOnce runs one command to its end. `agent/container` has it. */
export type RunOnce = (host: Host, spec: RunSpec) => Promise<RunResult>;

export interface RunSpec extends JobRun {
    /** `Job/<id>` */
    readonly owner: string;
    /** Names the run among all of its owner. */
    readonly run: string;
    readonly timeoutSeconds: number;
    /** Ends it. */
    readonly signal: AbortSignal;
}

export interface RunResult {
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly timedOut: boolean;
    readonly logTail: readonly string[];
    /** For people. */
    readonly reason?: string;
}

export type Outcome =
    | "succeeded"
    | "failed"
    | "timed out"
    /** The agent was stopped, or killed. */
    | "interrupted"
    /** The next one stood in for it. */
    | "replaced"
    /** It was left out, as another one went on. */
    | "skipped"
    /** Somebody ended it. */
    | "cancelled";

/** Attempt is one try of a run. */
export interface Attempt {
    /** The run: the same for all its attempts. */
    readonly run: string;
    /** From 1. */
    readonly attempt: number;
    readonly cause: "schedule" | "once" | "operator";
    /** The time that it was scheduled for. All times in milliseconds since 1970. */
    readonly due?: number;
    /** Unset while it waits. */
    readonly start?: number;
    /** Unset while it runs. */
    readonly end?: number;
    readonly outcome?: Outcome;
    readonly exitCode?: number | null;
    readonly signal?: string | null;
    readonly reason?: string;
    /** There is no other attempt after it. */
    readonly final: boolean;
    /** Where its lines are: search this log by this source, from `start` to `end`. */
    readonly log: string;
    readonly source: string;
}
