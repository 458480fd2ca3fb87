import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import * as networkconnectivity from "@pulumi/gcp/networkconnectivity";
import { getZones } from "@pulumi/gcp/compute/getZones";
import type { DriverOf } from "../../components/cloud";
import type { Network, NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import { labels } from "./labels";
import { named } from "./names";
import { makeEgress, type Reach } from "./network-egress";
import { existingNetwork } from "./network-existing";
import { closeFirewall } from "./network-firewall";
import { projectOf } from "./project";
import { answerOf } from "./question";
import { normal, rangeOf } from "./subnets";

/** GcpNetwork is what drivers know of a network beyond its outputs: see {@link nativeOf}. */
export interface GcpNetwork extends Reach {
    /** `projects/…/global/networks/…` */
    readonly network: pulumi.Output<string>;
    /** The same, of one that is not the stack's: known in a first preview, too. */
    readonly existing?: pulumi.Output<string>;
    /** Its addresses. */
    readonly range: pulumi.Output<string>;
    /** Where what runs stands, and where Cloud Run takes its addresses. */
    readonly subnet: pulumi.Output<string>;
    /** Where the endpoints of what holds data stand. */
    readonly dataSubnet: pulumi.Output<string>;
    /** The zones over which machines are spread. */
    readonly zones: pulumi.Output<string[]>;
    /** What Cloud Run sends through the network: all, or what is for private addresses only. The rest goes out by itself. */
    readonly runEgress: "ALL_TRAFFIC" | "PRIVATE_RANGES_ONLY";
    /** Whether a machine has a public address. The firewall still lets nobody in. */
    readonly publicAddress: boolean;
    /** Whether what runs reaches the internet. */
    readonly internet: boolean;
    /**
     * Lets a service of Google's put endpoints into the data subnet, once for each: `gcp-memorystore`. What is made of that
     * service depends on it.
     */
    endpointsOf(serviceClass: string): pulumi.Resource[];
}

const natives = new WeakMap<pulumi.ComponentResource, GcpNetwork>();

/** What other drivers know of a network. @throws when it was made on another cloud */
export function nativeOf(network: Network): GcpNetwork {
    const native = natives.get(network);
    if (!native)
        throw new pulumi.ResourceError(`Network ${network.shortName} is on ${network.cloud.name}, not on gcp`, network);
    return native;
}

/**
 * A VPC of its own, with a subnet for what runs and one for what holds data, in the stack's region: Google's subnets reach
 * over all zones. Load balancers stand in none. Whatever is in it reaches Google's APIs without the internet.
 *
 * - `none`: nothing leaves it, but to Google's APIs
 * - `public-address`: machines have one; Cloud Run has its own way out
 * - `nat-instance`: no machine has a public address; machines go out by Cloud NAT, which is made for the first one and costs
 *   less than a machine would; Cloud Run has its own way out
 * - `nat-gateway`: all go out by Cloud NAT, from addresses that stay
 */
export const network: DriverOf<"network"> = (site, spec) => {
    const native = spec.existing === undefined ? newNetwork(site, spec) : existingNetwork(site, spec.existing, spec);
    natives.set(site.component, native);
    return {
        id: native.network,
        subnets: {
            public: pulumi.output([]),
            private: native.subnet.apply((id) => [id]),
            data: native.dataSubnet.apply((id) => [id]),
        },
    };
};

function newNetwork(site: Site, { range, zones, egress, flowLogs }: NetworkSpec): GcpNetwork {
    const vpc = site.make(
        "vpc",
        compute.Network,
        {
            ...named(site, undefined, 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            autoCreateSubnetworks: false,
        },
        { main: true },
    );
    const { region } = projectOf(site);
    const subnet = (tier: "private" | "data", what: string) =>
        site.make(
            "subnet",
            compute.Subnetwork,
            {
                ...named(site, "subnet", 63, tier),
                description: `${what} of ${site.name}: mvi:tier=${tier}`,
                network: vpc.id,
                region,
                ipCidrRange: rangeOf(range, tier),
                stackType: "IPV4_ONLY",
                privateIpGoogleAccess: true,
                logConfig: flowLogs
                    ? {
                          aggregationInterval: "INTERVAL_10_MIN",
                          flowSampling: 0.5,
                          metadata: "INCLUDE_ALL_METADATA",
                      }
                    : undefined,
            },
            { instance: tier },
        );
    const runs = subnet("private", "What runs");
    const data = subnet("data", "What holds data");
    closeFirewall(site, vpc, normal(range), egress !== "none");
    const reach = makeEgress(site, { egress, zones, vpc, flowLogs });
    return {
        network: vpc.id,
        range: pulumi.output(normal(range)),
        subnet: runs.id,
        dataSubnet: data.id,
        zones: zonesOf(site, zones),
        ...waysOf(egress),
        ...reach,
        endpointsOf: endpointsIn(site, vpc.id, data.id),
    };
}

/** How what runs reaches the internet. */
export function waysOf(egress: NetworkSpec["egress"]): Pick<GcpNetwork, "runEgress" | "publicAddress" | "internet"> {
    return {
        // Where all of it must be seen, or stopped, it goes through the network.
        runEgress: egress === "none" || egress === "nat-gateway" ? "ALL_TRAFFIC" : "PRIVATE_RANGES_ONLY",
        publicAddress: egress === "public-address",
        internet: egress !== "none",
    };
}

/** The first of the region's zones by name. */
export function zonesOf(site: Site, count: number): pulumi.Output<string[]> {
    const { region } = projectOf(site);
    return answerOf(site, "compute", getZones, { region }).names.apply((names) => [...names].sort().slice(0, count));
}

/** Policies by which a service of Google's makes its endpoints in a subnet. They go when what is made of it has gone. */
export function endpointsIn(
    site: Site,
    vpc: pulumi.Output<string>,
    subnet: pulumi.Output<string>,
): GcpNetwork["endpointsOf"] {
    const made = new Map<string, pulumi.Resource>();
    return (serviceClass) => {
        let policy = made.get(serviceClass);
        if (!policy) {
            policy = site.make(
                "endpoints",
                networkconnectivity.ServiceConnectionPolicy,
                {
                    ...named(site, "endpoints", 63, serviceClass),
                    description: `Endpoints of ${serviceClass} in ${site.name}`,
                    location: projectOf(site).region,
                    network: vpc,
                    serviceClass,
                    pscConfig: { subnetworks: [subnet] },
                    labels: labels(site),
                },
                { instance: serviceClass },
            );
            made.set(serviceClass, policy);
        }
        return [policy];
    };
}
