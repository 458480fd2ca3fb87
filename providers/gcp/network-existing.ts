import * as pulumi from "@pulumi/pulumi";
import { getNetwork } from "@pulumi/gcp/compute/getNetwork";
import { getSubnetworks } from "@pulumi/gcp/compute/getSubnetworks";
import type { NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import { endpointsIn, type GcpNetwork, waysOf, zonesOf } from "./network";
import type { Called } from "./grants";
import { type Names, nameThrough } from "./network-names";
import { projectOf } from "./project";
import { answerOf } from "./question";

/**
 * A VPC that is there, by its name or `projects/…/global/networks/…`, with its subnets in the stack's region. One whose
 * description has `mvi:tier=data` is for what holds data; of the others the largest is where things run.
 */
export function existingNetwork(
    site: Site,
    given: string,
    { egress, zones }: Pick<NetworkSpec, "egress" | "zones">,
): GcpNetwork {
    const { id, region } = projectOf(site);
    const name = given.split("/").pop()!;
    const project = /projects\/([^/]+)\//.exec(given)?.[1] ?? id;
    const { id: vpc } = answerOf(site, "compute", getNetwork, { name, project });
    const found = answerOf(site, "compute", getSubnetworks, { project, region }).subnetworks;
    const chosen = pulumi
        .all([found, region])
        .apply(([all, where]) => chooseSubnets(site.name, name, where, all.filter(isOf(name))));
    const subnet = chosen.private.apply(pathOf);
    const dataSubnet = chosen.data.apply(pathOf);
    return {
        network: vpc,
        existing: pulumi.interpolate`projects/${project}/global/networks/${name}`,
        range: chosen.apply((by) => by.ranges[0]),
        subnet,
        dataSubnet,
        zones: zonesOf(site, zones),
        ...waysOf(egress),
        // Whoever made the network says how it is left; without a way out, also what in it leads to Google.
        wayOut: () => [],
        runNames: egress === "none" ? () => [] : namesOf({ site, vpc }, chosen.reached),
        imageNames: () => [],
        endpointsOf: endpointsIn(site, vpc, dataSubnet),
    };
}

/** What is looked at of a subnet. */
export interface KnownSubnet {
    readonly name: string;
    readonly selfLink: string;
    readonly ipCidrRange: string;
    readonly description: string;
    readonly network: string;
    /** Whether Google's services are reached from it, by addresses of theirs. */
    readonly privateIpGoogleAccess: boolean;
}

/**
 * What is called on Cloud Run leads through the network by a zone for that name alone: one for all of `run.app` would change what
 * others in the network reach, and a network takes only one.
 *
 * @param reached - whether the address is reached, which these are given
 */
function namesOf(names: Names, reached: pulumi.Output<boolean>) {
    const made = new Map<string, pulumi.Resource[]>();
    return (called: readonly Called[]) =>
        called.flatMap(({ to, host }) => {
            let records = made.get(to);
            if (!records) {
                const name = pulumi.all([host, reached]).apply(([known, is]) => nameOf(names.site.name, to, known, is));
                made.set(to, (records = nameThrough(names, `run-${to}`, name)));
            }
            return records;
        });
}

/** @throws when it would lead nowhere */
export function nameOf(network: string, to: string, host: string, reached: boolean): string {
    if (reached) return `${host}.`;
    throw new pulumi.RunError(
        `Network ${network}: existing: its subnet has no Private Google Access, by which ${to} is called: turn it on there`,
    );
}

const isOf = (vpc: string) => (subnet: KnownSubnet) => subnet.network.split("/").pop() === vpc;

/** @throws when none of them has room for what runs */
export function chooseSubnets(
    name: string,
    vpc: string,
    region: string,
    subnets: readonly KnownSubnet[],
): { private: string; data: string; ranges: string[]; reached: boolean } {
    const bits = ({ ipCidrRange }: KnownSubnet) => Number(ipCidrRange.split("/")[1]);
    const largest = [...subnets].sort((a, b) => bits(a) - bits(b) || (a.name < b.name ? -1 : 1));
    const data = largest.filter(({ description }) => description.includes("mvi:tier=data"));
    const runs = largest.filter((subnet) => !data.includes(subnet) && bits(subnet) <= 26);
    if (!runs.length) {
        throw new pulumi.RunError(
            `Network ${name}: existing: ${vpc} has no subnet of /26 or larger in ${region}: make one, or leave it out`,
        );
    }
    const [first] = runs;
    return {
        private: first.selfLink,
        data: (data[0] ?? first).selfLink,
        ranges: [first.ipCidrRange],
        reached: first.privateIpGoogleAccess,
    };
}

/** `projects/…/regions/…/subnetworks/…`, as Cloud Run takes it. */
function pathOf(selfLink: string): string {
    return selfLink.replace(/^https:\/\/[^/]+\/compute\/v1\//, "");
}
