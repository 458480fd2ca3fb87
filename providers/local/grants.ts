import * as pulumi from "@pulumi/pulumi";
import type { Permit } from "../../agent/kind";
import type { Access } from "../../components/link";

/** What a workload may do with one of the agent's resources: the form of `Grant.permits` on this cloud. */
export type LocalPermit = pulumi.Output<Permit>;

export function permit(kind: string, id: pulumi.Input<string>, access: readonly Access[]): LocalPermit {
    return pulumi.output(id).apply((known) => ({ kind, id: known, access: [...access] }));
}

/** A gauge on this cloud: a series of the agent's metric store. */
export interface LocalGauge {
    readonly metric: string;
    readonly dimensions: Readonly<Record<string, string>>;
}

/** Gauges by neutral name, from the names of the agent's own series. */
export function gauges(
    names: Readonly<Record<string, string>>,
    dimensions: Readonly<Record<string, string>>,
    more: Readonly<Record<string, LocalGauge>> = {},
): Record<string, LocalGauge> {
    return {
        ...Object.fromEntries(Object.entries(names).map(([name, metric]) => [name, { metric, dimensions }])),
        ...more,
    };
}
