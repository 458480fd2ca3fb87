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
    /** Without these it is not reached. */
    readonly ready: readonly pulumi.Resource[];
}

/**
 * An address of the network's own for a server of Cloud SQL, by Private Service Connect, about 7 US dollars a month. The older
 * way, a peering with Google's network, cannot be deleted for days after the last server: no stack with one ends.
 */
export function endpointOf(site: Site, network: GcpNetwork, server: sql.DatabaseInstance): Endpoint {
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
    const zone = site.make("zone", dns.ManagedZone, {
        ...named(site, "zone", 63),
        dnsName: server.dnsName,
        description,
        visibility: "private",
        privateVisibilityConfig: { networks: [{ networkUrl: network.network }] },
        forceDestroy: true,
        labels: labels(site),
    });
    const record = site.make("record", dns.RecordSet, {
        managedZone: zone.name,
        name: server.dnsName,
        type: "A",
        ttl: 300,
        rrdatas: [address.address],
    });
    return {
        host: server.dnsName.apply((name) => name.replace(/\.$/, "")),
        address: address.address,
        ready: [way, record],
    };
}
