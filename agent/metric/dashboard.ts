/** The dashboard of a stack: its metrics under their headings, with their newest values. */

import { type Dimensions } from "../kind";
import { type MetricInputs } from "./metric";
import { type MetricStore } from "./types";

/** By heading, in the order of names. */
export type Dashboard = Readonly<Record<string, readonly Shown[]>>;

/** Shown is one metric, or a number of the agent's own. */
export interface Shown {
    readonly metric: string;
    readonly dimensions?: Dimensions;
    readonly unit: string;
    /** Of the last minute in which something was written: the sum of a counter, the newest of a gauge, the 99th percentile. */
    readonly value: number | null;
    /** When that minute began, in milliseconds since 1970. */
    readonly time: number | null;
}

export function dashboardOf(store: MetricStore, metrics: readonly MetricInputs[], now: number): Dashboard {
    const places = new Map<string, Shown[]>();
    for (const inputs of [...metrics].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const heading = inputs.dashboard ?? inputs.name;
        places.set(heading, [...(places.get(heading) ?? []), shown(store, inputs, now)]);
    }
    return Object.fromEntries([...places].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(store: MetricStore, { name, unit, kind, of }: MetricInputs, now: number): Shown {
    const metric = of?.metric ?? name;
    const sort = store.series(metric)[0]?.kind ?? kind;
    const statistic = ({ counter: "sum", gauge: "last", distribution: "p99" } as const)[sort];
    const points = store.query({
        name: metric,
        dimensions: of?.dimensions,
        from: now - RECENT,
        to: now,
        step: 60,
        statistic,
    });
    const newest = points.findLast(({ value }) => value !== null);
    const { value, time } = newest ?? { value: null, time: null };
    return { metric, ...(of && { dimensions: of.dimensions }), unit, value, time };
}

const RECENT = 6 * 60 * 60 * 1000;
