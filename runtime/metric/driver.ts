import { RuntimeError } from "../errors";
import { type Reading } from "./values";

/**
 * MetricDriver is what a cloud implements. Its calls come one after another. Arguments are checked already.
 */
export interface MetricDriver {
    /** Milliseconds between two calls. */
    readonly interval: number;
    /** Whether it has written all when it answers, before its promise: then what is left can be sent as the process exits. */
    readonly immediate: boolean;
    /** Whether it sends what a series has come to, and not what was added: then it is compared with what was sent before. */
    readonly cumulative: boolean;
    /**
     * Sends what was gathered since the last call. A driver that may fail keeps what it could not send, and sends it with the
     * next. With `complete`, nothing is to be left for a later one. It rejects with a RuntimeError: Unavailable if it passes.
     */
    send(readings: readonly Reading[], complete: boolean): Promise<void>;
    /** Where there is something to end. */
    close?(): void;
}

/** Whether what is not taken now may be taken later: when somebody answers again, or is allowed to. Else it is not sent again. */
export function mayPass(error: unknown): boolean {
    return error instanceof RuntimeError && (error.code === "Unavailable" || error.code === "Denied");
}
