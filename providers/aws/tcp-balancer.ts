import * as pulumi from "@pulumi/pulumi";
import * as lb from "@pulumi/aws/lb";
import type { LoadBalancerSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { pointTo, zoneOf } from "./domain";
import { shortName } from "./names";
import { nativeOf } from "./network";
import { from } from "./public-balancer";
import { securityGroup } from "./security-group";
import { tags } from "./tags";
import { containerOf, makeTarget, openWays, portOf } from "./target";

/**
 * Listeners for TCP, each at its port. What is spoken there is the containers' own affair, TLS too. It has no access log: a
 * network load balancer keeps one for its own TLS only; the network's flow logs show who connected. The domain is its own
 * when nothing comes in by HTTP: a name has one address.
 */
export function tcpBalancer(site: Site, spec: LoadBalancerSpec, alone: boolean) {
    const { tcp, allow, network, domain, certificate } = spec;
    const native = nativeOf(network);
    const group = securityGroup(site, "tcpGroup", network, `From the internet to ${site.name}`);
    const balancer = site.make("tcp", lb.LoadBalancer, {
        name: shortName(`${site.name}-tcp`, 32, "", "loadBalancer"),
        loadBalancerType: "network",
        internal: false,
        subnets: native.subnets.public,
        securityGroups: [group.id],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: site.settings.protect,
        tags: tags(site, { Name: site.name }),
    });
    const ways = Object.entries(tcp).map(([name, { listen, to: container, port }]) => {
        const to = containerOf(container);
        const found = portOf(to, port);
        from(site, group, listen, allow);
        native.letIn(listen);
        const instance = `tcp-${name}`;
        const target = makeTarget(site, { to, port: found, protocol: "TCP", balancer: { balancer, group }, instance });
        const listener = site.make(
            "tcpListener",
            lb.Listener,
            {
                loadBalancerArn: balancer.arn,
                protocol: "TCP",
                port: listen,
                defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
                tags: tags(site),
            },
            { instance: name },
        );
        to.entries.add({ target: target.arn, port: found.port, after: [listener] });
        return { to, port: found.port };
    });
    openWays(site, group, ways, "-tcp");
    const named = alone ? domain : undefined;
    if (named !== undefined && certificate === undefined)
        pointTo(site, zoneOf(site, named), [named], { name: balancer.dnsName, zoneId: balancer.zoneId }, "A");
    const [first] = Object.values(tcp);
    const host = named === undefined ? balancer.dnsName : pulumi.output(named);
    return { url: pulumi.interpolate`tcp://${host}:${first.listen}`, address: balancer.dnsName };
}
