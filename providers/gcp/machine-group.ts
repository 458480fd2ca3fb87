import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { healthCheck } from "./backend";
import type { Running } from "./container";
import { collect } from "./log";
import { letAsk, machineFront } from "./machine-front";
import { machineGauges } from "./machine-gauges";
import { healthPort } from "./machine-health";
import { makeTemplate } from "./machine-template";
import { named, unique } from "./names";
import { type GcpNetwork, nativeOf } from "./network";
import { tagOf } from "./network-firewall";
import { projectOf } from "./project";
import { timeouts } from "./run-service";

/**
 * A group of small machines with Google's Container-Optimized OS, each of which runs the container once: for what Cloud Run has
 * no way for. A change replaces them, new ones first; while new ones do not become healthy, the old ones serve on, and the
 * deployment fails.
 */
export function machineGroup(site: Site, spec: ContainerSpec): Running {
    const { ports, scale, health, stopGrace, rollout, log, exec } = spec;
    const network = nativeOf(spec.network);
    const name = unique(site, "machine", 40);
    const template = makeTemplate(site, spec, network, name);
    const names = Object.keys(ports);
    const scaled = scale.max > scale.min;
    const startup = health?.startup ?? 120;
    const tag = tagOf(site);
    // A command's check is answered by the machine, with ports or without.
    const first = names.length
        ? { ...ports[names[0]], name: names[0] }
        : health?.command && { port: healthPort, protocol: "tcp" as const, name: "health" };
    const asked = first && letAsk(site, { network, tag, health, ports });
    const check = first
        ? site.make(
              "health",
              compute.HealthCheck,
              {
                  ...named(site, "health", 63, "healing"),
                  ...healthCheck(health, ports, first, "TCP"),
              },
              { instance: "healing" },
          )
        : undefined;
    if (exec) fromTerminals(site, network);
    const group = site.make(
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
            updatePolicy: network.zones.apply((zones) => policyOf(spec, zones.length)),
            autoHealingPolicies: check && { healthCheck: check.id, initialDelaySec: startup },
            waitForInstances: true,
            waitForInstancesStatus: "UPDATED",
        },
        {
            main: true,
            // Who cannot be asked is taken for dead.
            dependsOn: asked ? [asked] : [],
            ignoreChanges: scaled ? ["targetSize"] : [],
            customTimeouts: timeouts(rollout.timeout + stopGrace),
        },
    );
    if (scaled) autoscale(site, spec, group);
    collect(log, pulumi.interpolate`logName:"gcplogs-docker-driver" AND jsonPayload.container.name=~"^/?${name}-"`);
    let front: ReturnType<typeof machineFront> | undefined;
    const inside = () =>
        (front ??= machineFront(site, { group: group.instanceGroup, network, ports, health, stopGrace, tag, asked }));
    return {
        resource: group,
        runs: names.length
            ? {
                  on: "machines",
                  group: group.instanceGroup,
                  network,
                  tag,
                  requests: scaled ? scale.requests : undefined,
              }
            : undefined,
        url: (port) => {
            const scheme = ports[port].protocol === "http" ? "http" : "tcp";
            return pulumi.interpolate`${scheme}://${inside().address}:${ports[port].port}`;
        },
        permits: () => [
            {
                connect: names.map((port) => ({
                    to: site.name,
                    ranges: [pulumi.interpolate`${inside().address}/32`],
                    port: ports[port].port,
                })),
            },
        ],
        gauges: machineGauges(site, group.name),
    };
}

/** One more for each zone at a time; or all at once, after all have gone, for what may not run twice. */
export function policyOf(
    {
        rollout,
        scale,
    }: { rollout: Pick<ContainerSpec["rollout"], "strategy">; scale: Pick<ContainerSpec["scale"], "max"> },
    zones: number,
) {
    const policy = { type: "PROACTIVE", minimalAction: "REPLACE", mostDisruptiveAllowedAction: "REPLACE" };
    return rollout.strategy === "rolling"
        ? { ...policy, replacementMethod: "SUBSTITUTE", maxSurgeFixed: zones, maxUnavailableFixed: 0 }
        : {
              ...policy,
              replacementMethod: "RECREATE",
              maxSurgeFixed: 0,
              maxUnavailableFixed: Math.max(zones, scale.max),
              instanceRedistributionType: "NONE",
          };
}

/** One more while they are busy. */
export function autoscale(
    site: Site,
    { scale, health }: Pick<ContainerSpec, "scale" | "health">,
    group: compute.RegionInstanceGroupManager,
): void {
    site.make("scaling", compute.RegionAutoscaler, {
        ...named(site, "scaling", 63),
        region: projectOf(site).region,
        target: group.id,
        autoscalingPolicy: {
            minReplicas: scale.min,
            maxReplicas: scale.max,
            cooldownPeriod: health?.startup ?? 120,
            cpuUtilization: { target: scale.cpu / 100 },
            // Of what a load balancer hands to each at most.
            ...(scale.requests === undefined ? {} : { loadBalancingUtilization: { target: 1 } }),
        },
    });
}

/** Lets in who may log in, through Google's tunnel: in a container, `docker exec` it is then. */
export function fromTerminals(site: Site, network: GcpNetwork): void {
    site.make(
        "firewall",
        compute.Firewall,
        {
            ...named(site, "firewall", 63, "terminals"),
            network: network.network,
            description: `Google's tunnel to ${site.name}, for whom IAM lets in`,
            direction: "INGRESS",
            priority: 1000,
            sourceRanges: ["35.235.240.0/20"],
            targetTags: [tagOf(site)],
            allows: [{ protocol: "tcp", ports: ["22"] }],
        },
        { instance: "terminals" },
    );
}
