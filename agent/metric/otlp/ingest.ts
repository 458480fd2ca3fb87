/** Ingest: brings what apps send over OTLP into the stores of metrics and logs. */

import { type Identity, type LogSink } from "../../kind";
import { type Clock } from "../clock";
import { type MetricStore, type Sample } from "../types";
import {
    type AnyValue,
    type BasePoint,
    type KeyValue,
    type Metric,
    type ResourceLogs,
    type ResourceMetrics,
} from "./messages";
import { difference, exponentialTally, histogramTally, numberOf, sketchOf, sumTally, type Tally } from "./points";

/** Taken says what of a request was not kept, and why for the first of it. */
export interface Taken {
    rejected: number;
    why: string;
}

export class Ingest {
    /** For what counts from its start: the tally before. */
    readonly #before = new Map<string, { tally: Tally; seen: number }>();
    readonly #started: number;

    constructor(
        private readonly metrics: MetricStore,
        private readonly logs: LogSink,
        private readonly clock: Clock,
    ) {
        this.#started = clock.now();
    }

    takeMetrics(identity: Identity, request: readonly ResourceMetrics[]): Taken {
        const taken: Taken = { rejected: 0, why: "" };
        this.#forget();
        for (const { resource, scopeMetrics = [] } of request) {
            const process = JSON.stringify([identity.owner, resource?.attributes ?? []]);
            for (const { scope, metrics = [] } of scopeMetrics) {
                metrics.forEach((metric) => this.#metric(identity, `${process}${scope?.name ?? ""}`, metric, taken));
            }
        }
        return taken;
    }

    takeLogs(identity: Identity, request: readonly ResourceLogs[]): Taken {
        const id = identity.owner.slice(identity.owner.lastIndexOf("/") + 1);
        const log = identity.permits.find(({ kind, access }) => kind === "Log" && access.includes("write"))?.id ?? id;
        for (const record of request.flatMap(({ scopeLogs = [] }) =>
            scopeLogs.flatMap(({ logRecords = [] }) => logRecords),
        )) {
            const { timeUnixNano, observedTimeUnixNano, severityNumber = 0, body } = record;
            this.logs.append(log, {
                time: Math.round((timeUnixNano || observedTimeUnixNano || this.clock.now() * 1e6) / 1e6),
                source: `${id}/otlp`,
                stream: severityNumber >= ERROR ? "stderr" : "stdout",
                text: textOf(body).slice(0, LONGEST_LINE),
            });
        }
        return { rejected: 0, why: "" };
    }

    #metric(identity: Identity, process: string, metric: Metric, taken: Taken): void {
        const { name = "", sum, histogram, exponentialHistogram: exponential, gauge, summary } = metric;
        const why = this.#refusal(identity, name) ?? (summary && "summaries cannot be added up: send a histogram");
        const refuse = (count: number, reason: string): void => {
            taken.rejected += count;
            taken.why ||= `${name}: ${reason}`;
        };
        const points: readonly BasePoint[] =
            (sum ?? histogram ?? exponential ?? gauge ?? summary)?.dataPoints?.filter(
                ({ flags = 0 }) => (flags & 1) === 0,
            ) ?? [];
        if (why !== undefined) {
            refuse(points.length, why);
            return;
        }
        const cumulative = (sum ?? histogram ?? exponential)?.aggregationTemporality === CUMULATIVE;
        for (const point of points) {
            const found = gauge || (sum && !sum.isMonotonic && cumulative) ? gaugeOf(point) : undefined;
            const values = found ?? this.#since(metric, process, point, cumulative);
            const reason =
                values &&
                this.metrics.write({
                    name,
                    ...values,
                    dimensions: dimensionsOf(point),
                    time: this.#time(point),
                    origin: "app",
                });
            if (reason !== undefined) {
                refuse(1, reason);
            }
        }
    }

    /** Why this app may not write to `name`. */
    #refusal({ owner, permits }: Identity, name: string): string | undefined {
        if (this.metrics.declared(name)) {
            const permitted = permits.some(
                ({ kind, id, access }) => kind === "Metric" && id === name && access.includes("write"),
            );
            return permitted ? undefined : `${owner} has no link that may write to it`;
        }
        return this.metrics.series(name).some(({ origin }) => origin === "agent")
            ? "it is the agent's own metric"
            : undefined;
    }

    /** What was observed since the last point. Undefined for the first one, when what it counts began before we did. */
    #since(metric: Metric, process: string, point: BasePoint, cumulative: boolean): Values | undefined {
        const tally = metric.sum ? sumTally(point) : metric.histogram ? histogramTally(point) : exponentialTally(point);
        const { min, max } = cumulative ? {} : (point as { min?: number; max?: number });
        if (!cumulative) {
            return valuesOf(metric, tally, min, max);
        }
        const key = JSON.stringify([process, metric.name, point.startTimeUnixNano, point.attributes]);
        const before = this.#before.get(key)?.tally;
        this.#before.delete(key); // for the order of the map: the longest unseen first
        this.#before.set(key, { tally, seen: this.clock.now() });
        const began = (point.startTimeUnixNano ?? 0) / 1e6 >= this.#started;
        const since = before ? difference(tally, before) : began ? tally : undefined;
        return since && valuesOf(metric, since, min, max);
    }

    #time({ timeUnixNano }: BasePoint): number {
        return timeUnixNano ? Math.floor(timeUnixNano / 1e6) : this.clock.now();
    }

    #forget(): void {
        for (const [key, { seen }] of this.#before) {
            if (this.#before.size <= MOST_TALLIES && seen > this.clock.now() - UNSEEN) {
                return;
            }
            this.#before.delete(key);
        }
    }
}

type Values = Omit<Sample, "name" | "dimensions" | "time" | "origin">;

const CUMULATIVE = 2;
const ERROR = 17;
const LONGEST_LINE = 16_384;
const MOST_TALLIES = 20_000;
const UNSEEN = 3_600_000;

function gaugeOf(point: BasePoint): Values {
    const value = numberOf(point);
    return { kind: "gauge", count: 1, sum: value, min: value, max: value, last: value };
}

function valuesOf(metric: Metric, tally: Tally, low?: number, high?: number): Values | undefined {
    if (metric.sum) {
        const { sum } = tally;
        return { kind: "counter", count: 1, sum, min: sum, max: sum, last: sum };
    }
    if (tally.count === 0) {
        return undefined;
    }
    const sketch = sketchOf(tally, low, high);
    const min = low ?? sketch.quantile(0) ?? 0;
    const max = high ?? sketch.quantile(1) ?? 0;
    const sum = Number.isFinite(tally.sum) ? tally.sum : ((min + max) / 2) * tally.count;
    return { kind: "distribution", count: tally.count, sum, min, max, last: sum / tally.count, sketch };
}

function dimensionsOf({ attributes = [] }: BasePoint): Record<string, string> {
    return Object.fromEntries(attributes.map(({ key, value }) => [key, textOf(value)]));
}

function textOf(value: AnyValue | undefined): string {
    const plain = plainOf(value);
    return typeof plain === "string" ? plain : plain === undefined ? "" : JSON.stringify(plain);
}

function plainOf(value: AnyValue | undefined): unknown {
    if (value?.arrayValue) {
        return (value.arrayValue.values ?? []).map(plainOf);
    }
    if (value?.kvlistValue) {
        return Object.fromEntries(
            (value.kvlistValue.values ?? []).map(({ key, value: inner }: KeyValue) => [key, plainOf(inner)]),
        );
    }
    return value?.stringValue ?? value?.boolValue ?? value?.intValue ?? value?.doubleValue ?? value?.bytesValue;
}
