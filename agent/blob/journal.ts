import { appendFile, type FileHandle, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { asideOf } from "../core/files";
import { Refusal } from "../kind";
import { syncFolder, writeAll } from "./disk";

/** State is what a journal's records add up to. */
export interface State<R> {
    /** Takes one record in. Called when it is on disk, in the order of the journal, and never while another is taken in. */
    apply(record: R): void;
    /** As few records as make the state anew. */
    snapshot(): Iterable<R>;
    /** How many those are, roughly. */
    size(): number;
}

/**
 * Journal keeps a state as an append-only file of records, one per line behind a checksum. A record counts when its
 * line is flushed; writers at the same time share one flush. When most lines are history, the file is written anew.
 */
export class Journal<R> {
    private waiting: Waiting<R>[] = [];
    private running: Promise<void> | undefined;
    private broken: Error | undefined;

    private constructor(
        private readonly path: string,
        private readonly state: State<R>,
        private file: FileHandle,
        private end: number,
        private lines: number,
        /** Bytes of a tail that was cut short, and dropped; a copy is beside it, as `<path>.broken`. */
        readonly dropped: number,
    ) {}

    /**
     * Opens the journal, makes it if there is none, and applies its records. A tail that was cut short is dropped: whoever
     * wrote it was not told that it counts, if a power cut did it.
     *
     * @throws {@link Refusal} if a line in the midst is damaged, or every line: the disk has lost what was flushed.
     */
    static async open<R>(path: string, state: State<R>): Promise<Journal<R>> {
        const file = await open(path, "a+", 0o600).then(async (made) => {
            await made.close();
            return open(path, "r+");
        });
        try {
            const bytes = await readFile(path);
            const { end, lines } = await replay(path, bytes, state);
            if (bytes.length > end) await appendFile(asideOf(path), bytes.subarray(end), { mode: 0o600 });
            await file.truncate(end);
            await file.sync();
            await syncFolder(dirname(path));
            return new Journal(path, state, file, end, lines, bytes.length - end);
        } catch (error) {
            await file.close();
            throw error;
        }
    }

    /** Resolves when `record` is flushed and applied. If it rejects, the record counts for nothing. */
    append(record: R): Promise<void> {
        if (this.broken) return Promise.reject(this.broken);
        return new Promise((resolve, reject) => {
            this.waiting.push({ record, resolve, reject });
            this.running ??= this.run().finally(() => (this.running = undefined));
        });
    }

    /** False if a failure left in the dark what is on disk: only a restart can tell. */
    get usable(): boolean {
        return this.broken === undefined;
    }

    /** Ends after what was appended before. */
    async close(): Promise<void> {
        await this.running;
        this.broken ??= new Error(`The journal ${this.path} is closed.`);
        await this.file.close();
    }

    private async run(): Promise<void> {
        while (this.waiting.length > 0) {
            const batch = this.waiting;
            this.waiting = [];
            try {
                await this.write(batch);
            } catch (error) {
                for (const { reject } of batch) reject(error);
                continue;
            }
            for (const { record, resolve } of batch) {
                this.state.apply(record);
                resolve();
            }
            if (this.lines > 2000 && this.lines > 3 * this.state.size()) await this.compact();
        }
    }

    private async write(batch: readonly Waiting<R>[]): Promise<void> {
        if (this.broken) throw this.broken;
        const bytes = Buffer.from(batch.map(({ record }) => line(record)).join(""));
        try {
            await writeAll(this.file, bytes, this.end);
            await this.file.datasync();
        } catch (error) {
            await this.undo(error as Error);
            throw error;
        }
        this.end += bytes.length;
        this.lines += batch.length;
    }

    /** What was refused must not count after a restart: if it cannot be cut off, nothing may follow it. */
    private async undo(cause: Error): Promise<void> {
        try {
            await this.file.truncate(this.end);
            await this.file.sync();
        } catch {
            this.broken = new Error(`The journal ${this.path} cannot be written: ${cause.message}`, { cause });
        }
    }

    private async compact(): Promise<void> {
        const fresh = `${this.path}.new`;
        const file = await open(fresh, "w", 0o600);
        let [end, lines, text] = [0, 0, ""];
        const flush = async () => {
            const bytes = Buffer.from(text);
            await writeAll(file, bytes, end);
            end += bytes.length;
            text = "";
        };
        try {
            for (const record of this.state.snapshot()) {
                text += line(record);
                lines++;
                if (text.length > 1 << 20) await flush();
            }
            await flush();
            await file.sync();
            await rename(fresh, this.path);
        } catch {
            // The old file is whole, and serves on: a full disk is told by the next append that needs room.
            await file.close();
            return;
        }
        const old = this.file;
        [this.file, this.end, this.lines] = [file, end, lines];
        try {
            await syncFolder(dirname(this.path));
        } catch (error) {
            this.broken = new Error(`The journal ${this.path} cannot be flushed.`, { cause: error });
        }
        await old.close();
    }
}

interface Waiting<R> {
    readonly record: R;
    resolve(): void;
    reject(error: unknown): void;
}

function line(record: unknown): string {
    const text = JSON.stringify(record);
    return `${crc32(text).toString(16).padStart(8, "0")} ${text}\n`;
}

/** In pieces: whoever opens a long journal has other work as well. */
async function replay<R>(path: string, bytes: Buffer, state: State<R>): Promise<{ end: number; lines: number }> {
    let [end, lines] = [0, 0];
    let damaged: number | undefined;
    for (let at = 0; at < bytes.length;) {
        const stop = bytes.indexOf(10, at);
        const text = bytes.toString("utf8", at + 9, stop < 0 ? bytes.length : stop);
        const whole = stop >= 0 && bytes.toString("latin1", at, at + 9) === line0(text);
        if (whole && damaged !== undefined) {
            throw unreadable(path, `line ${damaged} is damaged`);
        }
        if (whole) {
            state.apply(JSON.parse(text) as R);
            end = stop + 1;
            lines++;
            if (lines % 1000 === 0) await setImmediate();
        } else {
            damaged ??= lines + 1;
        }
        at = stop < 0 ? bytes.length : stop + 1;
    }
    if (lines === 0 && bytes.length > 0) throw unreadable(path, "none of its lines can be read");
    return { end, lines };
}

const unreadable = (path: string, why: string): Refusal =>
    new Refusal(`${path}: ${why}: put its backup there, or remove the bucket, with its objects`);

function line0(text: string): string {
    return `${crc32(text).toString(16).padStart(8, "0")} `;
}
