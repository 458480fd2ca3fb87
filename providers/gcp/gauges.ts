import type * as pulumi from "@pulumi/pulumi";

/** A gauge on GCP: a metric that a service keeps in Cloud Monitoring by itself, or that an app writes. */
export interface GcpGauge {
    /** Google's own type, `storage.googleapis.com/storage/v2/total_bytes`; of an app, the metric's name. */
    readonly metric: string;
    /** The type of what is watched, for Google's own: `gcs_bucket`. */
    readonly resource?: string;
    /** Labels of the resource and of the metric, with what they must be. */
    readonly labels: Readonly<Record<string, pulumi.Input<string>>>;
    /** How it is written down: a state, what was added since the last value, or many values at once. */
    readonly kind: "gauge" | "delta" | "distribution";
    /** The same number under further metrics or labels, which are added. @default none */
    readonly plus?: readonly Pick<GcpGauge, "metric" | "resource" | "labels">[];
    /** What it is divided by: a share of all. Both are counted. @default nothing */
    readonly per?: GcpGauge;
    /** What the values are multiplied by. @default 1 */
    readonly factor?: number;
}

/** Gauges by neutral name, from the names of a service's own metrics. */
export function gauges(
    names: Readonly<Record<string, { readonly metric: string; readonly kind: GcpGauge["kind"] }>>,
    of: Pick<GcpGauge, "resource" | "labels">,
): Record<string, GcpGauge> {
    return Object.fromEntries(Object.entries(names).map(([name, own]) => [name, { ...own, ...of }]));
}
