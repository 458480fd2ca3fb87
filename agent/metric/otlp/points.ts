/** Points: brings every sort of point to one form, and what counts from the start to what came since the last one. */

import { Sketch } from "../sketch";
import { type Buckets, type ExponentialPoint, type HistogramPoint, type NumberPoint } from "./messages";

/** Tally is what is compared with the tally before. Buckets are keyed by sign and index, at a scale of its own. */
export interface Tally {
    readonly count: number;
    readonly sum: number;
    readonly scale: number;
    readonly counts: ReadonlyMap<number, number>;
    /** The bounds of explicit buckets: with others, the tally begins anew. */
    readonly bounds?: readonly number[];
}

export const numberOf = (point: NumberPoint): number => point.asDouble ?? point.asInt ?? 0;

export function sumTally(point: NumberPoint): Tally {
    return { count: 1, sum: numberOf(point), scale: 0, counts: new Map() };
}

export function histogramTally({ count = 0, sum, bucketCounts = [], explicitBounds = [] }: HistogramPoint): Tally {
    return { count, sum: sum ?? NaN, scale: 0, counts: new Map(bucketCounts.entries()), bounds: explicitBounds };
}

export function exponentialTally(point: ExponentialPoint): Tally {
    const { count = 0, sum, scale = 0, zeroCount = 0, positive, negative } = point;
    const counts = new Map<number, number>([[0, zeroCount]]);
    addBuckets(counts, 1, positive);
    addBuckets(counts, -1, negative);
    return { count, sum: sum ?? NaN, scale, counts };
}

/** What came to `now` since `before`; undefined when it does not follow from it, and so begins anew. */
export function difference(now: Tally, before: Tally): Tally | undefined {
    const follows = now.count >= before.count && JSON.stringify(now.bounds) === JSON.stringify(before.bounds);
    if (!follows) {
        return undefined;
    }
    const scale = Math.min(now.scale, before.scale);
    const counts = rescale(now, scale);
    for (const [key, count] of rescale(before, scale)) {
        counts.set(key, Math.max(0, (counts.get(key) ?? 0) - count));
    }
    return { ...now, count: now.count - before.count, sum: now.sum - before.sum, scale, counts };
}

/** How the values of a histogram lie, by its buckets: within each one, evenly. */
export function sketchOf({ counts, scale, bounds }: Tally, min?: number, max?: number): Sketch {
    const sketch = new Sketch();
    for (const [key, count] of counts) {
        if (bounds) {
            const low = bounds[key - 1] ?? min ?? Math.min(0, bounds[0] ?? 0);
            const high = bounds[key] ?? max ?? bounds[bounds.length - 1] ?? low;
            spread(sketch, Math.max(low, min ?? low), Math.min(high, max ?? high), count);
        } else {
            sketch.add(key === 0 ? 0 : Math.sign(key) * 2 ** ((Math.abs(key) - MIDDLE + 0.5) / 2 ** scale), count);
        }
    }
    return sketch;
}

const MIDDLE = 2 ** 30;
const SLICES = 8;

function spread(sketch: Sketch, low: number, high: number, count: number): void {
    for (let slice = 0; slice < SLICES; slice++) {
        sketch.add(low + ((high - low) * (slice + 0.5)) / SLICES, count / SLICES);
    }
}

function addBuckets(counts: Map<number, number>, sign: number, { offset = 0, bucketCounts = [] }: Buckets = {}): void {
    bucketCounts.forEach((count, index) => {
        if (count > 0) {
            counts.set(sign * (offset + index + MIDDLE), count);
        }
    });
}

function rescale({ counts, scale }: Tally, to: number): Map<number, number> {
    const found = new Map<number, number>();
    for (const [key, count] of counts) {
        const coarser =
            key === 0 || scale === to
                ? key
                : Math.sign(key) * (Math.floor((Math.abs(key) - MIDDLE) / 2 ** (scale - to)) + MIDDLE);
        found.set(coarser, (found.get(coarser) ?? 0) + count);
    }
    return found;
}
