import * as pulumi from "@pulumi/pulumi";
import { stackScope } from "../../components/cloud";
import { readSettings } from "../../components/settings";
import { Site } from "../../components/site";

const shared = new WeakMap<object, Map<string, unknown>>();

/**
 * What the parts of a stack share, and which is no component: made when the first of them needs it, and once more for each
 * provider of a component's own. Its children's names begin with `name`.
 */
export function stackPart<T>(site: Pick<Site, "component">, name: string, make: (site: Site) => T): T {
    const scope = stackScope();
    const parts = shared.get(scope) ?? new Map<string, unknown>();
    shared.set(scope, parts);
    const provider = site.component.getProvider("aws:ecs/cluster:Cluster");
    // The provider's logical name: its URN is known too late for a name.
    const own = provider ? `${name}-${(provider as { __name?: string }).__name ?? "own"}` : name;
    if (!parts.has(own)) {
        const component = new pulumi.ComponentResource("mvi:aws:StackPart", own, {}, { provider });
        parts.set(own, make(new Site(component, own, readSettings().settings, {})));
    }
    return parts.get(own) as T;
}

/** The end of a shared part's name, where there is one for each network. */
export function ofNetwork(network: { readonly ownName: string }): string {
    return network.ownName === "stack-network" ? "" : `-${network.ownName}`;
}
