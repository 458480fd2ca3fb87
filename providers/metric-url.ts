import * as pulumi from "@pulumi/pulumi";
import type { MetricSpec } from "../components/metric";

/** Where an app writes a metric, for `openMetric` of the runtime: `otlp://orders?kind=counter&unit=orders&dimensions=country`. */
export function metricUrl(
    scheme: "otlp" | "cloudwatch" | "cloudmonitoring",
    name: pulumi.Input<string>,
    { kind, unit, dimensions }: Pick<MetricSpec, "kind" | "unit" | "dimensions">,
    more: Readonly<Record<string, pulumi.Input<string>>> = {},
): pulumi.Output<string> {
    return pulumi.all([name, more]).apply(([known, options]) => {
        const split: Record<string, string> = dimensions.length ? { dimensions: dimensions.join(",") } : {};
        const query = new URLSearchParams({ ...options, kind, unit, ...split });
        return `${scheme}://${encodeURIComponent(known)}?${query.toString()}`;
    });
}
