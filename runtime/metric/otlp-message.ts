/** OTLP's messages, in its JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */

import { type Declared } from "./declared";
import { type Tally } from "./values";

/** Series is one point of a request. */
export interface Point {
    /** The dimensions' values in the order of their declaration, or none. */
    readonly at: readonly string[];
    readonly value: number | Histogram;
}

/** Histogram is a distribution by {@link bounds}. */
export interface Histogram {
    readonly count: number;
    readonly sum: number;
    readonly min?: number;
    readonly max?: number;
    /** One more than there are bounds. */
    readonly buckets: readonly number[];
}

/**
 * The upper bounds of buckets: 0, then ten for each power of ten, from a millionth to a billion. They are the same for ever,
 * since what is compared with what was sent before must have the same ones; and Cloud Monitoring takes 200.
 */
export const bounds: readonly number[] = [
    0,
    ...Array.from({ length: 151 }, (_, index) => Number((10 ** (index / 10 - 6)).toPrecision(6))),
];

/** How many of a tally's values are in each bucket. */
export function bucketsOf({ values }: Tally): number[] {
    const buckets = Array<number>(bounds.length + 1).fill(0);
    for (const [value, times] of values) {
        const index = bounds.findIndex((bound) => value <= bound);
        buckets[index < 0 ? bounds.length : index] += times;
    }
    return buckets;
}

/** When what a point counts began, if not with the one before; and whether it is sent whole each time. */
export interface Span {
    readonly cumulative: boolean;
    /** Milliseconds since 1970. */
    readonly start: number;
    readonly end: number;
}

/**
 * A request. It says no unit: who stores it like Prometheus may make it a part of the name, by which alarms and graphs ask.
 *
 * @param resource who sends it: attributes of OpenTelemetry
 */
export function requestOf(
    { name, kind, dimensions }: Declared,
    points: readonly Point[],
    { cumulative, start, end }: Span,
    resource: Readonly<Record<string, string>>,
): object {
    const aggregationTemporality = cumulative ? CUMULATIVE : DELTA;
    const times = { startTimeUnixNano: nanos(start), timeUnixNano: nanos(end) };
    const dataPoints = points.map(({ at, value }) => ({
        attributes: attributesOf(Object.fromEntries(at.map((one, index) => [dimensions[index], one]))),
        ...(kind === "gauge" ? { timeUnixNano: times.timeUnixNano } : times),
        ...(typeof value === "number" ? { asDouble: value } : histogramOf(value)),
    }));
    const data = {
        counter: { sum: { aggregationTemporality, isMonotonic: true, dataPoints } },
        gauge: { gauge: { dataPoints } },
        distribution: { histogram: { aggregationTemporality, dataPoints } },
    }[kind];
    const scope = { name: "pulumi-mvi" };
    return {
        resourceMetrics: [
            {
                resource: { attributes: attributesOf(resource) },
                scopeMetrics: [{ scope, metrics: [{ name, ...data }] }],
            },
        ],
    };
}

const DELTA = 1;
const CUMULATIVE = 2;

/** 64-bit numbers are texts. */
const nanos = (milliseconds: number): string => `${Math.floor(milliseconds)}000000`;

function histogramOf({ count, sum, min, max, buckets }: Histogram): object {
    return { count: String(count), sum, min, max, bucketCounts: buckets.map(String), explicitBounds: bounds };
}

function attributesOf(all: Readonly<Record<string, string>>): object[] {
    return Object.entries(all).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
