import type * as pulumi from "@pulumi/pulumi";

/** A gauge on GCP: a metric that a service keeps in Cloud Monitoring by itself. */
export interface GcpGauge {
    /** Its type: `storage.googleapis.com/storage/total_bytes`. */
    readonly metric: string;
    /** The type of what is watched: `gcs_bucket`. */
    readonly resource: string;
    /** Labels of the resource and of the metric, by `resource.labels.…` or `metric.labels.…`, with what they must be. */
    readonly labels: Readonly<Record<string, pulumi.Input<string>>>;
    /** How Google writes it down: a state, what was added since the last value, or many values at once. */
    readonly kind: "gauge" | "delta" | "distribution";
    /** What the metric's values are multiplied by. @default 1 */
    readonly factor?: number;
}

/** Gauges by neutral name, from the names of a service's own metrics. */
export function gauges(
    names: Readonly<Record<string, { readonly metric: string; readonly kind: GcpGauge["kind"] }>>,
    of: Pick<GcpGauge, "resource" | "labels">,
): Record<string, GcpGauge> {
    return Object.fromEntries(Object.entries(names).map(([name, own]) => [name, { ...own, ...of }]));
}
