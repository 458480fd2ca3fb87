import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { ContainerSpec } from "../../components/container";
import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import type { ScaleSpec } from "../../components/scale";
import type { Site } from "../../components/site";
import type { GcpGauge } from "./gauges";
import { type Front, machineFront } from "./machine-front";
import { machineGauges } from "./machine-gauges";
import { Healing } from "./machine-healing";
import { named } from "./names";
import type { GcpNetwork } from "./network";
import { tagOf } from "./network-firewall";
import { declared, type Places, portName } from "./places";
import { projectOf } from "./project";
import { timeouts } from "./run-service";

/** GroupArgs says how many equal machines there are, and how they are asked, reached and replaced. */
export interface GroupArgs {
    /** What the machines' names begin with. */
    readonly name: pulumi.Input<string>;
    readonly template: compute.RegionInstanceTemplate;
    readonly network: GcpNetwork;
    readonly ports: Readonly<Record<string, PortSpec>>;
    readonly health: HealthSpec | undefined;
    readonly scale: ScaleSpec;
    readonly strategy: Strategy;
    /** Seconds that a deployment waits for new ones to be healthy. */
    readonly patience: number;
    /** Seconds until a machine that goes gets no more connections. */
    readonly stopGrace: number;
    /** The containers which they run for others: known when all are declared. @default none */
    readonly places?: Places;
}

type Strategy = ContainerSpec["rollout"]["strategy"];

/** MachineGroup is a group of equal machines over the network's zones. */
export interface MachineGroup {
    readonly manager: compute.RegionInstanceGroupManager;
    /** What load balancers send to. */
    readonly group: pulumi.Output<string>;
    /** The one address for all of them, made when it is first asked for. @throws without a port */
    front(): Front;
    /** Has them asked for the health of what they run, and those replaced that are not well. */
    heal(): void;
    readonly gauges: Readonly<Record<string, GcpGauge>>;
}

/** Who cannot be asked for long is replaced; a group without a port and without a command is not asked. */
export function machineGroup(site: Site, args: GroupArgs): MachineGroup {
    const { name, template, network, ports, health, scale, patience, stopGrace, places } = args;
    const tag = tagOf(site);
    const scaled = scale.max > scale.min;
    const healing = new Healing(site, { network, tag, health, ports, places });
    const strategy = declared(places, (all) =>
        all.some(({ spec }) => spec.rollout.strategy === "recreate") ? "recreate" : args.strategy,
    );
    const manager = site.make(
        "machines",
        compute.RegionInstanceGroupManager,
        {
            ...named(site, undefined, 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region: projectOf(site).region,
            baseInstanceName: name,
            distributionPolicyZones: network.zones,
            versions: [{ instanceTemplate: template.id }],
            targetSize: scale.min,
            namedPorts: declared(places, (all) => [
                ...Object.entries(ports).map(([port, { port: number }]) => ({ name: port, port: number })),
                ...all.flatMap(({ hosted }) =>
                    Object.values(hosted).map((port) => ({ name: portName(port), port: port.port })),
                ),
            ]),
            updatePolicy: pulumi
                .all([network.zones, strategy])
                .apply(([zones, how]) => policyOf(how, scale.max, zones.length)),
            autoHealingPolicies: healing.policies,
            waitForInstances: true,
            waitForInstancesStatus: "UPDATED",
        },
        {
            main: true,
            // Who cannot be asked is taken for dead.
            dependsOn: healing.after,
            ignoreChanges: scaled ? ["targetSize"] : [],
            customTimeouts: places ? patient(patience, places) : timeouts(patience),
        },
    );
    if (scaled) autoscale(site, scale, healing.startup, manager);
    const group = manager.instanceGroup;
    let front: Front | undefined;
    return {
        manager,
        group,
        front: () =>
            (front ??= machineFront(site, { group, network, ports, health, stopGrace, tag, asked: healing.asked! })),
        heal: () => healing.make(),
        gauges: machineGauges(site, manager.name),
    };
}

/**
 * As long as the most patient of the containers may take. The SDK reads it when it registers the group, which is when the group's
 * arguments are known, and so all containers.
 */
function patient(own: number, { here }: Places): pulumi.CustomTimeouts {
    const most = () =>
        timeouts(Math.max(own, ...here.map(({ spec: { rollout, stopGrace } }) => rollout.timeout + stopGrace)));
    return {
        get create() {
            return most().create;
        },
        get update() {
            return most().update;
        },
        delete: most().delete,
    };
}

/** One more for each zone at a time; or all at once, after all have gone, for what may not run twice. */
function policyOf(strategy: Strategy, most: number, zones: number) {
    const policy = { type: "PROACTIVE", minimalAction: "REPLACE", mostDisruptiveAllowedAction: "REPLACE" };
    return strategy === "rolling"
        ? { ...policy, replacementMethod: "SUBSTITUTE", maxSurgeFixed: zones, maxUnavailableFixed: 0 }
        : {
              ...policy,
              replacementMethod: "RECREATE",
              maxSurgeFixed: 0,
              maxUnavailableFixed: Math.max(zones, most),
              instanceRedistributionType: "NONE",
          };
}

/** One more while they are busy. */
function autoscale(
    site: Site,
    scale: ScaleSpec,
    startup: pulumi.Input<number>,
    group: compute.RegionInstanceGroupManager,
): void {
    site.make("scaling", compute.RegionAutoscaler, {
        ...named(site, "scaling", 63),
        region: projectOf(site).region,
        target: group.id,
        autoscalingPolicy: {
            minReplicas: scale.min,
            maxReplicas: scale.max,
            cooldownPeriod: startup,
            cpuUtilization: { target: scale.cpu / 100 },
            // Of what a load balancer hands to each at most.
            ...(scale.requests === undefined ? {} : { loadBalancingUtilization: { target: 1 } }),
        },
    });
}
