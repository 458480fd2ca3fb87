import * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";
import { getAvailabilityZonesOutput } from "@pulumi/aws/getAvailabilityZones";
import type { DriverOf } from "../../components/cloud";
import type { Network, NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { networkAcl } from "./network-acl";
import { gateways, makeEgress } from "./network-egress";
import { existingNetwork } from "./network-existing";
import { flowLogs } from "./network-flow-logs";
import { letters, normal, rangeOf, type Tier } from "./subnets";
import { tags } from "./tags";

/** AwsNetwork is what drivers know of a network beyond its outputs: see {@link nativeOf}. */
export interface AwsNetwork {
    readonly vpc: pulumi.Output<string>;
    /** Its addresses. */
    readonly range: pulumi.Output<string>;
    readonly subnets: { readonly [T in Tier]: pulumi.Output<string[]> };
    /** Where what runs stands. With a public address it reaches the internet by itself; its security group still lets nobody in. */
    readonly runs: { readonly subnets: pulumi.Output<string[]>; readonly publicAddress: pulumi.Output<boolean> };
    /** Whether what runs reaches the internet. */
    readonly internet: boolean;
    /** Prefix lists of the services that are reached through the network's own routes: S3 and DynamoDB. */
    readonly prefixLists: readonly pulumi.Output<string>[];
    /** Makes AWS's APIs reachable, by the last part of their endpoint's name, where there is no internet: once for each. */
    reach(apis: readonly string[]): void;
    /** Lets the internet come to a port, as far as the network itself keeps it closed: security groups still decide. */
    letIn(port: number): void;
}

const natives = new WeakMap<pulumi.ComponentResource, AwsNetwork>();

/** What other drivers know of a network. @throws when it was made on another cloud */
export function nativeOf(network: Network): AwsNetwork {
    const native = natives.get(network);
    if (!native)
        throw new pulumi.ResourceError(`Network ${network.shortName} is on ${network.cloud.name}, not on aws`, network);
    return native;
}

/**
 * A VPC over several zones. Only load balancers and ways out stand in the public subnets, and what holds data has no way
 * to the internet at all.
 *
 * - `none`: what runs reaches S3 and DynamoDB by the VPC's own routes (free), and AWS's other APIs through endpoints in
 *   the VPC: those for images, logs and secrets always, others as links need them. Each costs about 7 US dollars a month
 *   and zone; below `prod` they stand in one zone.
 * - `public-address`: what runs has a public address of its own (about 4 US dollars a month), and lets nobody in.
 * - `nat-instance`: one small machine for all zones (about 7 US dollars a month). While it is replaced, nothing gets out.
 * - `nat-gateway`: AWS's own, one in each zone at `prod` (about 36 US dollars a month each).
 */
export const network: DriverOf<"network"> = (site, spec) => {
    const native = spec.existing === undefined ? newNetwork(site, spec) : existingNetwork(site, spec.existing, spec);
    natives.set(site.component, native);
    return { id: native.vpc, subnets: native.subnets };
};

function newNetwork(site: Site, { range: given, zones: count, egress, flowLogs: recorded }: NetworkSpec): AwsNetwork {
    const range = normal(given);
    const named = (name: string) => tags(site, { Name: name === "" ? site.name : `${site.name}-${name}` });
    const vpc = site.make(
        "vpc",
        ec2.Vpc,
        { cidrBlock: range, enableDnsHostnames: true, enableDnsSupport: true, tags: named("") },
        { main: true },
    );
    // Whatever is put in the VPC without a group of its own reaches nothing, and is reached by nothing.
    site.make("defaultGroup", ec2.DefaultSecurityGroup, {
        vpcId: vpc.id,
        ingress: [],
        egress: [],
        tags: named("default"),
    });
    const letIn = networkAcl(site, vpc);
    const gateway = site.make("gateway", ec2.InternetGateway, { vpcId: vpc.id, tags: named("") });
    if (recorded) flowLogs(site, vpc);

    const zones = zonesOf(site, count);
    const table = (tier: Tier, zone?: string) =>
        site.make(
            `${tier}Routes`,
            ec2.RouteTable,
            { vpcId: vpc.id, tags: named(zone === undefined ? tier : `${tier}-${zone}`) },
            { instance: zone },
        );
    const publicTable = table("public");
    const dataTable = table("data");
    const privateTables = zones.map((_, index) => table("private", letters[index]));
    site.make("internetRoute", ec2.Route, {
        routeTableId: publicTable.id,
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: gateway.id,
    });

    const subnetsOf = (tier: Tier, tables: readonly ec2.RouteTable[]) =>
        zones.map((zone, index) => {
            const instance = letters[index];
            const subnet = site.make(
                `${tier}Subnet`,
                ec2.Subnet,
                {
                    vpcId: vpc.id,
                    cidrBlock: rangeOf(range, tier, index),
                    availabilityZone: zone,
                    mapPublicIpOnLaunch: false,
                    tags: { ...named(`${tier}-${instance}`), "mvi:tier": tier },
                },
                // A subnet stays where it is, even when AWS adds or withdraws a zone.
                { instance, ignoreChanges: ["availabilityZone"] },
            );
            site.make(
                `${tier}Association`,
                ec2.RouteTableAssociation,
                { subnetId: subnet.id, routeTableId: tables[index % tables.length].id },
                { instance },
            );
            return subnet;
        });
    const made = {
        public: subnetsOf("public", [publicTable]),
        private: subnetsOf("private", privateTables),
        data: subnetsOf("data", [dataTable]),
    };

    const { region } = accountOf(site);
    const endpoints = gateways.map((service) =>
        site.make(
            "gatewayEndpoint",
            ec2.VpcEndpoint,
            {
                vpcId: vpc.id,
                vpcEndpointType: "Gateway",
                serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
                routeTableIds: [publicTable, dataTable, ...privateTables].map(({ id }) => id),
                tags: named(service),
            },
            { instance: service },
        ),
    );
    const reach = makeEgress(site, egress, {
        vpc,
        range,
        gateway,
        public: made.public,
        private: made.private,
        privateTables,
    });

    const ids = (subnets: readonly ec2.Subnet[]) => pulumi.all(subnets.map(({ id }) => id));
    const subnets = { public: ids(made.public), private: ids(made.private), data: ids(made.data) };
    const inPublic = egress === "public-address";
    return {
        vpc: vpc.id,
        range: vpc.cidrBlock,
        subnets,
        runs: { subnets: inPublic ? subnets.public : subnets.private, publicAddress: pulumi.output(inPublic) },
        internet: egress !== "none",
        prefixLists: endpoints.map(({ prefixListId }) => prefixListId),
        reach,
        letIn,
    };
}

/**
 * Zones in which no load balancer can be CloudFront's private origin: CloudFront's guide, "Restrict access with VPC origins",
 * under "Supported AWS Regions for VPC origins", as of 2026-07.
 */
const withoutAll = ["use1-az3", "usw1-az2", "apne1-az3", "cac1-az3"];

/** The first zones of the region by name: always the same ones, and none that has to be asked for. */
function zonesOf(site: Site, count: number): pulumi.Output<string>[] {
    const provider = site.component.getProvider("aws:index:getAvailabilityZones");
    const { names } = getAvailabilityZonesOutput(
        {
            state: "available",
            filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
            excludeZoneIds: withoutAll,
        },
        { provider },
    );
    const chosen = names.apply((all) => firstZones(site.name, all, count));
    return Array.from({ length: count }, (_, index) => chosen.apply((all) => all[index]));
}

/** @throws when the region has fewer */
export function firstZones(name: string, all: readonly string[], count: number): string[] {
    if (all.length >= count) return [...all].sort().slice(0, count);
    const found = `this region has ${all.length} zones (${all.join(", ")})`;
    throw new pulumi.RunError(`Network ${name}: zones: ${found}, not ${count}: lower it, or use another region`);
}
