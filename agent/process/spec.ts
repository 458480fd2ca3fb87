import { type Dimensions } from "../kind";
import { type Account } from "./account";
import { type Use } from "./usage";

/** ProcessSpec is what to run, and how it is kept running. */
export interface ProcessSpec {
    /** Unique in the agent, such as `Container/web/1`. */
    readonly id: string;
    /** Program and arguments. Never a secret: other users of the machine can see them. */
    readonly command: readonly string[];
    readonly cwd: string;
    /** All of its environment: nothing of the agent's own is added but PATH, if unset. Secrets go here. */
    readonly env: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
    /** Whom it runs as. @default the agent's own account */
    readonly account?: Account;
    /** The log that its output goes to. */
    readonly log: string;
    /** Who wrote the lines: `web/1`. */
    readonly source: string;
    /** Whether it is started again after it ended by itself. @default "always" */
    readonly restart?: Restart;
    /** Asks it to end. @default "SIGTERM" */
    readonly stopSignal?: NodeJS.Signals;
    /** Seconds between the request to end and SIGKILL. @default 10 */
    readonly stopGraceSeconds?: number;
    /** Cores. Honoured with cgroup v2 only: see `limitsSupported`. */
    readonly cpu?: number;
    /** MiB. */
    readonly memory?: number;
    /** Of its metrics. @default { source } */
    readonly dimensions?: Dimensions;
    /** Called before each start, such as to empty its home. */
    readonly beforeStart?: () => void | Promise<void>;
    /** Pauses between restarts. @default 1 s, doubled up to 30 s, from the beginning after 10 s of running */
    readonly backoff?: { readonly firstMs: number; readonly mostMs: number; readonly resetMs: number };
}

export type Restart = "always" | "onFailure" | "never";

/** Exit is one end of a process. */
export interface Exit {
    /** Milliseconds since 1970. */
    readonly time: number;
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    /** For people: `exit code 1`, `signal SIGKILL`, `memory limit of 64 MiB`, `stopped`. */
    readonly reason: string;
    readonly ranMs: number;
}

export interface SupervisedEvents {
    started: [pid: number];
    exited: [exit: Exit];
    /** It will not be started again: it was stopped, or its policy says so. */
    ended: [];
    sampled: [use: Use];
}
