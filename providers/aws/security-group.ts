import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type { Network } from "../../components/network";
import type { Site } from "../../components/site";
import type { Connect } from "./grants";
import { prefixed } from "./names";
import { nativeOf } from "./network";
import { tags } from "./tags";

/** A security group of a component's own. It lets nothing in, and nothing out: rules are resources of their own. */
export function securityGroup(site: Site, key: string, network: Network, description: string): ec2.SecurityGroup {
    return site.make(key, ec2.SecurityGroup, {
        ...prefixed(`${site.name}-${key}`, 255, "namePrefix", "securityGroup"),
        vpcId: nativeOf(network).vpc,
        description,
        tags: tags(site, { Name: site.name }),
    });
}

/** Lets what stands in `group` reach what its links name, at their ports, and lets it in there. */
export function connections(site: Site, group: ec2.SecurityGroup, connects: readonly Connect[]): void {
    const seen = new Set<string>();
    for (const { to, group: target, port } of connects) {
        const instance = `${to}-${port}`;
        if (seen.has(instance)) continue;
        seen.add(instance);
        const rule = {
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            description: `${site.name} to ${to}`,
            tags: tags(site),
        };
        const out = { ...rule, securityGroupId: group.id, referencedSecurityGroupId: target };
        const into = { ...rule, securityGroupId: target, referencedSecurityGroupId: group.id };
        site.make("connectOut", vpc.SecurityGroupEgressRule, out, { instance });
        site.make("connectIn", vpc.SecurityGroupIngressRule, into, { instance });
    }
}

/**
 * Lets what stands in `group` out: to the internet over TCP, where the network has a way there; else to AWS's endpoints
 * in the network. Names are resolved and time is read from the VPC's own servers, which no rule concerns.
 */
export function wayOut(site: Site, group: ec2.SecurityGroup, network: Network): void {
    const { internet, range, prefixLists } = nativeOf(network);
    const rule = { securityGroupId: group.id, ipProtocol: "tcp", tags: tags(site) };
    if (internet) {
        const all = { ...rule, fromPort: 0, toPort: 65535, cidrIpv4: "0.0.0.0/0", description: "To the internet" };
        site.make("outRule", vpc.SecurityGroupEgressRule, all);
        return;
    }
    const https = { ...rule, fromPort: 443, toPort: 443 };
    const within = { ...https, cidrIpv4: range, description: "AWS's endpoints in the network" };
    site.make("outRule", vpc.SecurityGroupEgressRule, within);
    prefixLists.forEach((prefixListId, index) =>
        site.make(
            "outGateway",
            vpc.SecurityGroupEgressRule,
            { ...https, prefixListId, description: "S3 and DynamoDB by the network's routes" },
            { instance: `${index + 1}` },
        ),
    );
}
