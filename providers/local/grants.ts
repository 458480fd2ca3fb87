import * as pulumi from "@pulumi/pulumi";
import type { Permit } from "../../agent/kind";
import type { Access } from "../../components/link";
import { type PortSpec, urlNames } from "../../components/ports";

/** What a workload may do with one of the agent's resources: the form of `Grant.permits` on this cloud. */
export type LocalPermit = pulumi.Output<Permit>;

export function permit(kind: string, id: pulumi.Input<string>, access: readonly Access[]): LocalPermit {
    return pulumi.output(id).apply((known) => ({ kind, id: known, access: [...access] }));
}

/** Where each port is reached inside this machine, in the order of the ports. */
export function portUrls(
    ports: Readonly<Record<string, PortSpec>>,
    internalUrls: pulumi.Output<Readonly<Record<string, string>>>,
): pulumi.Output<string>[] {
    return Object.keys(ports).map((name) => internalUrls.apply((known) => known[name]));
}

/** The variables with the URLs of ports. Without a port there is an empty `URL`. */
export function urlVariables(
    ports: Readonly<Record<string, PortSpec>>,
    urls: readonly pulumi.Output<string>[],
): Record<string, pulumi.Input<string>> {
    return { URL: "", ...Object.fromEntries(urlNames(ports).map((name, index) => [name, urls[index]])) };
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
