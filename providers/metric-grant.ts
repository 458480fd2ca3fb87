import type * as pulumi from "@pulumi/pulumi";
import type { Parts } from "../components/component";
import type { Access, Grant } from "../components/link";
import type { MetricSpec } from "../components/metric";
import { metricUrl } from "./metric-url";

type Values = Readonly<Record<string, pulumi.Input<string>>>;

/** What writes a metric on one cloud, beyond what all of them give. */
interface Own extends Pick<Grant, "permits"> {
    /** Parameters of the URL. */
    readonly options?: Values;
    readonly env?: Values;
}

/** What a user of a metric gets: nobody writes what a component shows by itself. `own` is asked for each user. */
export function metricGrant(
    scheme: Parameters<typeof metricUrl>[0],
    name: pulumi.Input<string>,
    spec: Pick<MetricSpec, "kind" | "unit" | "dimensions" | "of">,
    own: (access: readonly Access[]) => Own,
): Parts["grant"] {
    if (spec.of) return undefined;
    const { dimensions } = spec;
    return (access) => {
        const { options, env, permits } = own(access);
        const split: Values = dimensions.length ? { DIMENSIONS: dimensions.join(",") } : {};
        const URL = metricUrl(scheme, name, spec, options);
        return { env: { URL, NAME: name, ...env, ...split }, secrets: {}, permits };
    };
}
