import * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";
import type { NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import { endpointsThere } from "./endpoints-there";
import type { AwsNetwork } from "./network";
import { type Tier, tiers } from "./subnets";

/**
 * A VPC that is there. A subnet's tier is its tag `mvi:tier`; else what its routes say: with an internet gateway it is
 * public, with another way out private, with none it is for data. What a tier has none of, the next one inwards gives.
 *
 * Nothing is made in it. With `egress: "none"` it must have the endpoints that what runs there needs: see endpoints-there.ts.
 */
export function existingNetwork(site: Site, id: string, { egress }: Pick<NetworkSpec, "egress">): AwsNetwork {
    const options = { provider: site.component.getProvider("aws:ec2:getVpc") };
    const { cidrBlock } = ec2.getVpcOutput({ id }, options);
    const here = { filters: [{ name: "vpc-id", values: [id] }] };
    const found = pulumi.all([ec2.getSubnetsOutput(here, options).ids, ec2.getRouteTablesOutput(here, options).ids]);
    const sorted = found.apply(async ([subnets, tables]) => {
        const [known, routes] = await Promise.all([
            Promise.all(subnets.map((subnet) => ec2.getSubnet({ id: subnet }, options))),
            Promise.all(tables.map((routeTableId) => ec2.getRouteTable({ routeTableId }, options))),
        ]);
        return sortSubnets(site.name, id, known, routes);
    });

    const subnets = {
        public: sorted.apply((by) => by.public),
        private: sorted.apply((by) => (by.private.length ? by.private : by.data.length ? by.data : by.public)),
        data: sorted.apply((by) => (by.data.length ? by.data : by.private.length ? by.private : by.public)),
    };
    // What runs needs the way out that was asked for: private subnets with one, else a public address.
    const inPublic = sorted.apply((by) => egress !== "none" && by.private.length === 0);
    // Whoever made the network says what is reached from it, and what comes in.
    const reached = egress === "none" ? endpointsThere(site, id) : { prefixLists: [], reach: () => undefined };
    return {
        vpc: pulumi.output(id),
        range: cidrBlock,
        subnets,
        runs: {
            subnets: pulumi.all([inPublic, subnets.public, subnets.private]).apply(([out, a, b]) => (out ? a : b)),
            publicAddress: inPublic,
        },
        internet: egress !== "none",
        ...reached,
        letIn: () => undefined,
    };
}

/** What is looked at of a subnet and of a route table. */
export interface KnownSubnet {
    readonly id: string;
    readonly availabilityZone: string;
    readonly tags: Readonly<Record<string, string>>;
}
export interface KnownTable {
    readonly routes: readonly { readonly cidrBlock: string; readonly gatewayId: string }[];
    readonly associations: readonly { readonly subnetId: string; readonly main: boolean }[];
}

/** The subnets by tier, in the order of their zones. */
export function sortSubnets(
    name: string,
    vpc: string,
    subnets: readonly KnownSubnet[],
    tables: readonly KnownTable[],
): Record<Tier, string[]> {
    const main = tables.find(({ associations }) => associations.some((one) => one.main));
    const by: Record<Tier, string[]> = { public: [], private: [], data: [] };
    const inOrder = [...subnets].sort((a, b) =>
        `${a.availabilityZone} ${a.id}` < `${b.availabilityZone} ${b.id}` ? -1 : 1,
    );
    for (const { id, tags } of inOrder) {
        const table = tables.find(({ associations }) => associations.some((one) => one.subnetId === id)) ?? main;
        by[tiers.find((tier) => tier === tags["mvi:tier"]) ?? tierOf(table)].push(id);
    }
    if (!inOrder.length)
        throw new pulumi.RunError(`Network ${name}: existing: ${vpc} has no subnets: make some, or leave it out`);
    return by;
}

function tierOf(table: KnownTable | undefined): Tier {
    const out = table?.routes.find(({ cidrBlock }) => cidrBlock === "0.0.0.0/0");
    if (!out) return "data";
    return out.gatewayId.startsWith("igw-") ? "public" : "private";
}
