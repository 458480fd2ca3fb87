import * as pulumi from "@pulumi/pulumi";
import { stackScope } from "../../components/cloud";
import { readSettings } from "../../components/settings";
import { Site } from "../../components/site";

const shared = new WeakMap<object, Map<string, unknown>>();

/** What stack-part.ts gives, without what its children need: for what they need. */
export function sharedPart<T>(site: Pick<Site, "component">, name: string, make: (site: Site) => T): T {
    const scope = stackScope();
    const parts = shared.get(scope) ?? new Map<string, unknown>();
    shared.set(scope, parts);
    const own = ownName(site, name);
    if (!parts.has(own)) {
        const provider = site.component.getProvider("gcp:projects/service:Service");
        const component = new pulumi.ComponentResource("mvi:gcp:StackPart", own, {}, { provider });
        parts.set(own, make(new Site(component, own, readSettings().settings, {})));
    }
    return parts.get(own) as T;
}

/** A shared part's name: with a provider of its own, that one's behind it. */
export function ownName({ component }: Pick<Site, "component">, name: string): string {
    const provider = component.getProvider("gcp:projects/service:Service");
    // The provider's logical name: its URN is known too late for a name.
    return provider ? `${name}-${(provider as { __name?: string }).__name ?? "own"}` : name;
}
