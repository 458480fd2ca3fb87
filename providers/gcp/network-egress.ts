import type * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import type { NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import type { Called } from "./grants";
import { labels } from "./labels";
import { named } from "./names";
import { domainThrough } from "./network-names";
import { projectOf } from "./project";

/** Ways are what a way out is made of. */
export interface Ways extends Pick<NetworkSpec, "egress" | "zones" | "flowLogs"> {
    readonly vpc: compute.Network;
}

/** Reach is what is made of a network when the first one needs it. */
export interface Reach {
    /** What a machine without a public address reaches the internet by: it depends on these. */
    wayOut(): pulumi.Resource[];
    /**
     * Has the names of what is called on Cloud Run lead through the network: by an address that Cloud Run sends there whatever else
     * it sends, and for which whoever calls counts as internal. Else they lead out to the internet, and the call is refused. Whoever
     * calls depends on these. Source: cloud.google.com/run/docs/securing/ingress, …/securing/private-networking
     */
    runNames(called: readonly Called[]): pulumi.Resource[];
    /** Has the registries from which machines get images lead through a network that has no other way to them. */
    imageNames(): pulumi.Resource[];
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
    const names = { site, vpc: vpc.id };
    const run = once(() => domainThrough(names, "run", "run.app."));
    const images = once(() => domainThrough(names, "images", "pkg.dev."));
    if (egress === "nat-gateway") nat();
    if (egress === "none") {
        domainThrough(names, "apis", "googleapis.com.");
        run();
    }
    const reached = egress === "nat-gateway" || egress === "nat-instance";
    return {
        wayOut: () => (reached ? nat() : []),
        runNames: (called) => (called.length ? run() : []),
        imageNames: () => (egress === "none" ? images() : []),
    };
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
