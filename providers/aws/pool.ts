import * as pulumi from "@pulumi/pulumi";
import type * as autoscaling from "@pulumi/aws/autoscaling";
import * as ecs from "@pulumi/aws/ecs";
import * as iam from "@pulumi/aws/iam";
import type { Network } from "../../components/network";
import type { Site } from "../../components/site";
import type { VM } from "../../components/vm";
import { accountOf } from "./account";
import { type Cluster, clusterOf } from "./cluster";
import type { Gathered } from "../declared";
import { policy, type Statement } from "./grants";
import { renamed } from "./names";
import { nativeOf } from "./network";
import { tags } from "./tags";
import type { Task } from "./task";

/** AwsMachines is what a container has to know of the machines it runs on. */
export interface AwsMachines {
    readonly site: Site;
    readonly machines: autoscaling.Group;
    readonly role: iam.Role;
    readonly network: Network;
    /** Whose containers they run: none, or the stack's cluster with what they need for it. */
    readonly serves: Gathered<{ cluster: Cluster; after: pulumi.Resource }>;
}

const natives = new WeakMap<pulumi.ComponentResource, AwsMachines>();
const pools = new WeakMap<pulumi.ComponentResource, ecs.CapacityProvider>();

export function keepMachines(component: pulumi.ComponentResource, native: AwsMachines): void {
    natives.set(component, native);
}

/**
 * Makes machines a part of the stack's cluster, for containers which run on them. How many there are stays with the
 * machines' own scale: ECS drains one before it goes.
 *
 * @throws when the machines were made on another cloud
 */
export function join(vm: VM, by: Site): ecs.CapacityProvider {
    const native = natives.get(vm);
    if (!native)
        throw new pulumi.ResourceError(
            `Container ${by.name}: on: VM ${vm.shortName} is on ${vm.cloud.name}, not on aws`,
            by.component,
            true,
        );
    const before = pools.get(vm);
    if (before) return before;
    const { site, machines, role, network, serves } = native;
    const cluster = clusterOf(site);
    const may = site.make("poolPolicy", iam.RolePolicy, {
        role: role.name,
        policy: policy(agentStatements(site, cluster)),
    });
    nativeOf(network).reach(["ecs", "ecs-agent", "ecs-telemetry"]);
    serves.add({ cluster, after: may });
    const pool = site.make("pool", ecs.CapacityProvider, {
        // Other machines replace it.
        ...renamed(`${site.name}-pool`, 255, "capacityProvider", machines.arn),
        autoScalingGroupProvider: {
            autoScalingGroupArn: machines.arn,
            managedScaling: { status: "DISABLED" },
            managedTerminationProtection: "DISABLED",
            managedDraining: "ENABLED",
        },
        tags: tags(site),
    });
    cluster.pools.add(pool);
    pools.set(vm, pool);
    return pool;
}

/**
 * What the agent of ECS does on a machine, in this cluster only. AWS's own `AmazonEC2ContainerServiceforEC2Role` allows it in
 * every cluster, and besides to read every image and write every log of the account: which a task's images and output are got
 * and kept with is its execution role. Source: "Actions, resources, and condition keys for Amazon Elastic Container Service".
 */
function agentStatements(site: Site, { cluster }: Cluster): Statement[] {
    const { id, partition, region } = accountOf(site);
    const within = (kind: string) => pulumi.interpolate`arn:${partition}:ecs:${region}:${id}:${kind}/${cluster.name}/*`;
    return [
        {
            actions: [
                "ecs:DeregisterContainerInstance",
                "ecs:RegisterContainerInstance",
                "ecs:SubmitAttachmentStateChanges",
                "ecs:SubmitContainerStateChange",
                "ecs:SubmitTaskStateChange",
            ],
            on: [cluster.arn],
        },
        {
            actions: ["ecs:Poll", "ecs:StartTelemetrySession"],
            on: [within("container-instance")],
        },
        { actions: ["ecs:ListTagsForResource"], on: [within("container-instance"), within("task")] },
        {
            actions: ["ecs:DiscoverPollEndpoint"],
            on: ["*"],
            when: { StringEquals: { "aws:RequestedRegion": region } },
        },
    ];
}

/** Where tasks on machines stand: they get no public address. */
export function withoutAddress(site: Site, network: Network, { subnets, assignPublicIp }: Task["network"]) {
    const known = pulumi.all([subnets, assignPublicIp]);
    return {
        subnets: known.apply(([ids, needed]) => privateOnly(site.name, network.shortName, ids, needed)),
        assignPublicIp: false,
    };
}

/**
 * Of a network that is there, only AWS knows whether it has another way out; of one that we make, pool-check.ts.
 *
 * @throws when what runs in it needs a public address
 */
export function privateOnly(name: string, network: string, subnets: string[], needed: boolean): string[] {
    if (!needed) return subnets;
    const what = `network ${network} has no private subnets, and on aws a container on machines gets no public address`;
    throw new pulumi.RunError(
        `Container ${name}: on: ${what}: make some with a way out (tag "mvi:tier": "private"), or leave \`on\` out`,
    );
}
