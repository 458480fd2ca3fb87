import type * as ecs from "@pulumi/aws/ecs";
import type * as lb from "@pulumi/aws/lb";
import { gauges } from "./gauges";

/** Entrance is where requests from the internet are counted. */
export interface Entrance {
    readonly balancer: lb.LoadBalancer;
    readonly target: lb.TargetGroup;
}

/** What can be seen of a service: by ECS always, of its requests by the load balancer, else by Service Connect. */
export function containerGauges(
    cluster: ecs.Cluster,
    service: ecs.Service,
    metricName: string | undefined,
    entry: Entrance | undefined,
) {
    const own = { ClusterName: cluster.name, ServiceName: service.name };
    const shares = gauges("AWS/ECS", { cpu: "CPUUtilization", memory: "MemoryUtilization" }, own);
    const always = {
        cpu: { ...shares.cpu, factor: 0.01 },
        memory: { ...shares.memory, factor: 0.01 },
        // Each running task says how much of its CPU it uses, once a minute. Nothing has to be paid for that.
        healthy: { ...shares.cpu, statistic: "SampleCount" as const, perMinute: true },
    };
    const seen = { requests: "RequestCount", errors: "HTTPCode_Target_5XX_Count", latency: "TargetResponseTime" };
    if (entry) {
        const behind = { LoadBalancer: entry.balancer.arnSuffix, TargetGroup: entry.target.arnSuffix };
        return { ...always, ...gauges("AWS/ApplicationELB", seen, behind) };
    }
    if (metricName === undefined) return always;
    const { requests, ...others } = seen;
    const connected = {
        ...gauges("AWS/ECS", { requests }, { ...own, DiscoveryName: metricName }),
        ...gauges("AWS/ECS", others, { TargetDiscoveryName: metricName }),
    };
    // Service Connect counts in milliseconds.
    return { ...always, ...connected, latency: { ...connected.latency, factor: 0.001 } };
}
