import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import type { Site } from "../../components/site";
import { healthCheck } from "./backend";
import type { Connect } from "./grants";
import { labels } from "./labels";
import { healthPort } from "./machine-health";
import { named } from "./names";
import type { GcpNetwork } from "./network";
import { probes } from "./network-firewall";
import { projectOf } from "./project";

/** FrontArgs says what machines are reached for from within their network. */
export interface FrontArgs {
    /** The group, `…/instanceGroups/…`. */
    readonly group: pulumi.Input<string>;
    readonly network: GcpNetwork;
    readonly ports: Readonly<Record<string, PortSpec>>;
    readonly health: HealthSpec | undefined;
    /** Seconds until a machine that goes gets no more connections. */
    readonly stopGrace: number;
    /** The machines' network tag. */
    readonly tag: string;
    /** Where machines answer for a check by command. @default healthPort */
    readonly answered?: number;
    /** What lets Google ask for the health, see {@link letAsk}. */
    readonly asked: pulumi.Resource;
}

/** Front is how machines are reached from within their network. */
export interface Front {
    readonly address: pulumi.Output<string>;
    /** A port's: `http://…`, or `tcp://…`. */
    url(port: string): pulumi.Output<string>;
    /** What reaches it at all of its ports. */
    readonly connect: readonly Connect[];
}

/** The most ports that a rule of Google's lists: with more it is for all, and the firewall says for which. */
const mostPorts = 5;

/** One address within the network for a group of machines: connections go to those that work. */
export function machineFront(site: Site, args: FrontArgs): Front {
    const { group, network, ports, health, stopGrace, asked, answered } = args;
    const { region } = projectOf(site);
    const [[name, first]] = Object.entries(ports);
    const check = site.make(
        "health",
        compute.RegionHealthCheck,
        {
            ...named(site, "health", 63, "inside"),
            region,
            ...healthCheck(health, ports, { ...first, name }, "TCP", answered),
        },
        { instance: "inside" },
    );
    const all = Object.values(ports).map(({ port }) => `${port}`);
    // Whatever is in the network reaches out by rules of its own only: see `connections`.
    const inside = ingress(site, "inside", args, [network.range], `To ${site.name}, from what uses it`, all);
    const service = site.make(
        "inside",
        compute.RegionBackendService,
        {
            ...named(site, "inside", 63),
            description: `${site.name}, from within the network`,
            region,
            network: network.network,
            loadBalancingScheme: "INTERNAL",
            protocol: "TCP",
            backends: [{ group, balancingMode: "CONNECTION" }],
            healthChecks: check.id,
            connectionDrainingTimeoutSec: stopGrace,
        },
        { dependsOn: [inside, asked] },
    );
    const { address } = site.make("inner", compute.Address, {
        ...named(site, "inner", 63),
        description: `${site.name}, from within the network`,
        region,
        addressType: "INTERNAL",
        subnetwork: network.subnet,
        labels: labels(site),
    });
    site.make("way", compute.ForwardingRule, {
        ...named(site, "way", 63),
        description: `${site.name}, from within the network`,
        region,
        loadBalancingScheme: "INTERNAL",
        ipProtocol: "TCP",
        ipAddress: address,
        ...(all.length > mostPorts ? { allPorts: true } : { ports: all }),
        backendService: service.id,
        network: network.network,
        subnetwork: network.subnet,
        labels: labels(site),
    });
    return {
        address,
        url: (name) => {
            const { port, protocol } = ports[name];
            return pulumi.interpolate`${protocol === "http" ? "http" : "tcp"}://${address}:${port}`;
        },
        connect: Object.values(ports).map(({ port }) => ({
            to: site.name,
            ranges: [pulumi.interpolate`${address}/32`],
            port,
        })),
    };
}

/**
 * Lets Google ask machines for their health: without it, they would be taken for dead, and replaced for ever.
 *
 * @param more - further ports where they are asked
 */
export function letAsk(
    site: Site,
    args: Pick<FrontArgs, "network" | "tag" | "health" | "ports" | "answered">,
    more: pulumi.Input<string[]> = [],
): compute.Firewall {
    const { network, tag } = args;
    const own = askedPorts(args);
    const asked = Array.isArray(more) ? [...own, ...more] : pulumi.output(more).apply((known) => [...own, ...known]);
    return ingress(site, "asked", { network, tag }, [...probes], `Google asks ${site.name} for its health`, asked);
}

function ingress(
    site: Site,
    instance: string,
    { network, tag }: Pick<FrontArgs, "network" | "tag">,
    sourceRanges: pulumi.Input<string>[],
    description: string,
    ports: pulumi.Input<string[]>,
): compute.Firewall {
    return site.make(
        "firewall",
        compute.Firewall,
        {
            ...named(site, "firewall", 63, instance),
            network: network.network,
            description,
            direction: "INGRESS",
            priority: 1000,
            sourceRanges,
            targetTags: [tag],
            allows: [{ protocol: "tcp", ports }],
        },
        { instance },
    );
}

/** Where Google asks for the health: where the check is answered, which need not be one of the ports. */
function askedPorts({
    health,
    ports,
    answered = healthPort,
}: Pick<FrontArgs, "health" | "ports" | "answered">): string[] {
    const all = Object.values(ports).map(({ port }) => `${port}`);
    const own = health?.command ? [`${answered}`] : health?.port === undefined ? [] : [`${ports[health.port].port}`];
    return [...new Set([...own, ...all])];
}
