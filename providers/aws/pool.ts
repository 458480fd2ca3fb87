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
    const { partition } = accountOf(site);
    const may = site.make("poolRole", iam.RolePolicyAttachment, {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role`,
    });
    nativeOf(network).reach(["ecs", "ecs-agent", "ecs-telemetry"]);
    serves.add({ cluster, after: may });
    const pool = site.make("pool", ecs.CapacityProvider, {
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
