/**
 * A series: one metric with one set of dimensions. Its file has a head and two rings of steps of fixed size; a step is written
 * by one call and carries its own time, so that what a kill -9 leaves is whole, and what is older than a ring is not seen.
 */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeAtomic } from "../core/files";
import { distributionBytes, plainBytes, Step } from "./step";
import { type Sample, type SeriesInfo } from "./types";

/** Tier is one fineness of time. */
export interface Tier {
    /** Of a step. */
    readonly seconds: number;
    readonly steps: number;
}

export const fine: Tier = { seconds: 10, steps: 6 * 360 };
export const coarse: Tier = { seconds: 60, steps: 15 * 1440 };
const TIERS = [fine, coarse];

/** Milliseconds that values are kept. */
export const kept = coarse.seconds * coarse.steps * 1000;

export class Series {
    readonly file: string;
    readonly #size: number;
    /** Steps that go on, or are not on disk yet: for each tier by their start. */
    readonly #open = TIERS.map(() => new Map<number, Step>());
    #changed = false;

    constructor(
        folder: string,
        readonly info: SeriesInfo,
    ) {
        this.file = path.join(folder, createHash("sha256").update(seriesKey(info)).digest("hex").slice(0, 32));
        this.#size = info.kind === "distribution" ? distributionBytes : plainBytes;
    }

    /** The series whose file is `file`. @throws when it is none. */
    static load(file: string): Series {
        const head = Buffer.alloc(HEAD);
        const descriptor = fs.openSync(file, "r");
        try {
            fs.readSync(descriptor, head, 0, HEAD, 0);
        } finally {
            fs.closeSync(descriptor);
        }
        const end = head.indexOf(0);
        return new Series(path.dirname(file), JSON.parse(head.toString("utf8", 0, end < 0 ? HEAD : end)) as SeriesInfo);
    }

    /** Bytes that it may come to take. */
    static bytes(kind: SeriesInfo["kind"]): number {
        const size = kind === "distribution" ? distributionBytes : plainBytes;
        return HEAD + TIERS.reduce((sum, { steps }) => sum + steps * size, 0);
    }

    add(sample: Sample, time: number): void {
        TIERS.forEach((tier, index) => {
            const start = startOf(tier, time);
            let step = this.#open[index].get(start);
            if (!step) {
                step = this.#read(index, start, start + tier.seconds).get(start) ?? new Step();
                this.#open[index].set(start, step);
            }
            step.add(sample, time);
        });
        this.#changed = true;
    }

    /** Steps that begin from `from` on and before `to`, in milliseconds since 1970, by their start in seconds. */
    steps(tier: Tier, from: number, to: number): Map<number, Step> {
        const index = TIERS.indexOf(tier);
        const first = Math.ceil(from / 1000 / tier.seconds) * tier.seconds;
        const end = Math.ceil(to / 1000);
        const steps = this.#read(index, first, end);
        for (const [start, step] of this.#open[index]) {
            if (start >= first && start < end) {
                steps.set(start, step);
            }
        }
        return steps;
    }

    /** Writes what changed, and forgets what is over at `now`. When it throws, the steps that are over are lost. */
    flush(now: number): void {
        if (!this.#changed) {
            return;
        }
        this.#changed = false;
        const open = this.#open.map((steps) => [...steps]);
        TIERS.forEach((tier, index) => {
            for (const start of this.#open[index].keys()) {
                if ((start + tier.seconds) * 1000 <= now) {
                    this.#open[index].delete(start);
                }
            }
        });
        if (!fs.existsSync(this.file)) {
            writeAtomic(this.file, JSON.stringify(this.info).padEnd(HEAD, "\0"));
        }
        const descriptor = fs.openSync(this.file, "r+");
        try {
            open.forEach((steps, index) => {
                for (const [start, step] of steps) {
                    fs.writeSync(descriptor, step.encode(start, this.#size), 0, this.#size, this.#place(index, start));
                }
            });
        } finally {
            fs.closeSync(descriptor);
        }
    }

    #read(index: number, first: number, end: number): Map<number, Step> {
        const tier = TIERS[index];
        const found = new Map<number, Step>();
        const count = Math.min(tier.steps, Math.ceil((end - first) / tier.seconds));
        if (count <= 0 || !fs.existsSync(this.file)) {
            return found;
        }
        const descriptor = fs.openSync(this.file, "r");
        try {
            // beyond the ring's end it goes on at its beginning
            for (let start = end - count * tier.seconds, done = 0; done < count;) {
                start = Math.ceil(start / tier.seconds) * tier.seconds;
                const run = Math.min(count - done, tier.steps - ((start / tier.seconds) % tier.steps));
                const bytes = Buffer.alloc(run * this.#size);
                const got = fs.readSync(descriptor, bytes, 0, bytes.length, this.#place(index, start));
                for (let at = 0; at < run; at++, start += tier.seconds) {
                    const step = Step.decode(bytes.subarray(0, got), at * this.#size, this.#size, start);
                    if (step) {
                        found.set(start, step);
                    }
                }
                done += run;
            }
        } finally {
            fs.closeSync(descriptor);
        }
        return found;
    }

    #place(index: number, start: number): number {
        const before = TIERS.slice(0, index).reduce((sum, { steps }) => sum + steps * this.#size, 0);
        return HEAD + before + ((start / TIERS[index].seconds) % TIERS[index].steps) * this.#size;
    }
}

const HEAD = 8192;

/** The same for the same metric and dimensions, in whatever order. */
export function seriesKey({ name, dimensions }: Pick<SeriesInfo, "name" | "dimensions">): string {
    return JSON.stringify([name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function startOf(tier: Tier, time: number): number {
    return Math.floor(time / 1000 / tier.seconds) * tier.seconds;
}
