import type * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import type * as sql from "@pulumi/gcp/sql";
import type { Site } from "../../components/site";
import { labels } from "./labels";
import { named } from "./names";
import type { GcpNetwork } from "./network";
import { projectOf } from "./project";

/** Endpoint is where a server of Google's is reached from within a network. */
export interface Endpoint {
    /** The name that its certificate is for. */
    readonly host: pulumi.Output<string>;
    readonly address: pulumi.Output<string>;
    readonly by: "endpoint" | "peering";
    /** Without these it is not reached. */
    readonly ready: readonly pulumi.Resource[];
}

/** Way is how a network reaches a server of Cloud SQL: what the server is made with, and what is made of it then. */
export interface Way {
    /** Of `settings.ipConfiguration`. */
    readonly server: object;
    /** What the server depends on. */
    readonly before: readonly pulumi.Resource[];
    /** What of `settings.ipConfiguration` stays as it is on a server. */
    readonly stays: readonly string[];
    endpointOf(server: sql.DatabaseInstance): Endpoint;
}

/** An address of the network's own for each server, by Private Service Connect, about 7 US dollars a month. */
export function byEndpoint(site: Site, network: GcpNetwork): Way {
    const { id: project } = projectOf(site);
    return {
        server: { pscConfigs: [{ pscEnabled: true, allowedConsumerProjects: [project] }] },
        before: [],
        // A server that was reached by a peering keeps it: Google takes it away from none, and would be asked for a new server.
        stays: ["privateNetwork"],
        endpointOf: (server) => endpointOf(site, network, server),
    };
}

function endpointOf(site: Site, network: GcpNetwork, server: sql.DatabaseInstance): Endpoint {
    const { region } = projectOf(site);
    const description = `The database ${site.name}, from within the network`;
    const address = site.make("address", compute.Address, {
        ...named(site, "address", 63),
        description,
        region,
        addressType: "INTERNAL",
        subnetwork: network.dataSubnet,
        labels: labels(site),
    });
    const way = site.make(
        "way",
        compute.ForwardingRule,
        {
            ...named(site, "way", 63),
            description,
            region,
            // Of an endpoint it is empty, which is not the provider's default.
            loadBalancingScheme: "",
            network: network.network,
            ipAddress: address.selfLink,
            target: server.pscServiceAttachmentLink,
            recreateClosedPsc: true,
            labels: labels(site),
        },
        {
            // Two have no room at one address.
            deleteBeforeReplace: true,
            // It never has another: what is read back as one would have it replaced, and connections ended.
            ignoreChanges: ["loadBalancingScheme"],
        },
    );
    return called(site, network, server.dnsName, address.address, { by: "endpoint", ready: [way] });
}

/** Gives a server's address, within the network, the name that its certificate is for: `….sql.goog.` */
export function called(
    site: Site,
    network: GcpNetwork,
    dnsName: pulumi.Output<string>,
    address: pulumi.Output<string>,
    { by, ready = [] }: { by: Endpoint["by"]; ready?: readonly pulumi.Resource[] },
): Endpoint {
    const zone = site.make("zone", dns.ManagedZone, {
        ...named(site, "zone", 63),
        dnsName,
        description: `The database ${site.name}, from within the network`,
        visibility: "private",
        privateVisibilityConfig: { networks: [{ networkUrl: network.network }] },
        forceDestroy: true,
        labels: labels(site),
    });
    const record = site.make("record", dns.RecordSet, {
        managedZone: zone.name,
        name: dnsName,
        type: "A",
        ttl: 300,
        rrdatas: [address],
    });
    return { host: dnsName.apply((name) => name.replace(/\.$/, "")), address, by, ready: [...ready, record] };
}
