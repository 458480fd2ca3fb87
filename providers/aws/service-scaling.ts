import * as pulumi from "@pulumi/pulumi";
import * as appautoscaling from "@pulumi/aws/appautoscaling";
import type * as ecs from "@pulumi/aws/ecs";
import type * as lb from "@pulumi/aws/lb";
import type { ScaleSpec } from "../../components/scale";
import type { Site } from "../../components/site";
import { tags } from "./tags";

/** Scaled is a service whose replicas are counted by AWS, from what they have to do. */
export interface Scaled {
    /** Counts the requests that a load balancer hands to each replica, too. */
    byRequests(balancer: lb.LoadBalancer, group: lb.TargetGroup, instance: string): void;
}

/** Scales by CPU, and by requests as load balancers come to it. */
export function scale(site: Site, cluster: ecs.Cluster, service: ecs.Service, spec: ScaleSpec): Scaled {
    const { min, max, cpu, requests } = spec;
    if (min === max) return { byRequests: () => undefined };
    const target = site.make("scaling", appautoscaling.Target, {
        serviceNamespace: "ecs",
        scalableDimension: "ecs:service:DesiredCount",
        resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
        minCapacity: min,
        maxCapacity: max,
        tags: tags(site),
    });
    const policy = (instance: string, metric: object, targetValue: number) =>
        site.make(
            "scalingPolicy",
            appautoscaling.Policy,
            {
                policyType: "TargetTrackingScaling",
                serviceNamespace: target.serviceNamespace,
                scalableDimension: target.scalableDimension,
                resourceId: target.resourceId,
                targetTrackingScalingPolicyConfiguration: {
                    predefinedMetricSpecification: metric as { predefinedMetricType: string },
                    targetValue,
                    scaleOutCooldown: 60,
                    scaleInCooldown: 300,
                },
            },
            { instance },
        );
    policy("cpu", { predefinedMetricType: "ECSServiceAverageCPUUtilization" }, cpu);
    return {
        byRequests: (balancer, group, instance) => {
            if (requests === undefined) return;
            const metric = {
                predefinedMetricType: "ALBRequestCountPerTarget",
                resourceLabel: pulumi.interpolate`${balancer.arnSuffix}/${group.arnSuffix}`,
            };
            policy(`requests-${instance}`, metric, requests * 60); // CloudWatch counts by the minute.
        },
    };
}
