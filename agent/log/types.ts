/** What the store of logs takes and gives. */

import { type LogLine, type LogSink } from "../kind";

/** LogStore keeps lines on disk: append-only, found again by time, source and text, for a stated time and size. */
export interface LogStore extends LogSink {
    /** Sets how `log` is kept, and makes it when there is none. A line for a log that nobody declared makes it, with defaults. */
    declare(log: string, settings: LogSettings): void;
    /** Removes `log` with all its lines. */
    forget(log: string): void;
    list(): LogInfo[];
    /** Lines that match, oldest first unless told otherwise. Lines appended before the call are found. */
    query(query?: LogQuery): AsyncIterable<StoredLine>;
    /** Calls back with each line from now on, in the order of arrival, until the returned function is called. */
    tail(log: string, onLine: (line: LogLine) => void): () => void;
    /** Begins a new segment, and names all those which get no more lines, oldest first. */
    close(log: string): string[];
    /** The lines of one segment. */
    segment(log: string, name: string): AsyncIterable<LogLine>;
    /** Brings to disk what is in memory: done within a second by itself. */
    flush(): void;
    /** Flushes, and takes no more lines. */
    stop(): void;
}

export interface LogSettings {
    /** Days that a line is kept. @default 30 */
    readonly retentionDays?: number;
    /** Bytes on disk, from which on the oldest lines go. @default 256 MiB */
    readonly maxBytes?: number;
    /** Encrypts segments from now on. @default none, or what the log had */
    readonly key?: SegmentKey;
    /** Writes no more encrypted segments. @default false */
    readonly plain?: boolean;
}

export interface LogInfo {
    readonly name: string;
    readonly retentionDays: number;
    readonly bytes: number;
    /** Lines that could not be kept since the agent started. */
    readonly dropped: number;
}

export interface LogQuery {
    /** @default all logs, merged by time */
    readonly log?: string;
    /** A source, or a resource for all its replicas: `web` finds `web/1`. */
    readonly source?: string;
    /** From this time on, in milliseconds since 1970. */
    readonly from?: number;
    /** Before this time. */
    readonly to?: number;
    /** A part of the line as it is, or an expression. */
    readonly text?: string | RegExp;
    /** Lines at most. @default 1000 */
    readonly limit?: number;
    /** `desc` begins with the newest. @default "asc" */
    readonly order?: "asc" | "desc";
}

export interface StoredLine extends LogLine {
    readonly log: string;
}

/** DataKeys makes keys for data, and seals them with a key that never leaves its keeper. `who` is told to its audit log: `Log/book`. The kind `Key` implements it. */
export interface DataKeys {
    /** A new key of 32 bytes: `plain` for use now, `sealed` for the disk. */
    generateDataKey(who: string, keyId: string): DataKey | Promise<DataKey>;
    openDataKey(who: string, keyId: string, sealed: string): Buffer | Promise<Buffer>;
}

export interface DataKey {
    readonly plain: Buffer;
    readonly sealed: string;
}

/** SegmentKey is a data key in use. */
export interface SegmentKey extends DataKey {
    readonly keyId: string;
}
