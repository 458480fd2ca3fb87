/** The export: copies a log, segment by segment, into a bucket. */

import { readOrPutAside, writeAtomic } from "../core/files";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Clock, realClock } from "../metric/clock";
import { type LogStore } from "./types";

/** BucketWriter keeps objects. The kind `Bucket` implements it. */
export interface BucketWriter {
    put(bucket: string, key: string, body: Buffer, contentType: string): Promise<void>;
}

export interface ExportOptions {
    readonly store: LogStore;
    readonly log: string;
    readonly bucket: (key: string, body: Buffer) => Promise<void>;
    readonly hours: number;
    /** The file that remembers what was copied, and when. */
    readonly state: string;
    readonly clock?: Clock;
    report(line: string): void;
}

/**
 * Copies every `hours` what is new, as `<log>/<year>/<month>/<day>/<segment>.jsonl.gz`: one JSON object a line. What fails is
 * tried again, under the same name. Returns how to end it.
 */
export function startExport({
    store,
    log,
    bucket,
    hours,
    state,
    report,
    clock = realClock,
}: ExportOptions): () => void {
    // where it is lost, all is copied again, under the names that it had
    let done = readOrPutAside(state, (text) => JSON.parse(text) as Done, report) ?? { segment: "", time: 0 };
    let working = false;
    let ended = false;

    async function copy(): Promise<void> {
        for (const segment of store.close(log).filter((name) => name > done.segment)) {
            const lines: string[] = [];
            for await (const line of store.segment(log, segment)) {
                lines.push(JSON.stringify({ ...line, time: new Date(line.time).toISOString() }) + "\n");
            }
            const day = new Date(Number(segment.slice(0, 14))).toISOString().slice(0, 10).replaceAll("-", "/");
            const body = await promisify(gzip)(lines.join(""));
            if (ended) {
                return;
            }
            await bucket(`${log}/${day}/${segment.replace(".log", ".jsonl.gz")}`, body);
            done = { ...done, segment };
            writeAtomic(state, JSON.stringify(done));
        }
        done = { ...done, time: clock.now() };
        writeAtomic(state, JSON.stringify(done));
    }

    const look = (): void => {
        const age = clock.now() - done.time;
        if (working || (age >= 0 && age < hours * 3_600_000)) {
            return;
        }
        working = true;
        copy()
            .catch((error: Error) => report(`log ${log}: its export failed, and is tried again: ${error.message}`))
            .finally(() => (working = false));
    };
    const stop = clock.every(60_000, look);
    look();
    return () => {
        ended = true;
        stop();
    };
}

/** The last segment that was copied, and when. */
interface Done {
    readonly segment: string;
    readonly time: number;
}
