/** The store of logs: what the agent lends as `host.logs`. */

import * as path from "node:path";
import { listIfAny, makeFolder, readOrPutAside } from "../core/files";
import { type LogLine } from "../kind";
import { type Clock, realClock } from "../metric/clock";
import { DAY, Journal, SETTINGS, type Settings } from "./journal";
import { inOrder, matcher, merge } from "./search";
import { readSegment } from "./segment";
import { type DataKeys, type LogQuery, type LogStore, type StoredLine } from "./types";

export interface LogStoreOptions {
    /** Opens the data keys of sealed segments, when one is to be read. @default sealed segments cannot be read */
    readonly keys?: () => DataKeys;
    /** @default 1 MiB: what one search holds in memory of each log */
    readonly segmentBytes?: number;
    readonly clock?: Clock;
    /** A line for the agent's own log. */
    report?(line: string): void;
}

/** Opens the logs in the folder `dir`, and makes it when there is none. One process at a time may have it open. */
export function openLogStore(dir: string, options: LogStoreOptions = {}): LogStore {
    const { clock = realClock, segmentBytes = 1024 * 1024, report = () => undefined } = options;
    const journals = new Map<string, Journal>();
    let stopped = false;
    let refused = false;
    makeFolder(dir);
    for (const entry of listIfAny(dir)) {
        // its lines stay, and are found again when the log is declared
        const kept = readOrPutAside(path.join(dir, entry, SETTINGS), (text) => JSON.parse(text) as Settings, report);
        if (kept !== undefined) {
            sweep(open(kept.name));
        }
    }
    const stopFlushing = clock.every(FLUSH, () => journals.forEach((journal) => journal.flush()));
    const stopSweeping = clock.every(SWEEP, () => journals.forEach(sweep));

    function sweep(journal: Journal): void {
        try {
            journal.sweep();
        } catch (error) {
            report(`log ${journal.name}: old lines could not be removed: ${(error as Error).message}`);
        }
    }

    function open(name: string): Journal {
        const journal = new Journal(name, path.join(dir, fileName(name)), { clock, segmentBytes, report });
        journals.set(name, journal);
        return journal;
    }

    const openKey =
        (log: string) =>
        (keyId: string, sealed: string): Buffer | Promise<Buffer> => {
            if (!options.keys) {
                throw new Error(`logs: key ${keyId} is needed to read sealed lines, and this store was given no keys`);
            }
            return options.keys().openDataKey(`Log/${log}`, keyId, sealed);
        };

    async function* search(journal: Journal, query: LogQuery): AsyncGenerator<StoredLine> {
        const descending = query.order === "desc";
        const from = Math.max(query.from ?? -Infinity, clock.now() - journal.retentionDays * DAY);
        const wanted = matcher({ ...query, from });
        const names = journal.segments();
        for (const name of descending ? names.reverse() : names) {
            if (journal.writtenAt(name) + SLACK < from) {
                continue;
            }
            const lines = await readSegment(path.join(journal.folder, name), openKey(journal.name));
            for (const line of inOrder(lines, descending)) {
                if (wanted(line)) {
                    yield { ...line, log: journal.name };
                }
            }
        }
    }

    return {
        append(log, line) {
            if (stopped) {
                return;
            }
            const journal = journals.get(log);
            if (journal) {
                journal.append(line);
            } else if (journals.size < MOST_LOGS) {
                open(log).append(line);
            } else if (!refused) {
                refused = true;
                report(`log ${log}: is not kept, as there are ${MOST_LOGS} logs: remove some`);
            }
        },
        declare: (log, settings) => (journals.get(log) ?? open(log)).declare(settings),
        forget(log) {
            journals.get(log)?.remove();
            journals.delete(log);
        },
        list: () =>
            [...journals.values()].map(({ name, retentionDays, bytes, dropped }) => ({
                name,
                retentionDays,
                bytes,
                dropped,
            })),
        async *query(query = {}) {
            const asked = query.log === undefined ? [...journals.values()] : [journals.get(query.log)];
            const found = asked.filter((journal) => journal !== undefined);
            found.forEach((journal) => journal.flush());
            let left = query.limit ?? 1000;
            if (left <= 0) {
                return;
            }
            const parts = found.map((journal) => search(journal, query));
            for await (const line of merge(parts, query.order === "desc")) {
                yield line;
                if (--left <= 0) {
                    return;
                }
            }
        },
        tail(log, onLine) {
            const journal = journals.get(log) ?? open(log);
            const own = (line: LogLine): void => onLine(line); // one that is given twice is called twice
            journal.listeners.add(own);
            return () => void journal.listeners.delete(own);
        },
        close(log) {
            const journal = journals.get(log);
            journal?.endSegment();
            return journal?.segments() ?? [];
        },
        async *segment(log, name) {
            const journal = journals.get(log);
            yield* journal ? await readSegment(path.join(journal.folder, name), openKey(log)) : [];
        },
        flush: () => journals.forEach((journal) => journal.flush()),
        stop() {
            stopped = true;
            stopFlushing();
            stopSweeping();
            journals.forEach((journal) => journal.endSegment());
        },
    };
}

/** A line is on its way to the disk after this time, in milliseconds. */
const FLUSH = 500;
const SWEEP = 600_000;
/** A line's own time may be later than that of its writing by this much. */
const SLACK = 60_000;
const MOST_LOGS = 1000;

/** A name for the disk: any text gives one, and no two the same. */
function fileName(log: string): string {
    return encodeURIComponent(log).replace(/[.~*'()!]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}
