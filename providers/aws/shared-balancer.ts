import type * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import * as cloudfront from "@pulumi/aws/cloudfront";
import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as vpc from "@pulumi/aws/vpc";
import type { Network } from "../../components/network";
import type { Site } from "../../components/site";
import { accessLogs } from "./access-logs";
import { shortName } from "./names";
import { nativeOf } from "./network";
import { securityGroup } from "./security-group";
import { ofNetwork, stackPart } from "./stack-part";
import { tags } from "./tags";

/** SharedBalancer is where all comes in that CloudFront takes from the internet. */
export interface SharedBalancer {
    readonly balancer: lb.LoadBalancer;
    readonly group: ec2.SecurityGroup;
    readonly listener: lb.Listener;
    readonly origin: cloudfront.VpcOrigin;
    /** The first of the hundred places which an entry's rules have on the listener. */
    placesOf(entry: string): number;
    /** AWS refuses its deletion. */
    readonly guarded: boolean;
}

/** What CloudFront says to the load balancer: whose entry a request has come by. A client's own is overwritten. */
export const entryHeader = "x-mvi-entry";

/**
 * One load balancer for all entries of a stack, without an address on the internet: only CloudFront reaches it. Each entry
 * has rules of its own there. It is guarded where the stack is, or the first entry: not by a later one, for which it would
 * have to wait, and with it all that is called by its URL, a stack's outputs among them (see `Gathered`).
 */
export function sharedBalancer(site: Site, network: Network): SharedBalancer {
    const make = (own: Site): SharedBalancer => {
        const guarded = own.settings.protect || site.settings.protect;
        const group = securityGroup(own, "group", network, "From CloudFront to what is public");
        const { id: prefixListId } = ec2.getManagedPrefixListOutput(
            { name: "com.amazonaws.global.cloudfront.origin-facing" },
            { provider: own.component.getProvider("aws:ec2:getManagedPrefixList") },
        );
        own.make("fromEdge", vpc.SecurityGroupIngressRule, {
            securityGroupId: group.id,
            description: "CloudFront",
            prefixListId,
            ipProtocol: "tcp",
            fromPort: 80,
            toPort: 80,
            tags: tags(own),
        });
        const balancer = applicationBalancer(own, {
            group,
            subnets: nativeOf(network).subnets.private,
            internal: true,
            logged: true,
            guarded,
        });
        const listener = own.make("listener", lb.Listener, {
            loadBalancerArn: balancer.arn,
            // TLS ends at CloudFront: there is no certificate for a name that only CloudFront calls.
            protocol: "HTTP",
            port: 80,
            defaultActions: [nothing],
            tags: tags(own),
        });
        const origin = own.make(
            "origin",
            cloudfront.VpcOrigin,
            {
                vpcOriginEndpointConfig: {
                    name: shortName(own.name, 64),
                    arn: balancer.arn,
                    httpPort: 80,
                    httpsPort: 443,
                    originProtocolPolicy: "http-only",
                    originSslProtocols: { items: ["TLSv1.2"], quantity: 1 },
                },
                tags: tags(own),
            },
            { dependsOn: listener },
        );
        return { balancer, group, listener, origin, placesOf: places(), guarded };
    };
    return stackPart(site, "balancer", make, ofNetwork(network));
}

/** BalancerArgs is what distinguishes one application load balancer of ours from another. */
export interface BalancerArgs {
    readonly group: ec2.SecurityGroup;
    readonly subnets: pulumi.Output<string[]>;
    readonly internal: boolean;
    /** Writes a line for each request. */
    readonly logged: boolean;
    /** AWS refuses its deletion. */
    readonly guarded: boolean;
}

export function applicationBalancer(site: Site, args: BalancerArgs): lb.LoadBalancer {
    const { group, subnets, internal, logged, guarded } = args;
    const logs = logged ? accessLogs(site) : undefined;
    return site.make(
        "balancer",
        lb.LoadBalancer,
        {
            name: shortName(site.name, 32, internal ? "" : "public", "loadBalancer"),
            loadBalancerType: "application",
            internal,
            subnets,
            securityGroups: [group.id],
            idleTimeout: 120,
            dropInvalidHeaderFields: true,
            desyncMitigationMode: "strictest",
            xffHeaderProcessingMode: "append",
            enableDeletionProtection: guarded,
            accessLogs: logs
                ? { bucket: logs.bucket.bucket, enabled: true, prefix: `alb/${site.name}` }
                : { bucket: "", enabled: false },
            tags: tags(site, { Name: site.name }),
        },
        { main: true, dependsOn: logs ? [logs.ready] : [] },
    );
}

/** What a request gets that no rule is for. */
export const nothing = {
    type: "fixed-response",
    fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "Not found" },
};

/**
 * A place that stays the same while other entries come and go. Two entries which want the same one are told apart by the
 * order of the program.
 */
function places(): (entry: string) => number {
    const taken = new Map<number, string>();
    return (entry) => {
        let block = createHash("sha256").update(entry).digest().readUInt32BE(0) % 499;
        while (taken.has(block) && taken.get(block) !== entry) block = (block + 1) % 499;
        taken.set(block, entry);
        return 1 + block * 100;
    };
}
