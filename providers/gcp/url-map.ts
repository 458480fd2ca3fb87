import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/gcp";
import * as compute from "@pulumi/gcp/compute";
import type { RedirectSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { named } from "./names";
import { redirectTo } from "./redirect";

type RouteRule = types.input.compute.URLMapPathMatcherRouteRule;
type Answer = Pick<RouteRule, "service" | "urlRedirect">;

/** Where requests go: to a backend by its whole name, or elsewhere. */
export interface Forward {
    readonly host: string | undefined;
    readonly path: string;
    readonly backend: pulumi.Input<string>;
}

/**
 * The map of a load balancer: for each host the rules that concern it, the most specific one first, as on every cloud. An
 * exact host goes before `*.host`, and that before none; then the longer path.
 *
 * @param nothing - the backend whose name is needed for what no rule is for: it is never asked
 */
export function urlMap(
    site: Site,
    forwards: readonly Forward[],
    redirects: readonly RedirectSpec[],
    nothing: pulumi.Input<string>,
): compute.URLMap {
    const rules = [
        ...forwards.map(({ host, path, backend }) => ({ host, path, answer: { service: backend } as Answer })),
        ...redirects.map(({ host, path, to, permanent }) => ({
            host,
            path,
            answer: { urlRedirect: redirectTo(to, permanent) } as Answer,
        })),
    ].sort((a, b) => specific(b) - specific(a));
    const hosts = [...new Set(rules.map(({ host }) => host ?? "*"))];
    if (!hosts.includes("*")) hosts.push("*");
    const notFound = {
        weightedBackendServices: [{ backendService: nothing, weight: 100 }],
        faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } },
    };
    return site.make("routes", compute.URLMap, {
        ...named(site, "routes", 63),
        description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
        defaultRouteAction: notFound,
        hostRules: hosts.map((host, index) => ({ hosts: [host], pathMatcher: `host-${index + 1}` })),
        pathMatchers: hosts.map((host, index) => ({
            name: `host-${index + 1}`,
            defaultRouteAction: notFound,
            routeRules: rules
                .filter((rule) => concerns(rule.host, host))
                .map(({ path, answer }, priority) => ({ priority, matchRules: matching(path), ...answer })),
        })),
    });
}

function specific({ host, path }: { host: string | undefined; path: string }): number {
    const byHost = host === undefined ? 0 : host.startsWith("*.") ? 1 + host.length / 1000 : 2;
    return byHost * 10000 + path.length;
}

/** Whether a rule for `rule` is one for requests to `host`: its own, or one that reaches over it. */
function concerns(rule: string | undefined, host: string): boolean {
    if (rule === undefined || rule === host) return true;
    return rule.startsWith("*.") && host !== "*" && host.replace(/^\*\./, "").endsWith(rule.slice(1));
}

/** A path is for itself and all below it, not for what merely begins alike. */
function matching(path: string): RouteRule["matchRules"] {
    const base = path.replace(/\/+$/, "");
    return base === "" ? [{ prefixMatch: "/" }] : [{ fullPathMatch: base }, { prefixMatch: `${base}/` }];
}
