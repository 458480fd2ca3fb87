import type * as pulumi from "@pulumi/pulumi";
import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import type { Site } from "../../components/site";
import type { VMSpec } from "../../components/vm";
import { shortName } from "./names";
import { nativeOf } from "./network";
import { connections, securityGroup } from "./security-group";
import { tags } from "./tags";
import { targetHealth } from "./target";

/** Front is the one address of a group of machines, within the network. */
export interface Front {
    readonly host: pulumi.Output<string>;
    readonly balancer: lb.LoadBalancer;
    /** Its security group: who reaches the machines, reaches this. */
    readonly group: ec2.SecurityGroup;
    readonly targets: readonly lb.TargetGroup[];
    readonly after: readonly pulumi.Resource[];
}

/** A network load balancer, about 16 US dollars a month: machines come and go, and only it knows which ones work. */
export function front(site: Site, { ports, health, network }: VMSpec, machines: ec2.SecurityGroup): Front {
    const native = nativeOf(network);
    const group = securityGroup(site, "frontGroup", network, `To ${site.name}`);
    connections(
        site,
        group,
        Object.values(ports).map(({ port }) => ({ to: site.name, group: machines.id, port })),
    );
    const balancer = site.make("front", lb.LoadBalancer, {
        name: shortName(`${site.name}-front`, 32, "", "loadBalancer"),
        loadBalancerType: "network",
        internal: true,
        subnets: native.subnets.private,
        securityGroups: [group.id],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: site.settings.protect,
        tags: tags(site),
    });
    const made = Object.entries(ports).map(([name, { port }]) => {
        const target = site.make(
            "target",
            lb.TargetGroup,
            {
                name: shortName(`${site.name}-target-${name}`, 32, String(port)),
                targetType: "instance",
                vpcId: native.vpc,
                protocol: "TCP",
                port,
                preserveClientIp: "false",
                healthCheck: targetHealth(health, ports, "TCP"),
                tags: tags(site),
            },
            { instance: name },
        );
        const listener = site.make(
            "listener",
            lb.Listener,
            {
                loadBalancerArn: balancer.arn,
                protocol: "TCP",
                port,
                defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
                tags: tags(site),
            },
            { instance: name },
        );
        return { target, listener };
    });
    return {
        host: balancer.dnsName,
        balancer,
        group,
        targets: made.map(({ target }) => target),
        after: made.map(({ listener }) => listener),
    };
}
