/** The stack's one dashboard: every component's gauges, every metric of the apps, every alarm. */

import * as pulumi from "@pulumi/pulumi";
import * as monitoring from "@pulumi/gcp/monitoring";
import type { Cloud } from "../../components/cloud";
import type { Parts } from "../../components/component";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import type { GcpGauge } from "./gauges";
import { promName, valueOf } from "./promql";
import { stackPart } from "./stack-part";

/** Graph is one number over time. */
export interface Graph {
    readonly title: string;
    readonly gauge: pulumi.Input<GcpGauge>;
    readonly kind: "counter" | "gauge" | "distribution";
    /** The names of dimensions by which it is drawn too. */
    readonly split: readonly string[];
}

/** Section stands under a heading. Those with the same heading are one. */
export interface Section {
    readonly heading: string;
    readonly graphs: readonly Graph[];
    readonly alarms: readonly pulumi.Input<string>[];
}

/** Adds to the stack's dashboard. It is made with the first section, and holds all that there are when the program has ended. */
export function onDashboard(site: Site, section: Section): void {
    if (!section.graphs.length && !section.alarms.length) return;
    stackPart(site, "stack-dashboard", (part) => {
        const sections = new Gathered<Section>();
        part.make(
            "dashboard",
            monitoring.Dashboard,
            { dashboardJson: pulumi.output(sections.all).apply(body) },
            { main: true },
        );
        return sections;
    }).add(section);
}

/** The same drivers, but each component that they make stands on the dashboard. */
export function shown(drivers: Cloud["drivers"]): Cloud["drivers"] {
    const wrapped = Object.entries(drivers).map(([service, driver]) => [
        service,
        (site: Site, spec: never) => {
            const parts = (driver as (site: Site, spec: never) => Parts)(site, spec);
            const graphs = Object.entries(parts.gauges ?? {}).map(([name, gauge]) => ({
                title: `${site.name} ${name}`,
                gauge: gauge as GcpGauge,
                kind: (gauge as GcpGauge).kind === "delta" ? ("counter" as const) : ("gauge" as const),
                split: [],
            }));
            onDashboard(site, { heading: site.name, graphs, alarms: [] });
            return parts;
        },
    ]);
    return Object.fromEntries(wrapped) as Cloud["drivers"];
}

/**
 * Cloud Monitoring's own form, as Google writes it back (no zeros, every default said), so that it is no change the next time:
 * a text for each heading, below it the graphs, three in a row of 48 columns.
 */
function body(all: readonly Section[]): pulumi.Output<string> {
    const byHeading = new Map<string, Section[]>();
    for (const section of all) byHeading.set(section.heading, [...(byHeading.get(section.heading) ?? []), section]);
    const tiles: object[] = [];
    let y = 0;
    const put = (x: number, yPos: number, width: number, height: number, widget: object) =>
        tiles.push({ ...(x ? { xPos: x } : {}), ...(yPos ? { yPos } : {}), width, height, widget });
    const policyNames = all.flatMap((section) => section.alarms);
    if (policyNames.length) {
        put(0, y, 48, 8, { title: "Alarms", incidentList: { policyNames } });
        y += 8;
    }
    // By name, so that the order in which a program makes its parts is no change.
    for (const [heading, parts] of [...byHeading].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const graphs = parts.flatMap((part) => part.graphs);
        if (!graphs.length) continue;
        put(0, y, 48, 4, { text: { content: `## ${heading}`, format: "MARKDOWN" } });
        y += 4;
        graphs.forEach((graph, index) => put((index % 3) * 16, y + Math.floor(index / 3) * 12, 16, 12, chart(graph)));
        y += Math.ceil(graphs.length / 3) * 12;
    }
    return pulumi.jsonStringify({
        displayName: `${pulumi.getProject()}/${pulumi.getStack()}`,
        mosaicLayout: { columns: 48, tiles },
    });
}

function chart({ title, gauge, kind, split }: Graph): object {
    const statistic = ({ counter: "sum", gauge: "average", distribution: "p99" } as const)[kind];
    const whole = pulumi.output(gauge).apply((known) => valueOf(known as GcpGauge, statistic, 300));
    const line = (prometheusQuery: pulumi.Output<string>) => ({
        timeSeriesQuery: { prometheusQuery },
        plotType: "LINE",
        targetAxis: "Y1",
    });
    const parts = pulumi.output(gauge).apply((known) => {
        const name = promName(known.metric);
        const by = split.join(", ");
        if (kind === "distribution")
            return `histogram_quantile(0.99, sum by (${by}, le) (increase(${name}_bucket[300s])))`;
        return kind === "counter" ? `sum by (${by}) (increase(${name}[300s]))` : `avg by (${by}) (${name})`;
    });
    return { title, xyChart: { dataSets: [line(whole), ...(split.length ? [line(parts)] : [])] } };
}
