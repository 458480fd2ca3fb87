/** The stack's one dashboard: every component's gauges, every metric of the apps, every alarm. */

import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { Cloud } from "../../components/cloud";
import type { Site } from "../../components/site";
import { byHeading, type Graph, type Section, shown as allShown } from "../dashboard";
import { Gathered } from "../declared";
import { accountOf } from "./account";
import { type AwsGauge, expressionOf, isDerived } from "./gauges";
import { shortName } from "./names";
import { stackPart } from "./stack-part";

/** A section says where its graphs' numbers are. */
type Placed = Section<AwsGauge> & { readonly region: pulumi.Output<string> };

/** Adds to the stack's dashboard. It is made with the first section, and holds all that there are when the program has ended. */
export function onDashboard(site: Site, section: Section<AwsGauge>): void {
    if (!section.graphs.length && !section.alarms.length) return;
    stackPart(site, "dashboard", (part) => {
        const sections = new Gathered<Placed>();
        part.make(
            "dashboard",
            cloudwatch.Dashboard,
            {
                dashboardName: shortName(part.name, 255),
                dashboardBody: pulumi.output(sections.all).apply(body),
            },
            { main: true },
        );
        return sections;
    }).add({ ...section, region: accountOf(site).region });
}

/** Gauges which count what happens. */
const counters: ReadonlySet<string> = new Set(["requests", "errors", "failures"]);

/** The same drivers, but each component that they make stands on the dashboard. */
export function shown(drivers: Cloud["drivers"]): Cloud["drivers"] {
    return allShown(drivers, onDashboard, (name) => counters.has(name));
}

/** CloudWatch's own form: a text for each heading, below it the graphs, three in a row. */
function body(all: pulumi.Unwrap<readonly Placed[]>): string {
    const widgets: object[] = [];
    let y = 0;
    const alarms = all.flatMap((section) => section.alarms);
    if (alarms.length) {
        widgets.push({ type: "alarm", x: 0, y, width: 24, height: 3, properties: { title: "Alarms", alarms } });
        y += 3;
    }
    for (const [heading, parts] of byHeading(all)) {
        const graphs = parts.flatMap((part) => part.graphs.map((graph) => widgetOf(graph, part.region)));
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
    return JSON.stringify({ widgets });
}

function widgetOf({ title, gauge, kind, split }: Graph<AwsGauge>, region: string): object {
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
