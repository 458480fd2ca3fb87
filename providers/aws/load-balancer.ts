import * as pulumi from "@pulumi/pulumi";
import type * as lb from "@pulumi/aws/lb";
import type { DriverOf } from "../../components/cloud";
import type { LoadBalancerSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { edge } from "./edge";
import { firewall } from "./firewall";
import { type AwsGauge, gauges } from "./gauges";
import { publicBalancer } from "./public-balancer";
import { makeRules, type Rules } from "./rules";
import { entryHeader, sharedBalancer } from "./shared-balancer";
import { tcpBalancer } from "./tcp-balancer";
import { uptime } from "./uptime";

/**
 * With a domain, an application load balancer on the internet with a certificate for it; without one, CloudFront before the
 * stack's own. Connections by TCP come in at a network load balancer of their own.
 */
export const loadBalancer: DriverOf<"loadBalancer"> = (site, spec) => {
    const http = spec.routes.length + spec.redirects.length > 0;
    const tcp = Object.keys(spec.tcp).length ? tcpBalancer(site, spec, !http) : undefined;
    const web = !http ? undefined : spec.domain === undefined ? byEdge(site, spec) : byDomain(site, spec, spec.domain);
    const entry = web ?? tcp!;
    // Where only some are let in, the asking function is not.
    const reachable = web && !spec.allow.length ? uptime(site, web) : undefined;
    return {
        url: entry.url,
        address: entry.address,
        gauges: { ...(web ? gaugesOf(web) : {}), ...(reachable ? { reachable } : {}) },
    };
};

/** How HTTP comes in. */
interface Web {
    readonly url: pulumi.Output<string>;
    readonly address: pulumi.Output<string>;
    readonly balancer: lb.LoadBalancer;
    readonly rules: Rules;
    /** Whether all that the load balancer sees is for this component. */
    readonly whole: boolean;
    /** What must be there before it is reached. */
    readonly after: readonly pulumi.Resource[];
}

function byEdge(site: Site, spec: LoadBalancerSpec): Web {
    const { allow, waf, network } = spec; // The stack's own load balancer writes its access log always.
    const shared = sharedBalancer(site, network);
    if (site.settings.protect && !shared.guarded)
        throw new pulumi.RunError(
            `LoadBalancer ${site.name}: protect: true: the stack's own load balancer, on which it stands, was made for another ` +
                "entry, without a guard: declare it before what is `public`, give it a `domain`, or run " +
                "`pulumi config set mvi:protect true`",
        );
    const rules = makeRules(site, spec, {
        ...shared,
        first: shared.placesOf(site.name),
        only: [{ httpHeader: { httpHeaderName: entryHeader, values: [site.name] } }],
    });
    const wall = waf || allow.length ? firewall(site, { scope: "CLOUDFRONT", managed: waf, allow }) : undefined;
    const { url, address, distribution } = edge(site, { shared, firewall: wall?.arn });
    return { url, address, balancer: shared.balancer, rules, whole: false, after: [distribution] };
}

function byDomain(site: Site, spec: LoadBalancerSpec, domain: string): Web {
    const made = publicBalancer(site, spec, domain);
    const rules = makeRules(site, spec, { ...made, first: 1, only: [] });
    return {
        url: pulumi.output(`https://${domain}`),
        address: made.balancer.dnsName,
        balancer: made.balancer,
        rules,
        whole: true,
        after: [made.listener],
    };
}

/** Of a load balancer that others share, what goes to this one's containers. */
function gaugesOf({ balancer, rules: { targets }, whole }: Web): Record<string, AwsGauge> {
    const seen = { requests: "RequestCount", errors: "HTTPCode_Target_5XX_Count", latency: "TargetResponseTime" };
    const at = { LoadBalancer: balancer.arnSuffix };
    if (whole || !targets.length) return gauges("AWS/ApplicationELB", seen, at);
    const [first, ...others] = targets.map(({ arnSuffix }) => ({ ...at, TargetGroup: arnSuffix }));
    const { latency, ...counted } = gauges("AWS/ApplicationELB", seen, first);
    const summed = Object.entries(counted).map(([name, gauge]) => [name, { ...gauge, plus: others }]);
    return { ...(Object.fromEntries(summed) as Record<string, AwsGauge>), latency };
}
