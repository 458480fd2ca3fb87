import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as vpc from "@pulumi/aws/vpc";
import * as wafv2 from "@pulumi/aws/wafv2";
import type { LoadBalancerSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { certificateFor, pointTo } from "./domain";
import { firewall } from "./firewall";
import { nativeOf } from "./network";
import { securityGroup } from "./security-group";
import { applicationBalancer, nothing } from "./shared-balancer";
import { tags } from "./tags";

/** TLS 1.2 at least, with forward secrecy, and key exchanges that a quantum computer does not break. */
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/** A load balancer on the internet, for a domain. A certificate that is given means that its DNS is the user's own. */
export function publicBalancer(site: Site, spec: LoadBalancerSpec, domain: string) {
    const { routes, redirects, certificate: given, allow, accessLog, waf, network } = spec;
    const group = securityGroup(site, "group", network, `From the internet to ${site.name}`);
    for (const port of [80, 443]) from(site, group, port, allow);
    const balancer = applicationBalancer(site, {
        group,
        subnets: nativeOf(network).subnets.public,
        internal: false,
        logged: accessLog,
        guarded: site.settings.protect,
    });
    const hosts = [...routes, ...redirects].flatMap(({ host }) => (host === undefined ? [] : [host]));
    const names = [...new Set([domain, ...hosts])];
    const made = given === undefined ? certificateFor(site, names) : undefined;
    const listener = site.make("listener", lb.Listener, {
        loadBalancerArn: balancer.arn,
        protocol: "HTTPS",
        port: 443,
        sslPolicy: tlsPolicy,
        certificateArn: made?.arn ?? given,
        routingHttpResponseServerEnabled: false,
        routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000",
        defaultActions: [nothing],
        tags: tags(site),
    });
    site.make("plain", lb.Listener, {
        loadBalancerArn: balancer.arn,
        protocol: "HTTP",
        port: 80,
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
        tags: tags(site),
    });
    if (made) pointTo(site, made.zone, names, { name: balancer.dnsName, zoneId: balancer.zoneId }, "A");
    if (waf) {
        const acl = firewall(site, { scope: "REGIONAL", managed: true, allow: [] });
        site.make("firewallOf", wafv2.WebAclAssociation, { webAclArn: acl.arn, resourceArn: balancer.arn });
    }
    return { balancer, group, listener };
}

/** Lets in who may connect to a port: all, else these addresses. */
export function from(site: Site, group: ec2.SecurityGroup, port: number, allow: readonly string[]): void {
    const ranges = allow.length ? allow : ["0.0.0.0/0"];
    ranges.forEach((range, index) =>
        site.make(
            "from",
            vpc.SecurityGroupIngressRule,
            {
                securityGroupId: group.id,
                description: allow.length ? "Who is allowed" : "The internet",
                ...(range.includes(":") ? { cidrIpv6: range } : { cidrIpv4: range }),
                ipProtocol: "tcp",
                fromPort: port,
                toPort: port,
                tags: tags(site),
            },
            { instance: `${port}-${index + 1}` },
        ),
    );
}
