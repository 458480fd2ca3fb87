import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { ContainerSpec } from "../../components/container";
import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import type { ScaleSpec } from "../../components/scale";
import type { Site } from "../../components/site";
import { healthCheck } from "./backend";
import type { GcpGauge } from "./gauges";
import { type Front, letAsk, machineFront } from "./machine-front";
import { machineGauges } from "./machine-gauges";
import { healthPort } from "./machine-health";
import { named } from "./names";
import type { GcpNetwork } from "./network";
import { tagOf } from "./network-firewall";
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
}

type Strategy = ContainerSpec["rollout"]["strategy"];

/** MachineGroup is a group of equal machines over the network's zones. */
export interface MachineGroup {
    readonly manager: compute.RegionInstanceGroupManager;
    /** What load balancers send to. */
    readonly group: pulumi.Output<string>;
    /** The one address for all of them, made when it is first asked for. @throws without a port */
    front(): Front;
    readonly gauges: Readonly<Record<string, GcpGauge>>;
}

/** Who cannot be asked for long is replaced; a group without a port and without a command is not asked. */
export function machineGroup(site: Site, args: GroupArgs): MachineGroup {
    const { name, template, network, ports, health, scale, strategy, patience, stopGrace } = args;
    const tag = tagOf(site);
    const startup = health?.startup ?? 120;
    const scaled = scale.max > scale.min;
    const first = firstOf(args);
    const asked = first && letAsk(site, { network, tag, health, ports });
    const check =
        first &&
        site.make(
            "health",
            compute.HealthCheck,
            { ...named(site, "health", 63, "healing"), ...healthCheck(health, ports, first, "TCP") },
            { instance: "healing" },
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
            namedPorts: Object.entries(ports).map(([port, { port: number }]) => ({ name: port, port: number })),
            updatePolicy: network.zones.apply((zones) => policyOf(strategy, scale.max, zones.length)),
            autoHealingPolicies: check && { healthCheck: check.id, initialDelaySec: startup },
            waitForInstances: true,
            waitForInstancesStatus: "UPDATED",
        },
        {
            main: true,
            // Who cannot be asked is taken for dead.
            dependsOn: asked ? [asked] : [],
            ignoreChanges: scaled ? ["targetSize"] : [],
            customTimeouts: timeouts(patience),
        },
    );
    if (scaled) autoscale(site, scale, startup, manager);
    const group = manager.instanceGroup;
    let front: Front | undefined;
    return {
        manager,
        group,
        front: () => (front ??= machineFront(site, { group, network, ports, health, stopGrace, tag, asked: asked! })),
        gauges: machineGauges(site, manager.name),
    };
}

/** Where they are asked. A command's check is answered by the machine, with ports or without. */
function firstOf({ ports, health }: Pick<GroupArgs, "ports" | "health">) {
    const [first] = Object.entries(ports);
    if (first) return { ...first[1], name: first[0] };
    return health?.command && { port: healthPort, protocol: "tcp" as const, name: "health" };
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
function autoscale(site: Site, scale: ScaleSpec, startup: number, group: compute.RegionInstanceGroupManager): void {
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
