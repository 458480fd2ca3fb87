import type * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { Site } from "../../components/site";
import type { Connect } from "./grants";
import { named, shortName } from "./names";
import type { GcpNetwork } from "./network";

/** Google's services within every network, by what is called private.googleapis.com. */
export const googleApis = {
    range: "199.36.153.8/30",
    addresses: [8, 9, 10, 11].map((last) => `199.36.153.${last}`),
};

/** What is behind Google's load balancers is asked for its health from here. */
export const probes = ["130.211.0.0/22", "35.191.0.0/16"];

/**
 * Nobody gets in, and nothing that runs reaches anything else in the network, unless a rule with a higher rank says so: those
 * of links (see {@link connections}). What is refused is written down.
 */
export function closeFirewall(site: Site, vpc: compute.Network, range: string, internet: boolean): void {
    const closed = {
        network: vpc.id,
        priority: 65_000,
        denies: [{ protocol: "all" }],
        logConfig: { metadata: "INCLUDE_ALL_METADATA" },
    };
    site.make(
        "deny",
        compute.Firewall,
        {
            ...named(site, "deny", 63, "in"),
            ...closed,
            description: "Nobody gets in but by a rule of a link",
            direction: "INGRESS",
            sourceRanges: ["0.0.0.0/0"],
        },
        { instance: "in" },
    );
    site.make(
        "deny",
        compute.Firewall,
        {
            ...named(site, "deny", 63, "out"),
            ...closed,
            description: internet
                ? "Nothing is reached within the network but by a rule of a link"
                : "Nothing is reached but by a rule of a link",
            direction: "EGRESS",
            destinationRanges: [internet ? range : "0.0.0.0/0"],
        },
        { instance: "out" },
    );
    if (internet) return;
    site.make(
        "allow",
        compute.Firewall,
        {
            ...named(site, "allow", 63, "apis"),
            network: vpc.id,
            description: "Google's APIs",
            direction: "EGRESS",
            priority: 64_000,
            destinationRanges: [googleApis.range],
            allows: [{ protocol: "tcp", ports: ["443"] }],
        },
        { instance: "apis" },
    );
}

/** The network tag of a workload, by which rules are for it alone. */
export function tagOf(site: Pick<Site, "name">): string {
    return shortName(site.name, 63);
}

/** Opens the way to what a workload's links reach. What must not run without it depends on what this answers. */
export function connections(
    site: Site,
    network: GcpNetwork,
    connects: readonly Connect[],
    owner?: string,
): pulumi.Resource[] {
    const once = new Map(connects.map((one) => [`${one.to}-${one.port}`, one]));
    return [...once].map(([to, { ranges, port, to: target }]) => {
        const instance = [owner, to].filter(Boolean).join("-");
        return site.make(
            "connect",
            compute.Firewall,
            {
                ...named(site, "connect", 63, instance),
                network: network.network,
                description: `From ${site.name} to ${target}`,
                direction: "EGRESS",
                priority: 1000,
                targetTags: [tagOf(site)],
                destinationRanges: [...ranges],
                allows: [{ protocol: "tcp", ports: [`${port}`] }],
            },
            { instance },
        );
    });
}
