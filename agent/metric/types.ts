/** What the store of metrics takes and gives. */

import { type Dimensions, type MetricSink } from "../kind";
import { type Sketch } from "./sketch";

export type MetricSort = "counter" | "gauge" | "distribution";

export type Statistic = "sum" | "avg" | "min" | "max" | "p50" | "p90" | "p99" | "rate" | "last";

/** MetricStore keeps numbers over time: in steps of 10 s for 6 hours, and of 1 min for 15 days. */
export interface MetricStore extends MetricSink {
    /** Keeps what was observed. Returns why not, when it was dropped. */
    write(sample: Sample): string | undefined;
    /** Says what `name` is from now on: a write that does not fit is dropped, and counted. */
    declare(name: string, declaration: Declaration): void;
    declared(name: string): Declaration | undefined;
    /** Removes the declaration and all values of `name`. */
    forget(name: string): void;
    /**
     * Values of `name`, one for each step: null where nothing was written.
     * @throws Refusal when the question does not fit, such as percentiles of what is no distribution.
     */
    query(query: MetricQuery): Point[];
    /** All series, or those of `name`. */
    series(name?: string): SeriesInfo[];
    /** Writes that were dropped since the agent started, by metric. */
    dropped(): ReadonlyMap<string, number>;
    /** Brings to disk what is in memory: done every 5 s by itself. */
    flush(): void;
    /** Flushes, and takes no more. */
    stop(): void;
}

export interface Declaration {
    readonly unit: string;
    readonly kind: MetricSort;
    readonly dimensions: readonly string[];
}

/** Sample is one or several observations at about the same time. */
export interface Sample {
    readonly name: string;
    readonly kind: MetricSort;
    readonly dimensions?: Dimensions;
    /** Milliseconds since 1970. @default now */
    readonly time?: number;
    readonly count: number;
    readonly sum: number;
    readonly min: number;
    readonly max: number;
    /** The newest value. */
    readonly last: number;
    /** How the values of a distribution lie. */
    readonly sketch?: Sketch;
    /** Who writes: the agent's own metrics are not for apps. @default "agent" */
    readonly origin?: Origin;
}

export type Origin = "agent" | "app";

export interface MetricQuery {
    readonly name: string;
    /** Only series with these. @default all series, taken together */
    readonly dimensions?: Dimensions;
    /** Milliseconds since 1970. */
    readonly from: number;
    /** Before this time. */
    readonly to: number;
    /** Seconds, a multiple of 10. Below 60 there are values of the last 6 hours only. */
    readonly step: number;
    /** `rate` is the sum per second; `last` the newest value of all series. */
    readonly statistic: Statistic;
}

export interface Point {
    /** When the step begins, in milliseconds since 1970: a multiple of the step. */
    readonly time: number;
    readonly value: number | null;
}

export interface SeriesInfo {
    readonly name: string;
    readonly kind: MetricSort;
    readonly dimensions: Dimensions;
    readonly origin: Origin;
}
