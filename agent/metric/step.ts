/** A step: what was observed of one series within some seconds. */

import { Sketch, sketchBytes } from "./sketch";
import { type Sample, type Statistic } from "./types";

export class Step {
    count = 0;
    sum = 0;
    min = Infinity;
    max = -Infinity;
    last = NaN;
    /** When `last` was, in milliseconds since 1970. */
    lastTime = 0;
    sketch: Sketch | undefined;

    add(sample: Sample, time: number): void {
        this.#add(sample, time);
    }

    merge(other: Step): void {
        this.#add(other, other.lastTime);
    }

    /** Undefined when nothing was observed. */
    value(statistic: Statistic, seconds: number): number | null {
        if (this.count === 0) {
            return null;
        }
        switch (statistic) {
            case "sum":
                return this.sum;
            case "avg":
                return this.sum / this.count;
            case "rate":
                return this.sum / seconds;
            case "min":
            case "max":
            case "last":
                return this[statistic];
            default: {
                const value = this.sketch?.quantile(Number(statistic.slice(1)) / 100);
                return value === undefined ? null : Math.min(this.max, Math.max(this.min, value));
            }
        }
    }

    /** @param start - When it begins, in seconds since 1970. */
    encode(start: number, size: number): Buffer {
        const bytes = Buffer.alloc(size);
        bytes.writeUInt32LE(start, 0);
        bytes.writeUInt32LE(Math.max(0, this.lastTime - start * 1000), 4);
        [this.count, this.sum, this.min, this.max, this.last].forEach((value, index) =>
            bytes.writeDoubleLE(value, 8 + index * 8),
        );
        this.sketch?.encode(bytes, plainBytes);
        return bytes;
    }

    /** The step that begins at `start` seconds since 1970, or undefined if another one or none is at `offset`. */
    static decode(bytes: Buffer, offset: number, size: number, start: number): Step | undefined {
        if (offset + size > bytes.length || bytes.readUInt32LE(offset) !== start) {
            return undefined;
        }
        const step = new Step();
        step.lastTime = start * 1000 + bytes.readUInt32LE(offset + 4);
        [step.count, step.sum, step.min, step.max, step.last] = [0, 1, 2, 3, 4].map((index) =>
            bytes.readDoubleLE(offset + 8 + index * 8),
        );
        step.sketch = size > plainBytes ? Sketch.decode(bytes, offset + plainBytes) : undefined;
        return step;
    }

    #add(other: Pick<Sample, "count" | "sum" | "min" | "max" | "last" | "sketch">, time: number): void {
        this.count += other.count;
        this.sum += other.sum;
        this.min = Math.min(this.min, other.min);
        this.max = Math.max(this.max, other.max);
        if (time >= this.lastTime) {
            this.last = other.last;
            this.lastTime = time;
        }
        if (other.sketch) {
            this.sketch ??= new Sketch();
            this.sketch.merge(other.sketch);
        }
    }
}

/** Bytes of a step on disk. */
export const plainBytes = 48;
export const distributionBytes = plainBytes + sketchBytes;
