/**
 * A sketch of how values lie: counts in buckets whose width grows with the value, so that a percentile is right within some
 * percent at any size. It has 40 buckets at most: values that lie far apart make it coarser. Percentiles are right within
 * 4.5 % over 5 powers of two, 9 % over 10, 19 % over 20 (a millionfold), 41 % over 40.
 */
export class Sketch {
    /** Buckets for each doubling: 2 to the power of this. */
    #scale = FINEST;
    readonly #counts = new Map<number, number>();

    /** Adds `value`, `count` times: a fraction is allowed. */
    add(value: number, count = 1): void {
        if (count > 0) {
            this.#put(keyOf(value, this.#scale), count);
            this.#shrink();
        }
    }

    merge(other: Sketch): void {
        while (this.#scale > other.#scale) {
            this.#coarsen();
        }
        for (const [key, count] of other.#counts) {
            this.#put(coarser(key, other.#scale - this.#scale), count);
        }
        this.#shrink();
    }

    /** The value below which the share `rank` (0 to 1) of all lies; undefined when there is none. */
    quantile(rank: number): number | undefined {
        const keys = [...this.#counts.keys()].sort((a, b) => a - b);
        const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
        let left = rank * total;
        for (const key of keys) {
            left -= this.#counts.get(key) ?? 0;
            if (left <= 1e-9 * total) {
                return this.#middle(key);
            }
        }
        return keys.length > 0 ? this.#middle(keys[keys.length - 1]) : undefined;
    }

    /** Writes it at `offset` into `bytes`, in {@link sketchBytes}. */
    encode(bytes: Buffer, offset: number): void {
        bytes.writeInt8(this.#scale, offset);
        bytes.writeUInt8(this.#counts.size, offset + 1);
        let at = offset + 2;
        for (const [key, count] of this.#counts) {
            bytes.writeInt16LE(key, at);
            bytes.writeFloatLE(count, at + 2);
            at += ENTRY;
        }
    }

    static decode(bytes: Buffer, offset: number): Sketch {
        const sketch = new Sketch();
        sketch.#scale = bytes.readInt8(offset);
        const size = Math.min(bytes.readUInt8(offset + 1), MOST);
        for (let at = offset + 2; at < offset + 2 + size * ENTRY; at += ENTRY) {
            sketch.#counts.set(bytes.readInt16LE(at), bytes.readFloatLE(at + 2));
        }
        return sketch;
    }

    #put(key: number, count: number): void {
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    }

    #shrink(): void {
        while (this.#counts.size > MOST) {
            this.#coarsen();
        }
    }

    #coarsen(): void {
        const before = [...this.#counts];
        this.#counts.clear();
        this.#scale--;
        before.forEach(([key, count]) => this.#put(coarser(key, 1), count));
    }

    #middle(key: number): number {
        return key === 0 ? 0 : Math.sign(key) * 2 ** ((Math.abs(key) - MIDDLE - 0.5) / 2 ** this.#scale);
    }
}

const MOST = 40;
const ENTRY = 6;
const FINEST = 3;

/** Bytes that a sketch takes on disk. */
export const sketchBytes = 2 + MOST * ENTRY;

/** Keys: 0 for zero, above it for positive values, below it for negative ones; `MIDDLE` is the bucket that ends at 1. */
const MIDDLE = 8192;

function keyOf(value: number, scale: number): number {
    if (value === 0) {
        return 0;
    }
    const power = Math.min(1023, Math.max(-1022, Math.log2(Math.abs(value))));
    return Math.sign(value) * (Math.ceil(power * 2 ** scale) + MIDDLE);
}

function coarser(key: number, steps: number): number {
    return key === 0 ? 0 : Math.sign(key) * (Math.ceil((Math.abs(key) - MIDDLE) / 2 ** steps) + MIDDLE);
}
