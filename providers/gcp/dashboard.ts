/** The stack's one dashboard: every component's gauges, every metric of the apps, every alarm. */

import * as pulumi from "@pulumi/pulumi";
import * as monitoring from "@pulumi/gcp/monitoring";
import type { Cloud } from "../../components/cloud";
import type { Site } from "../../components/site";
import { byHeading, type Graph, type Section, shown as allShown } from "../dashboard";
import { Gathered } from "../declared";
import type { GcpGauge } from "./gauges";
import { promName, valueOf } from "./promql";
import { stackPart } from "./stack-part";
import { jsonOf } from "../together";

/** Adds to the stack's dashboard. It is made with the first section, and holds all that there are when the program has ended. */
export function onDashboard(site: Site, section: Section<pulumi.Input<GcpGauge>>): void {
    if (!section.graphs.length && !section.alarms.length) return;
    stackPart(site, "dashboard", (part) => {
        const sections = new Gathered<Section<pulumi.Input<GcpGauge>>>();
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
    return allShown<GcpGauge>(drivers, onDashboard, (_, { kind }) => kind === "delta");
}

/**
 * Cloud Monitoring's own form, as Google writes it back (no zeros, every default said), so that it is no change the next time:
 * a text for each heading, below it the graphs, three in a row of 48 columns.
 */
function body(all: readonly Section<GcpGauge>[]): pulumi.Output<string> {
    const tiles: object[] = [];
    let y = 0;
    const put = (x: number, yPos: number, width: number, height: number, widget: object) =>
        tiles.push({ ...(x ? { xPos: x } : {}), ...(yPos ? { yPos } : {}), width, height, widget });
    const policyNames = all.flatMap((section) => section.alarms);
    if (policyNames.length) {
        put(0, y, 48, 8, { title: "Alarms", incidentList: { policyNames } });
        y += 8;
    }
    for (const [heading, parts] of byHeading(all)) {
        const graphs = parts.flatMap((part) => part.graphs);
        put(0, y, 48, 4, { text: { content: `## ${heading}`, format: "MARKDOWN" } });
        y += 4;
        graphs.forEach((graph, index) => put((index % 3) * 16, y + Math.floor(index / 3) * 12, 16, 12, chart(graph)));
        y += Math.ceil(graphs.length / 3) * 12;
    }
    return jsonOf({
        displayName: `${pulumi.getProject()}/${pulumi.getStack()}`,
        mosaicLayout: { columns: 48, tiles },
    });
}

function chart({ title, gauge, kind, split }: Graph<GcpGauge>): object {
    const statistic = ({ counter: "sum", gauge: "average", distribution: "p99" } as const)[kind];
    const whole = valueOf(gauge, statistic, 300);
    const line = (prometheusQuery: pulumi.Input<string>) => ({
        timeSeriesQuery: { prometheusQuery },
        plotType: "LINE",
        targetAxis: "Y1",
    });
    const name = promName(gauge.metric);
    const by = split.join(", ");
    const parts = {
        distribution: `histogram_quantile(0.99, sum by (${by}, le) (increase(${name}_bucket[300s])))`,
        counter: `sum by (${by}) (increase(${name}[300s]))`,
        gauge: `avg by (${by}) (${name})`,
    }[kind];
    return { title, xyChart: { dataSets: [line(whole), ...(split.length ? [line(parts)] : [])] } };
}
