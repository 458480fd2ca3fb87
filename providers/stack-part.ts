import * as pulumi from "@pulumi/pulumi";
import { registering } from "../components/call-site";
import { type Cloud, openCloud, stackScope } from "../components/cloud";
import type { Component } from "../components/component";
import { type CloudName, readSettings } from "../components/settings";
import { Site } from "../components/site";
import { asPart, type Changed, partMade, transformsOfPart } from "../components/stack-transform";

/**
 * SharedParts are what the parts of a stack share on one cloud: each is made when the first of them needs it, and once more
 * for each provider of a component's own. Its name is `stack-`, the part (`edgeKey` as `edge-key`), `end`, and that provider's.
 */
export interface SharedParts<Part extends string> {
    /** One that is no component, whose children `make` makes. Their names begin with its own. */
    part<T>(site: Pick<Site, "component">, part: Part, make: (site: Site) => T, end?: string): T;
    /** One that is a component. */
    component<C extends Component>(
        site: Pick<Site, "component">,
        part: Part,
        make: (name: string, args: Changed, options: Options) => C,
    ): C;
}

export interface Options {
    readonly cloud: Cloud;
    readonly provider: pulumi.ProviderResource | undefined;
}

/** @param token - any resource's, by which a component tells its provider for `cloud` */
export function sharedParts<Part extends string>(cloud: CloudName, token: string): SharedParts<Part> {
    const shared = new WeakMap<object, Map<string, unknown>>();
    const once = <T>(name: string, make: () => T): T => {
        const scope = stackScope();
        const parts = shared.get(scope) ?? new Map<string, unknown>();
        shared.set(scope, parts);
        if (!parts.has(name)) parts.set(name, make());
        return parts.get(name) as T;
    };
    const named = ({ component }: Pick<Site, "component">, part: string, end = "") => {
        const provider = component.getProvider(token);
        const name = `stack-${part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${end}`;
        // The provider's logical name: its URN is known too late for a name.
        return { provider, name: provider ? `${name}-${(provider as { __name?: string }).__name ?? "own"}` : name };
    };
    return {
        part(site, part, make, end) {
            const { name, provider } = named(site, part, end);
            return once(name, () => {
                const transforms = transformsOfPart(cloud, part);
                const component = registering(
                    () => new pulumi.ComponentResource(`mvi:${cloud}:StackPart`, name, {}, { provider }),
                );
                const { settings } = readSettings();
                const own = new Site(component, name, settings, transforms, `transformStack.${cloud}.${part}`);
                partMade(cloud, part, name, own.nodes);
                return make(own);
            });
        },
        component(site, part, make) {
            const { name, provider } = named(site, part);
            return once(name, () => {
                // Another shared part may be the one that needs it.
                const own = (site.component as Partial<Component>).cloud ?? openCloud(cloud);
                return asPart(cloud, part, (args) => make(name, args, { cloud: own, provider }));
            });
        },
    };
}
