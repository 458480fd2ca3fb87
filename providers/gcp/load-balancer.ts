import type { DriverOf } from "../../components/cloud";
import type { LoadBalancerSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { nativeOf } from "./network";
import { type GcpContainer, containerOf } from "./target";
import { tcpBalancer } from "./tcp-balancer";
import { uptime } from "./uptime";
import { type Web, webBalancer } from "./web-balancer";

/**
 * A load balancer of Google's, which stands in no network: with a domain under that, without one under a name of Google's. What
 * sends all to one service of Cloud Run needs none, and is that service's own URL. Connections by TCP come in at an address of
 * their own.
 */
export const loadBalancer: DriverOf<"loadBalancer"> = (site, spec) => {
    nativeOf(spec.network); // It is of this cloud, though nothing of it is needed.
    const http = spec.routes.length + spec.redirects.length > 0;
    const tcp = Object.keys(spec.tcp).length ? tcpBalancer(site, spec, !http) : undefined;
    const web = !http ? undefined : (byItself(spec) ?? byBalancer(site, spec));
    const entry = web ?? tcp!;
    // Where only some are let in, Google's askers are not.
    const reachable = web && !spec.allow.length ? uptime(site, web) : undefined;
    return {
        url: entry.url,
        address: entry.address,
        gauges: { ...web?.gauges, ...(reachable ? { reachable } : {}) },
    };
};

/** The URL that a service of Cloud Run has by itself, where that is all there is to do. */
function byItself({ routes, redirects, domain, allow, waf }: LoadBalancerSpec): Web | undefined {
    const [route] = routes;
    if (routes.length !== 1 || redirects.length || domain !== undefined || allow.length || waf) return undefined;
    if (route.host !== undefined || route.path !== "/") return undefined;
    const { runs, entries, gauges: all }: GcpContainer = containerOf(route.to);
    if (runs.on !== "run") return undefined;
    entries.add({ by: "url" });
    const { requests, errors, latency } = all;
    return {
        url: runs.uri,
        address: runs.uri.apply((uri) => new URL(uri).host),
        after: [],
        gauges: { requests, errors, latency },
    };
}

function byBalancer(site: Site, spec: LoadBalancerSpec): Web {
    const { domain, certificate, routes, redirects, allow, waf, accessLog } = spec;
    return webBalancer(site, {
        domain,
        certificate,
        routes: routes.map((route) => ({ ...route, to: containerOf(route.to) })),
        redirects,
        allow,
        waf,
        accessLog,
        protect: site.settings.protect,
    });
}
