import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../components/cloud";
import type { Site } from "../../components/site";
import { api, apiFor } from "./apis";
import { untilPropagated } from "./propagation";

/**
 * The same site, but each child waits for its API, and is tried again while GCP spreads the word of what it depends on. It is
 * done here, for every child, so that no driver can forget it.
 */
export function ready(site: Site): Site {
    const own = Object.create(site) as Site;
    const make: Site["make"] = (key, type, args, options = {}) => {
        const needs = apiFor(tokenOf(type));
        if (!needs) return site.make(key, type, args, options);
        const waiting = { dependsOn: [api(site, needs)], ...untilPropagated() };
        return site.make(key, type, args, pulumi.mergeOptions(waiting, options) as typeof options);
    };
    return Object.assign(own, { make });
}

/** The same drivers, on such a site. */
export function readied(drivers: Cloud["drivers"]): Cloud["drivers"] {
    const wrapped = Object.entries(drivers).map(([service, driver]) => [
        service,
        (site: Site, spec: never) => (driver as (site: Site, spec: never) => object)(ready(site), spec),
    ]);
    return Object.fromEntries(wrapped) as Cloud["drivers"];
}

/** The token of a resource's class: every generated class has it. */
function tokenOf(type: unknown): string {
    const { __pulumiType: token } = type as { __pulumiType?: string };
    if (token === undefined) throw new Error(`${String(type)} is no class of a Pulumi package`);
    return token;
}
