import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { LoadBalancerSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { armor } from "./armor";
import { backend } from "./backend";
import { pointTo, zoneOf } from "./domain";
import { deletion } from "./guard";
import { labels } from "./labels";
import { named } from "./names";
import { containerOf, portOf } from "./target";

/**
 * Listeners for TCP, each at its port, through Google's proxies: the port that clients connect to need not be the container's.
 * What is spoken there is the containers' own affair, TLS too. The domain is its own when nothing comes in by HTTP.
 */
export function tcpBalancer(site: Site, spec: LoadBalancerSpec, alone: boolean) {
    const { tcp, allow, domain, certificate, accessLog } = spec;
    const guard = deletion(site);
    const address = site.make(
        "address",
        compute.GlobalAddress,
        {
            ...named(site, "address", 63, "tcp"),
            description: `Where ${site.name} is reached by TCP`,
            addressType: "EXTERNAL",
            ipVersion: "IPV4",
            labels: labels(site),
            ...guard,
        },
        { instance: "tcp" },
    );
    const policy = armor(site, { managed: false, allow, tcp: true });
    for (const [name, { listen, to: container, port: wanted }] of Object.entries(tcp)) {
        const to = containerOf(container);
        const port = portOf(to, wanted);
        const service = backend(site, {
            to,
            port,
            protocol: "TCP",
            policy,
            logged: accessLog,
            instance: `tcp-${name}`,
        });
        const proxy = site.make(
            "relay",
            compute.TargetTCPProxy,
            { ...named(site, "relay", 63, name), backendService: service.id, proxyHeader: "NONE" },
            { instance: name },
        );
        site.make(
            "listener",
            compute.GlobalForwardingRule,
            {
                ...named(site, "listener", 63, `tcp-${name}`),
                description: `${site.name}, port ${listen}`,
                loadBalancingScheme: "EXTERNAL_MANAGED",
                networkTier: "PREMIUM",
                ipAddress: address.id,
                ipProtocol: "TCP",
                portRange: `${listen}`,
                target: proxy.id,
                labels: labels(site),
                ...guard,
            },
            { instance: `tcp-${name}` },
        );
        to.entries.add({ by: "balancer" });
    }
    const own = alone ? domain : undefined;
    if (own !== undefined && certificate === undefined) pointTo(site, zoneOf(site, own), [own], address.address);
    const [first] = Object.values(tcp);
    const host = own === undefined ? address.address : pulumi.output(own);
    return { url: pulumi.interpolate`tcp://${host}:${first.listen}`, address: address.address };
}
