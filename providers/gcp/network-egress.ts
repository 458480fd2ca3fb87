import type * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import type { NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import { labels } from "./labels";
import { named } from "./names";
import { googleApis } from "./network-firewall";
import { projectOf } from "./project";

/** Ways are what a way out is made of. */
export interface Ways extends Pick<NetworkSpec, "egress" | "zones" | "flowLogs"> {
    readonly vpc: compute.Network;
}

/** Reach is what is made of a network when the first one needs it. */
export interface Reach {
    /** What a machine without a public address reaches the internet by: it depends on these. */
    wayOut(): pulumi.Resource[];
    /** Has the names of Cloud Run lead through the network, so that whoever calls from it counts as internal there. */
    runNames(): pulumi.Resource[];
}

/** Makes the way out, as far as it is not made for the first one only who takes it. */
export function makeEgress(site: Site, ways: Ways): Reach {
    const { egress, vpc, flowLogs } = ways;
    if (flowLogs) {
        site.make("names", dns.Policy, {
            ...named(site, "names", 63),
            description: `Writes down which names are looked up in ${site.name}`,
            enableLogging: true,
            networks: [{ networkUrl: vpc.id }],
        });
    }
    const once = <T>(make: () => T) => {
        let made: T | undefined;
        return () => (made ??= make());
    };
    const nat = once(() => [cloudNat(site, ways)]);
    const runNames = once(() => throughNetwork(site, vpc, "run", "run.app."));
    if (egress === "nat-gateway") nat();
    if (egress === "none") {
        throughNetwork(site, vpc, "apis", "googleapis.com.");
        runNames();
    }
    const reached = egress === "nat-gateway" || egress === "nat-instance";
    return { wayOut: () => (reached ? nat() : []), runNames };
}

/**
 * Cloud NAT: it is of the region, so that a zone's end is not its own, and no machine of ours. Its addresses stay, so that
 * others can let them in; at `prod` a `nat-gateway` has one for each zone's worth of connections.
 */
function cloudNat(site: Site, { egress, zones, vpc }: Ways): compute.RouterNat {
    const { region } = projectOf(site);
    const count = egress === "nat-gateway" && site.settings.profile === "prod" ? zones : 1;
    const addresses = Array.from({ length: count }, (_, index) =>
        site.make(
            "address",
            compute.Address,
            {
                ...named(site, "address", 63, `${index + 1}`),
                description: `Where ${site.name} goes out from`,
                addressType: "EXTERNAL",
                region,
                labels: labels(site),
            },
            { instance: `${index + 1}` },
        ),
    );
    const router = site.make("router", compute.Router, { ...named(site, "router", 63), network: vpc.id, region });
    return site.make("nat", compute.RouterNat, {
        ...named(site, "nat", 63),
        router: router.name,
        region,
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: addresses.map(({ selfLink }) => selfLink),
        sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
        enableDynamicPortAllocation: true,
        enableEndpointIndependentMapping: false,
        minPortsPerVm: 64,
        maxPortsPerVm: 4096,
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
}

/** Google's services have an address that every network reaches without the internet: it is given to a domain of theirs. */
function throughNetwork(site: Site, vpc: compute.Network, instance: string, domain: string): pulumi.Resource[] {
    const zone = site.make(
        "zone",
        dns.ManagedZone,
        {
            ...named(site, "zone", 63, instance),
            dnsName: domain,
            description: `Google's services, as ${site.name} reaches them`,
            visibility: "private",
            privateVisibilityConfig: { networks: [{ networkUrl: vpc.id }] },
            forceDestroy: true,
            labels: labels(site),
        },
        { instance },
    );
    const record = (end: string, name: string, type: string, rrdatas: string[]) =>
        site.make(
            "record",
            dns.RecordSet,
            { managedZone: zone.name, name, type, ttl: 300, rrdatas },
            { instance: `${instance}-${end}` },
        );
    return [record("own", domain, "A", googleApis.addresses), record("all", `*.${domain}`, "CNAME", [domain])];
}
