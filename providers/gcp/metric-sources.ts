import type * as pulumi from "@pulumi/pulumi";
import type { Metric } from "../../components/metric";
import { Gathered } from "../declared";

const sources = new WeakMap<pulumi.ComponentResource, Gathered<pulumi.Input<string>>>();

/** What else counts into a metric: the names of log-based metrics. Complete when the program has run to its end. */
export function sourcesOf(metric: pulumi.ComponentResource): Gathered<pulumi.Input<string>> {
    const own = sources.get(metric) ?? new Gathered<pulumi.Input<string>>();
    sources.set(metric, own);
    return own;
}

/** Counts a log-based metric into one of an app's. */
export function countInto(metric: Metric, name: pulumi.Input<string>): void {
    sourcesOf(metric).add(name);
}
