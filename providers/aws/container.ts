import * as pulumi from "@pulumi/pulumi";
import * as ecs from "@pulumi/aws/ecs";
import * as lb from "@pulumi/aws/lb";
import type { DriverOf } from "../../components/cloud";
import type { ContainerSpec } from "../../components/container";
import { urlNames } from "../../components/ports";
import type { Site } from "../../components/site";
import { clusterOf } from "./cluster";
import { containerGauges } from "./container-gauges";
import { Gathered } from "../declared";
import { discover } from "./discovery";
import { edge } from "./edge";
import { join, withoutAddress } from "./pool";
import { settled } from "./rollout";
import { scale } from "./service-scaling";
import { entryHeader, sharedBalancer } from "./shared-balancer";
import { tags } from "./tags";
import { type AwsContainer, type Entry, keepContainer, makeTarget, openWays, portOf } from "./target";
import { mainContainer, makeTask } from "./task";
import { uptime } from "./uptime";

/**
 * An ECS service: on Fargate, or on the stack's machines. Its replicas find others by Service Connect and by the VPC's DNS;
 * the internet finds it through CloudFront and the stack's load balancer.
 */
export const container: DriverOf<"container"> = (site, spec) => {
    const { ports, scale: bounds, health, sidecars, stopGrace, rollout, exec, on, network } = spec;
    const { cluster, capacity, exec: execStatements } = clusterOf(site);
    const task = makeTask(site, {
        spec,
        ports,
        sidecars,
        // Behind a load balancer, that one asks for the path; a command can only be asked in the task.
        health: spec.public && health?.path !== undefined && health.command === undefined ? undefined : health,
        stopGrace,
        may: exec ? execStatements : [],
        onMachines: on !== undefined,
    });
    const pool = on ? join(on, site) : undefined;
    const entries = new Gathered<Entry>();
    const discovered = discover(site, spec);
    const rolling = rollout.strategy === "rolling";
    const loadBalancers = entries.all.then((all) =>
        all.map(({ target, port }) => ({ targetGroupArn: target, containerName: mainContainer, containerPort: port })),
    );
    const after: Promise<pulumi.Resource[]> = entries.all.then((all) => [
        ...task.after,
        capacity,
        ...all.flatMap((entry) => entry.after),
    ]);
    const service = site.make(
        "service",
        ecs.Service,
        {
            cluster: cluster.arn,
            taskDefinition: task.definition.arn,
            desiredCount: bounds.min,
            // With a launch type, or without `forceNewDeployment`, another capacity (of another profile) would be another service.
            capacityProviderStrategies: [{ capacityProvider: pool?.name ?? fargate(site), weight: 1 }],
            forceNewDeployment: true,
            ...(pool ? {} : { platformVersion: "LATEST" }),
            networkConfiguration: {
                ...(pool ? withoutAddress(site, network, task.network) : task.network),
                securityGroups: [task.group.id],
            },
            deploymentCircuitBreaker: { enable: true, rollback: true },
            deploymentMinimumHealthyPercent: rolling ? 100 : 0,
            deploymentMaximumPercent: rolling ? 200 : 100,
            // It starts one more before it stops one: not where one may not run twice.
            availabilityZoneRebalancing: rolling ? "ENABLED" : "DISABLED",
            healthCheckGracePeriodSeconds: entries.all.then((all) =>
                all.length ? (health?.startup ?? 120) : undefined,
            ),
            loadBalancers,
            serviceConnectConfiguration: discovered.serviceConnect,
            serviceRegistries: discovered.registry,
            enableExecuteCommand: exec,
            enableEcsManagedTags: true,
            propagateTags: "SERVICE",
            waitForSteadyState: true,
            sigintRollback: true,
            tags: tags(site),
        },
        {
            main: true,
            dependsOn: after,
            ignoreChanges: bounds.min === bounds.max ? [] : ["desiredCount"],
            customTimeouts: timeouts(spec),
        },
    );
    const native: AwsContainer = {
        name: site.name,
        group: task.group,
        ports,
        health,
        network,
        stopGrace,
        scaled: scale(site, cluster, service, bounds),
        entries,
    };
    keepContainer(site.component, native);
    const entry = spec.public ? enter(site, spec, native) : undefined;
    const reachable =
        entry && uptime(site, { url: entry.url, path: health?.path, after: [entry.distribution, service] });

    const names = Object.keys(ports);
    // Service Connect tells a client only of what was there when the client was started.
    const inside = (name: string) => discovered.url(name, service);
    return {
        // Not of the service: a stack's outputs are waited for before its program is at its end, see `Gathered`.
        url: entry?.url ?? (names.length ? discovered.url(names[0]) : pulumi.output(undefined)),
        // Not asked for by anyone: without it, nobody would see that ECS has gone back to the version before.
        version: settled(site, cluster, service, task.definition),
        grant: () => ({
            env: {
                URL: "",
                ...Object.fromEntries(urlNames(ports).map((variable, index) => [variable, inside(names[index])])),
            },
            secrets: {},
            permits: [
                {
                    connect: Object.values(ports).map(({ port }) => ({
                        to: site.name,
                        group: task.group.id,
                        port,
                    })),
                },
            ],
        }),
        gauges: {
            ...containerGauges(cluster, service, discovered.metricName, entry),
            ...(reachable ? { reachable } : {}),
        },
    };
};

/** A listener rule on the stack's load balancer, and CloudFront before it. */
function enter(site: Site, { network, domain }: ContainerSpec, native: AwsContainer) {
    const shared = sharedBalancer(site, network);
    const port = portOf(native, undefined);
    const target = makeTarget(site, { to: native, port, protocol: "HTTP", balancer: shared });
    openWays(site, shared.group, [{ to: native, port: port.port }]);
    const rule = site.make("rule", lb.ListenerRule, {
        listenerArn: shared.listener.arn,
        priority: shared.placesOf(site.name),
        conditions: [{ httpHeader: { httpHeaderName: entryHeader, values: [site.name] } }],
        actions: [{ type: "forward", targetGroupArn: target.arn }],
        tags: tags(site),
    });
    native.entries.add({ target: target.arn, port: port.port, after: [rule] });
    return { ...edge(site, { shared, domain }), target, balancer: shared.balancer };
}

/**
 * What others do not need costs a third to a half, and AWS takes it back with two minutes' notice: a replica that is lost
 * is started anew, and while AWS has none to spare, it waits. That is for `dev` only.
 */
function fargate(site: Site): string {
    return site.settings.profile === "dev" ? "FARGATE_SPOT" : "FARGATE";
}

/** ECS takes a while to bring up a replica and to drain one, besides the time that the app needs. */
function timeouts({ rollout, stopGrace }: ContainerSpec): pulumi.CustomTimeouts {
    const seconds = `${rollout.timeout + stopGrace + 300}s`;
    return { create: seconds, update: seconds, delete: "20m" };
}
