import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import type { Container } from "../../components/container";
import { gauges } from "./grants";
import { Balancer, type Container as LocalContainer } from "./kinds";
import { ownLog } from "./log";

/** Listeners of the agent's balancer. */
export const loadBalancer: DriverOf<"loadBalancer"> = (site, { routes, redirects, tcp, domain, allow, accessLog }) => {
    const made = site.make(
        "balancer",
        Balancer,
        {
            name: site.name,
            http: true,
            https: true,
            domains: domain === undefined ? [] : [domain],
            redirectToHttps: false,
            routes: [
                ...routes.map(({ host, path, to, port }) => ({ host, path, service: serviceOf(to, port) })),
                ...redirects.map(({ host, path, to, permanent }) => ({
                    host,
                    path,
                    redirect: { to, status: permanent ? (301 as const) : (302 as const) },
                })),
            ],
            tcp: Object.entries(tcp).map(([name, { to, port, listen }]) => ({
                name,
                service: serviceOf(to, port),
                listen,
            })),
            allow,
            accessLog: accessLog ? ownLog(site, "accessLog", `${site.name}-access`) : undefined,
            drainSeconds: 30,
            idleTimeoutSeconds: 120,
        },
        { main: true, protect: site.settings.protect },
    );
    const own = { balancer: site.name };
    return {
        url: made.url,
        address: made.address,
        gauges: gauges({ requests: "http_requests_total", latency: "http_request_seconds" }, own, {
            errors: { metric: "http_requests_total", dimensions: { ...own, status: "5xx" } },
        }),
    };
};

function serviceOf(container: Container, port: string | undefined): pulumi.Output<string> {
    const { ports } = container.spec;
    const name = port ?? Object.keys(ports).find((one) => ports[one].protocol === "http");
    if (name === undefined || !Object.hasOwn(ports, name)) {
        const known = Object.keys(ports).join(", ") || "none";
        throw new pulumi.ResourceError(
            `Container ${container.shortName} has no port ${port ?? "for HTTP"}, which a route goes to: it has ${known}`,
            container,
            true,
        );
    }
    return pulumi.interpolate`Container/${(container.nodes.local!.container as InstanceType<typeof LocalContainer>).id}/${name}`;
}
