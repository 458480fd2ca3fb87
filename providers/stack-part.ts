import * as pulumi from "@pulumi/pulumi";
import { registering } from "../components/call-site";
import { stackScope } from "../components/cloud";
import { readSettings } from "../components/settings";
import type { CloudName } from "../components/settings";
import { Site } from "../components/site";

/** SharedParts are what the parts of a stack share on one cloud, and which are no components. */
export interface SharedParts {
    /**
     * Made when the first of them needs it, and once more for each provider of a component's own. Its children's names begin
     * with `name`.
     */
    part<T>(site: Pick<Site, "component">, name: string, make: (site: Site) => T): T;
    /** A shared part's name: with a provider of its own, that one's behind it. */
    ownName(site: Pick<Site, "component">, name: string): string;
}

/** @param token - any resource's, by which a component tells its provider for `cloud` */
export function sharedParts(cloud: CloudName, token: string): SharedParts {
    const shared = new WeakMap<object, Map<string, unknown>>();
    const ownName: SharedParts["ownName"] = ({ component }, name) => {
        const provider = component.getProvider(token);
        // The provider's logical name: its URN is known too late for a name.
        return provider ? `${name}-${(provider as { __name?: string }).__name ?? "own"}` : name;
    };
    return {
        ownName,
        part(site, name, make) {
            const scope = stackScope();
            const parts = shared.get(scope) ?? new Map<string, unknown>();
            shared.set(scope, parts);
            const own = ownName(site, name);
            if (!parts.has(own)) {
                const provider = site.component.getProvider(token);
                const component = registering(
                    () => new pulumi.ComponentResource(`mvi:${cloud}:StackPart`, own, {}, { provider }),
                );
                parts.set(own, make(new Site(component, own, readSettings().settings, {})));
            }
            return parts.get(own) as ReturnType<typeof make>;
        },
    };
}
