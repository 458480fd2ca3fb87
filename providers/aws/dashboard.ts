/** The stack's one dashboard: every component's gauges, every metric of the apps, every alarm. */

import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { Cloud } from "../../components/cloud";
import type { Parts } from "../../components/component";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { expressionOf } from "./alarms";
import { type AwsGauge, isDerived } from "./gauges";
import { shortName } from "./names";
import { stackPart } from "./stack-part";

/** Graph is one number over time. */
export interface Graph {
    readonly title: string;
    readonly gauge: AwsGauge;
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

type Placed = Section & { readonly region: pulumi.Output<string> };

/** Adds to the stack's dashboard. It is made with the first section, and holds all that there are when the program has ended. */
export function onDashboard(site: Site, section: Section): void {
    if (!section.graphs.length && !section.alarms.length) return;
    const all = stackPart<Placed[]>(site, "stack-dashboard", (part) => {
        const sections: Placed[] = [];
        const stack = pulumi.runtime.getStackResource();
        part.make(
            "dashboard",
            cloudwatch.Dashboard,
            {
                dashboardName: shortName(part.name, 255),
                dashboardBody: pulumi.output(ended(stack)).apply(() => body(sections)),
            },
            { main: true },
        );
        return sections;
    });
    all.push({ ...section, region: accountOf(site).region });
}

/** The same drivers, but each component that they make stands on the dashboard. */
export function shown(drivers: Cloud["drivers"]): Cloud["drivers"] {
    const wrapped = Object.entries(drivers).map(([service, driver]) => [
        service,
        (site: Site, spec: never) => {
            const parts = (driver as (site: Site, spec: never) => Parts)(site, spec);
            const graphs = Object.entries(parts.gauges ?? {}).map(([name, gauge]) => ({
                title: `${site.name} ${name}`,
                gauge: gauge as AwsGauge,
                kind: counters.has(name) ? ("counter" as const) : ("gauge" as const),
                split: [],
            }));
            onDashboard(site, { heading: site.name, graphs, alarms: [] });
            return parts;
        },
    ]);
    return Object.fromEntries(wrapped) as Cloud["drivers"];
}

/** Gauges which count what happens. */
const counters: ReadonlySet<string> = new Set(["requests", "errors", "failures"]);

/** Waits until the program has said all. What it exports may then still be unknown: in a preview, it always is. */
async function ended(stack: pulumi.Resource | undefined): Promise<true> {
    await Promise.resolve(); // The program may still be within the making of its stack.
    const known = stack as { outputs?: { promise(withUnknowns: boolean): Promise<unknown> } } | undefined;
    await known?.outputs?.promise(true);
    return true;
}

/** CloudWatch's own form: a text for each heading, below it the graphs, three in a row. */
function body(all: readonly Placed[]): pulumi.Output<string> {
    const byHeading = new Map<string, Placed[]>();
    for (const section of all) byHeading.set(section.heading, [...(byHeading.get(section.heading) ?? []), section]);
    const widgets: object[] = [];
    let y = 0;
    const alarms = all.flatMap((section) => section.alarms);
    if (alarms.length) {
        widgets.push({ type: "alarm", x: 0, y, width: 24, height: 3, properties: { title: "Alarms", alarms } });
        y += 3;
    }
    // By name, so that the order in which a program makes its parts is no change.
    for (const [heading, parts] of [...byHeading].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const graphs = parts.flatMap((part) => part.graphs.map((graph) => widgetOf(graph, part.region)));
        if (!graphs.length) continue;
        widgets.push({ type: "text", x: 0, y, width: 24, height: 1, properties: { markdown: `## ${heading}` } });
        y += 1;
        graphs.forEach((properties, index) =>
            widgets.push({
                type: "metric",
                x: (index % 3) * 8,
                y: y + Math.floor(index / 3) * 6,
                width: 8,
                height: 6,
                properties,
            }),
        );
        y += Math.ceil(graphs.length / 3) * 6;
    }
    return pulumi.jsonStringify({ widgets });
}

function widgetOf({ title, gauge, kind, split }: Graph, region: pulumi.Output<string>): object {
    const { namespace, metric, dimensions, plus = [] } = gauge;
    const stat = gauge.statistic ?? { counter: "Sum", gauge: "Average", distribution: "p99" }[kind];
    const flat = (own: AwsGauge["dimensions"]) => Object.entries(own).flat();
    const line = (own: AwsGauge["dimensions"], more: object) => [namespace, metric, ...flat(own), more];
    const lines: unknown[] = isDerived(gauge)
        ? [
              [{ expression: expressionOf(gauge), label: title, id: "value" }],
              ...[dimensions, ...plus].map((own, index) => line(own, { id: `m${index + 1}`, visible: false })),
          ]
        : [line(dimensions, { label: title })];
    if (split.length) {
        const schema = [namespace, ...split].map((part) => `"${part}"`).join(",");
        lines.push([{ expression: `SEARCH('{${schema}} MetricName="${metric}"', '${stat}', 300)`, id: "split" }]);
    }
    return { title, region, stat, period: 300, view: "timeSeries", stacked: false, metrics: lines };
}
