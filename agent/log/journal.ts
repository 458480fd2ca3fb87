/** A journal: all segments of one log, with what waits in memory to be written. */

import * as fs from "node:fs";
import * as path from "node:path";
import { asideOf, listIfAny, makeFolder, readIfAny, writeAtomic } from "../core/files";
import { type LogLine } from "../kind";
import { type Clock } from "../metric/clock";
import { isSegment, record, segmentName, SegmentWriter } from "./segment";
import { type LogSettings, type SegmentKey } from "./types";

export interface JournalOptions {
    readonly clock: Clock;
    /** Bytes from which on a new segment begins. */
    readonly segmentBytes: number;
    report(line: string): void;
}

export class Journal {
    retentionDays = DEFAULT_DAYS;
    maxBytes = DEFAULT_BYTES;
    dropped = 0;
    readonly listeners = new Set<(line: LogLine) => void>();

    /** Its segments are to be sealed, and their key is not here yet: lines wait in memory. */
    #locked = false;
    #saved = false;
    #key: SegmentKey | undefined;
    #waiting: string[] = [];
    #waitingBytes = 0;
    #writer: SegmentWriter | undefined;
    #begun = 0;
    #sequence = 0;
    #failing = false;

    constructor(
        readonly name: string,
        readonly folder: string,
        private readonly options: JournalOptions,
    ) {
        const kept = readIfAny(path.join(folder, SETTINGS));
        if (kept !== undefined) {
            const { retentionDays, maxBytes, sealed } = JSON.parse(kept) as Settings;
            Object.assign(this, { retentionDays, maxBytes });
            this.#locked = sealed;
            this.#saved = true;
        } else {
            // put aside, with whether it was sealed: no line is written in plain until it is declared
            this.#locked = fs.existsSync(asideOf(path.join(folder, SETTINGS)));
        }
    }

    declare(settings: LogSettings): void {
        this.flush();
        this.retentionDays = settings.retentionDays ?? this.retentionDays;
        this.maxBytes = settings.maxBytes ?? this.maxBytes;
        if (settings.key || settings.plain) {
            if (settings.key?.keyId !== this.#key?.keyId) {
                this.endSegment();
                this.#key = settings.key;
            }
            this.#locked = false;
        }
        this.#save();
        this.flush();
        this.sweep();
    }

    append(line: LogLine): void {
        const text = record(line);
        if (this.#waitingBytes + text.length > MOST_WAITING) {
            this.flush();
        }
        if (this.#waitingBytes + text.length > MOST_WAITING) {
            this.#drop(1, "its key is not there");
        } else {
            this.#waiting.push(text);
            this.#waitingBytes += text.length;
        }
        for (const listener of this.listeners) {
            try {
                listener(line);
            } catch (error) {
                this.listeners.delete(listener);
                this.options.report(`log ${this.name}: a listener failed, and gets no more lines: ${String(error)}`);
            }
        }
    }

    flush(): void {
        if (this.#waiting.length === 0 || this.#locked) {
            return;
        }
        const records = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        try {
            this.#open().append(records);
            if (this.#failing) {
                this.#failing = false;
                this.options.report(`log ${this.name}: is written again; ${this.dropped} lines were lost`);
            }
        } catch (error) {
            this.#drop(records.length, (error as Error).message);
        }
    }

    /** The next line begins a new segment. */
    endSegment(): void {
        this.flush();
        this.#writer?.close();
        this.#writer = undefined;
    }

    /** Names of the segments, oldest first. */
    segments(): string[] {
        return listIfAny(this.folder).filter(isSegment).sort();
    }

    /** When the segment `name` was last written, in milliseconds since 1970. */
    writtenAt(name: string): number {
        return fs.statSync(path.join(this.folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    }

    get bytes(): number {
        return this.#sizes().reduce((sum, { bytes }) => sum + bytes, 0);
    }

    /** Removes segments whose time is over, and the oldest ones while all together are too large. */
    sweep(): void {
        const oldest = this.options.clock.now() - this.retentionDays * DAY;
        const sizes = this.#sizes();
        let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
        for (const { name, bytes, written } of sizes) {
            if (name !== this.#writer?.name && (written < oldest || total > this.maxBytes)) {
                fs.rmSync(path.join(this.folder, name), { force: true });
                total -= bytes;
            }
        }
    }

    remove(): void {
        this.#waiting = [];
        this.#waitingBytes = 0;
        this.endSegment();
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    #open(): SegmentWriter {
        const now = this.options.clock.now();
        if (this.#writer && (this.#writer.bytes >= this.options.segmentBytes || now - this.#begun > DAY)) {
            this.#writer.close();
            this.#writer = undefined;
            this.sweep();
        }
        if (!this.#saved) {
            this.#save();
        }
        if (!this.#writer) {
            this.#begun = now;
            this.#writer = new SegmentWriter(this.folder, this.#nextName(now), this.#key);
        }
        return this.#writer;
    }

    #save(): void {
        const { name, retentionDays, maxBytes } = this;
        const kept: Settings = { name, retentionDays, maxBytes, sealed: this.#locked || this.#key !== undefined };
        makeFolder(this.folder);
        writeAtomic(path.join(this.folder, SETTINGS), JSON.stringify(kept) + "\n");
        this.#saved = true;
    }

    /** Later than all others, even when the clock was set back. */
    #nextName(now: number): string {
        const last = this.segments().at(-1) ?? "";
        const time = Math.max(now, Number(last.slice(0, 14)));
        return segmentName(
            time,
            time === Number(last.slice(0, 14)) ? Number(last.slice(15, 21)) + 1 : this.#sequence++,
        );
    }

    #drop(lines: number, why: string): void {
        this.dropped += lines;
        if (!this.#failing) {
            this.#failing = true;
            this.options.report(
                `log ${this.name}: lines are lost, as they cannot be written (${why}): make room on the disk`,
            );
        }
    }

    #sizes(): { name: string; bytes: number; written: number }[] {
        return this.segments().flatMap((name) => {
            const stats = fs.statSync(path.join(this.folder, name), { throwIfNoEntry: false });
            return stats ? [{ name, bytes: stats.size, written: stats.mtimeMs }] : [];
        });
    }
}

/** What is kept of a log beside its lines. */
export interface Settings {
    readonly name: string;
    readonly retentionDays: number;
    readonly maxBytes: number;
    readonly sealed: boolean;
}

export const SETTINGS = "log.json";
export const DAY = 86_400_000;
const DEFAULT_DAYS = 30;
const DEFAULT_BYTES = 256 * 1024 * 1024;
const MOST_WAITING = 1024 * 1024;
