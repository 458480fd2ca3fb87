/**
 * A segment: a file of lines, written at its end only. The first line says how it is written; every further one is a record,
 * or in a sealed segment a batch of records under AES-256-GCM. What a kill -9 cut off does not parse, and is left out.
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { type LogLine } from "../kind";
import { type SegmentKey } from "./types";

export class SegmentWriter {
    readonly name: string;
    #bytes = 0;
    #batches = 0;
    readonly #descriptor: number;

    /** Begins the file `name` in `folder`. */
    constructor(
        folder: string,
        name: string,
        private readonly key: SegmentKey | undefined,
    ) {
        this.name = name;
        const file = path.join(folder, name);
        this.#descriptor = fs.openSync(file, "wx", 0o600);
        try {
            this.#write(header(key));
        } catch (error) {
            fs.closeSync(this.#descriptor);
            fs.rmSync(file, { force: true });
            throw error;
        }
    }

    get bytes(): number {
        return this.#bytes;
    }

    /** Writes all of `records` or, when it throws, none of them. */
    append(records: readonly string[]): void {
        const text = this.key
            ? sealBatch(this.key.plain, this.name, this.#batches, records.join("\n"))
            : records.join("\n");
        this.#write(text + "\n");
        this.#batches++;
    }

    close(): void {
        fs.closeSync(this.#descriptor);
    }

    #write(text: string): void {
        const bytes = Buffer.from(text);
        try {
            for (let done = 0; done < bytes.length;) {
                done += fs.writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#bytes + done);
            }
            this.#bytes += bytes.length;
        } catch (error) {
            fs.ftruncateSync(this.#descriptor, this.#bytes); // a full disk took a part: no half record in the middle
            throw error;
        }
    }
}

/** One line for the disk. */
export function record(line: LogLine): string {
    return JSON.stringify([line.time, line.source, line.stream, line.text]);
}

/** The lines of the segment in `file`, in the order in which they were written; none when there is no such file. */
export async function readSegment(
    file: string,
    open: (keyId: string, sealed: string) => Buffer | Promise<Buffer>,
): Promise<LogLine[]> {
    const text = await fs.promises.readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") {
            return ""; // its time had come between the listing and now
        }
        throw error;
    });
    const [first, ...rest] = text.split("\n");
    rest.pop(); // after the last line break: nothing, or what was cut off
    const head = parse(first) as Header | undefined;
    if (head === undefined) {
        return [];
    }
    if (head.keyId === undefined || head.sealed === undefined) {
        return rest.flatMap(parseRecord);
    }
    const key = await open(head.keyId, head.sealed);
    return rest.flatMap((batch, index) =>
        openBatch(key, path.basename(file), index, batch).split("\n").flatMap(parseRecord),
    );
}

/** Segments are named so that their order is that of their making. */
export function segmentName(time: number, sequence: number): string {
    return `${String(time).padStart(14, "0")}-${String(sequence).padStart(6, "0")}.log`;
}

export const isSegment = (name: string): boolean => /^\d{14}-\d{6}\.log$/.test(name);

interface Header {
    readonly version: 1;
    readonly keyId?: string;
    readonly sealed?: string;
}

const NONCE = 12;
const TAG = 16;

function header(key: SegmentKey | undefined): string {
    const head: Header = key ? { version: 1, keyId: key.keyId, sealed: key.sealed } : { version: 1 };
    return JSON.stringify(head) + "\n";
}

/** The place of a batch is sealed with it: none can be moved or repeated. */
const place = (name: string, index: number): Buffer => Buffer.from(`${name}#${index}`);

function sealBatch(key: Buffer, name: string, index: number, text: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(place(name, index));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

function openBatch(key: Buffer, name: string, index: number, batch: string): string {
    const bytes = Buffer.from(batch, "base64");
    const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE)).setAAD(place(name, index));
    cipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    try {
        return Buffer.concat([cipher.update(bytes.subarray(NONCE + TAG)), cipher.final()]).toString("utf8");
    } catch (error) {
        throw new Error(`log segment ${name}: batch ${index} was changed on disk: put its backup there, or remove it`, {
            cause: error,
        });
    }
}

function parseRecord(text: string): LogLine[] {
    const fields = parse(text);
    if (!Array.isArray(fields) || fields.length !== 4) {
        return [];
    }
    const [time, source, stream, line] = fields as [number, string, LogLine["stream"], string];
    return [{ time, source, stream, text: line }];
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined; // cut off by a power cut: what is whole around it stays readable
    }
}
