/** A subscriber: an address that gets the lines of a log as they come. */

import { type LogLine } from "../kind";
import { type Clock, realClock } from "../metric/clock";
import { type LogStore } from "./types";

/**
 * Posts lines in batches, as `{ log, lines: [{ time, source, stream, text }] }`. A batch that is not taken (2xx) is sent
 * again after 1 s, 2 s … 1 min; meanwhile up to 10 000 lines wait in memory, and the oldest are left out beyond that.
 * Returns how to end it.
 */
export function startSubscriber(
    store: LogStore,
    log: string,
    url: string,
    report: (line: string) => void,
    clock: Clock = realClock,
): () => void {
    const waiting: LogLine[] = [];
    const ended = new AbortController();
    let cancel: (() => void) | undefined;
    let lost = 0;
    let failures = 0;

    async function send(): Promise<void> {
        const lines = waiting.slice(0, BATCH);
        const lostBefore = lost;
        try {
            const response = await fetch(url, {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ log, lines }),
                redirect: "error",
                signal: AbortSignal.any([ended.signal, AbortSignal.timeout(10_000)]),
            });
            await response.body?.cancel();
            if (!response.ok) {
                throw new Error(`it answered ${response.status}`);
            }
            waiting.splice(0, Math.max(0, lines.length - (lost - lostBefore)));
            if (failures > 0) {
                report(`log ${log}: ${url} takes lines again; ${lost} were left out`);
            }
            failures = 0;
        } catch (error) {
            if (failures++ === 0 && !ended.signal.aborted) {
                report(`log ${log}: ${url} does not take lines, and is tried again: ${(error as Error).message}`);
            }
        }
        cancel = undefined;
        if (waiting.length > 0) {
            schedule();
        }
    }

    function schedule(): void {
        if (!cancel && !ended.signal.aborted) {
            const wait = failures > 0 ? Math.min(60_000, 500 * 2 ** failures) : waiting.length >= BATCH ? 0 : PAUSE;
            cancel = clock.after(wait, () => void send());
        }
    }

    const stop = store.tail(log, (line) => {
        waiting.push(line);
        if (waiting.length > MOST_WAITING) {
            waiting.shift();
            lost++;
        }
        schedule();
    });
    return () => {
        stop();
        cancel?.();
        ended.abort();
    };
}

const BATCH = 500;
const MOST_WAITING = 10_000;
/** Lines are gathered for this time, in milliseconds. */
const PAUSE = 250;
