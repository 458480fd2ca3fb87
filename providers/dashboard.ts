/** A stack's one dashboard, as far as it is the same on each cloud: what stands on it, and in which order. */

import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../components/cloud";
import type { Parts } from "../components/component";
import type { Site } from "../components/site";

/** Graph is one number over time. */
export interface Graph<Gauge> {
    readonly title: string;
    readonly gauge: Gauge;
    readonly kind: "counter" | "gauge" | "distribution";
    /** The names of dimensions by which it is drawn too. */
    readonly split: readonly string[];
}

/** Section stands under a heading. Those with the same heading are one. */
export interface Section<Gauge> {
    readonly heading: string;
    readonly graphs: readonly Graph<Gauge>[];
    readonly alarms: readonly pulumi.Input<string>[];
}

/** What stands under each heading that has something: by name, so that the order in which a program makes its parts is no change. */
export function byHeading<S extends Section<unknown>>(sections: readonly S[]): [heading: string, of: S[]][] {
    const all = new Map<string, S[]>();
    for (const section of sections) {
        if (section.graphs.length) all.set(section.heading, [...(all.get(section.heading) ?? []), section]);
    }
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The same drivers, but each component that they make stands on the dashboard, with all of its gauges.
 *
 * @param add - adds a section to the dashboard
 * @param counts - whether a gauge counts what happens, in place of telling how something is
 */
export function shown<Gauge>(
    drivers: Cloud["drivers"],
    add: (site: Site, section: Section<Gauge>) => void,
    counts: (name: string, gauge: Gauge) => boolean,
): Cloud["drivers"] {
    const wrapped = Object.entries(drivers).map(([service, driver]) => [
        service,
        (site: Site, spec: never) => {
            const parts = (driver as (site: Site, spec: never) => Parts)(site, spec);
            const gauges = Object.entries((parts.gauges ?? {}) as Readonly<Record<string, Gauge>>);
            const graphs = gauges.map(([name, gauge]) => ({
                title: `${site.name} ${name}`,
                gauge,
                kind: counts(name, gauge) ? ("counter" as const) : ("gauge" as const),
                split: [],
            }));
            add(site, { heading: site.name, graphs, alarms: [] });
            return parts;
        },
    ]);
    return Object.fromEntries(wrapped) as Cloud["drivers"];
}
