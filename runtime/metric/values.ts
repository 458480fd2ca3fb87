import { type Declared } from "./declared";

/** Tally is what was observed of a distribution. */
export interface Tally {
    count: number;
    sum: number;
    min: number;
    max: number;
    /** How often each value was observed. */
    readonly values: Map<number, number>;
}

/** Reading is what one series has: of a counter what was added, of a gauge the last value, of a distribution a {@link Tally}. */
export interface Reading {
    /** The dimensions' values in the order of their declaration. None, though some are declared: of the whole. */
    readonly at: readonly string[];
    readonly value: number | Tally;
}

/** Values gathers what is written to one metric, by the values of its dimensions. */
export class Values {
    readonly #all = new Map<string, Reading>();

    constructor(private readonly kind: Declared["kind"]) {}

    get size(): number {
        return this.#all.size;
    }

    write(at: readonly string[], value: number): void {
        const key = JSON.stringify(at);
        const before = this.#all.get(key)?.value;
        if (this.kind === "gauge") this.#all.set(key, { at, value });
        else if (this.kind === "counter")
            this.#all.set(key, { at, value: ((before as number | undefined) ?? 0) + value });
        else if (typeof before === "object") observe(before, value);
        else {
            const tally: Tally = { count: 0, sum: 0, min: Infinity, max: -Infinity, values: new Map() };
            observe(tally, value);
            this.#all.set(key, { at, value: tally });
        }
    }

    /** Adds readings that came after these. */
    merge(later: readonly Reading[]): void {
        for (const { at, value } of later) {
            if (typeof value === "number") this.write(at, value);
            else {
                const key = JSON.stringify(at);
                const before = this.#all.get(key)?.value;
                if (typeof before === "object") join(before, value);
                else this.#all.set(key, { at, value });
            }
        }
    }

    readings(): Reading[] {
        return [...this.#all.values()];
    }

    clear(): void {
        this.#all.clear();
    }
}

/** Different values that are kept as they are; what comes beyond is rounded to two digits. */
const EXACT = 500;

function observe(tally: Tally, value: number, times = 1): void {
    const { values } = tally;
    const kept = values.size < EXACT || values.has(value) ? value : Number(value.toPrecision(2));
    values.set(kept, (values.get(kept) ?? 0) + times);
    tally.count += times;
    tally.sum += value * times;
    tally.min = Math.min(tally.min, value);
    tally.max = Math.max(tally.max, value);
}

function join(tally: Tally, { sum, min, max, values }: Tally): void {
    const whole = tally.sum + sum;
    for (const [value, times] of values) observe(tally, value, times);
    // What was rounded is rounded among the values only.
    Object.assign(tally, { sum: whole, min: Math.min(tally.min, min), max: Math.max(tally.max, max) });
}
