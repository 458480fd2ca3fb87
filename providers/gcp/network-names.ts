import type * as pulumi from "@pulumi/pulumi";
import * as dns from "@pulumi/gcp/dns";
import type { Site } from "../../components/site";
import { labels } from "./labels";
import { named } from "./names";
import { googleApis } from "./network-firewall";

/** Names are those that lead to Google's services, without the internet, from within a network. */
export interface Names {
    /** Whose resources they are: the network's. */
    readonly site: Site;
    readonly vpc: pulumi.Input<string>;
}

/**
 * Google's services have an address that every network reaches without the internet: it is given to a domain of theirs, with all
 * that is below it. About 0.20 US dollars a month.
 */
export function domainThrough(names: Names, instance: string, domain: string): pulumi.Resource[] {
    const record = zoneOf(names, instance, domain);
    return [record("own", domain, "A", googleApis.addresses), record("all", `*.${domain}`, "CNAME", [domain])];
}

/** The same for one name alone: all else is called in the network what it was. */
export function nameThrough(names: Names, instance: string, name: pulumi.Output<string>): pulumi.Resource[] {
    return [zoneOf(names, instance, name)("own", name, "A", googleApis.addresses)];
}

/** A zone of a network, and how a record of it is made. */
function zoneOf({ site, vpc }: Names, instance: string, dnsName: pulumi.Input<string>) {
    const zone = site.make(
        "zone",
        dns.ManagedZone,
        {
            ...named(site, "zone", 63, instance),
            dnsName,
            description: `Google's services, as ${site.name} reaches them`,
            visibility: "private",
            privateVisibilityConfig: { networks: [{ networkUrl: vpc }] },
            forceDestroy: true,
            labels: labels(site),
        },
        { instance },
    );
    return (end: string, name: pulumi.Input<string>, type: string, rrdatas: string[]) =>
        site.make(
            "record",
            dns.RecordSet,
            { managedZone: zone.name, name, type, ttl: 300, rrdatas },
            { instance: `${instance}-${end}` },
        );
}
