import * as pulumi from "@pulumi/pulumi";
import * as certificatemanager from "@pulumi/gcp/certificatemanager";
import * as dns from "@pulumi/gcp/dns";
import { getManagedZones } from "@pulumi/gcp/dns/getManagedZones";
import * as endpoints from "@pulumi/gcp/endpoints";
import type { Site } from "../../components/site";
import { api } from "./apis";
import { deletion } from "./guard";
import { labels } from "./labels";
import { named, unique } from "./names";
import { projectOf } from "./project";
import { answerOf } from "./question";
import { jsonOf } from "../together";

/** A name as a part of a resource's: `*.example.com` is `all-example-com`. */
export function nameOf(host: string): string {
    return host.replace(/^\*/, "all").replace(/[^a-z0-9]+/g, "-");
}

/**
 * A certificate for names in zones of this project, which Google renews: it is proven by records in the zone, so that it is
 * there before anybody is sent to the load balancer.
 *
 * @param zone - the name of the zone which the names are in
 */
export function certificateFor(site: Site, names: readonly string[], zone: pulumi.Input<string>) {
    // A name and all below it are proven by the same record.
    const proven = [...new Set(names.map((name) => name.replace(/^\*\./, "")))].map((domain) => {
        const instance = nameOf(domain);
        const authorization = site.make(
            "authorization",
            certificatemanager.DnsAuthorization,
            { ...named(site, "authorization", 63, instance), domain, labels: labels(site), ...unguarded(site) },
            { instance },
        );
        const asked = authorization.dnsResourceRecords.apply(([record]) => record);
        const record = site.make(
            "proof",
            dns.RecordSet,
            {
                managedZone: zone,
                name: asked.name,
                type: asked.type,
                ttl: 300,
                rrdatas: [asked.data],
                ...unguarded(site),
            },
            { instance },
        );
        return { authorization, record };
    });
    return site.make(
        "certificate",
        certificatemanager.Certificate,
        {
            ...named(site, "certificate", 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            managed: { domains: [...names], dnsAuthorizations: proven.map(({ authorization }) => authorization.id) },
            labels: labels(site),
            ...unguarded(site),
        },
        { dependsOn: proven.map(({ record }) => record) },
    );
}

/**
 * A name of Google's for an address, `….endpoints.<project>.cloud.goog`, and a certificate for it, which comes within the hour
 * after the load balancer has answered for the first time. A name that was given up stays taken for a month: so it has a
 * random end.
 */
export function googleName(site: Site, address: pulumi.Output<string>) {
    const host = pulumi.interpolate`${unique(site, "host", 40)}.endpoints.${projectOf(site).id}.cloud.goog`;
    const openapiConfig = jsonOf({
        swagger: "2.0",
        info: { title: site.name, description: "A name for an address", version: "1.0.0" },
        host,
        paths: {},
        "x-google-endpoints": [{ name: host, target: address }],
    });
    const endpoint = site.make(
        "endpoint",
        endpoints.Service,
        { serviceName: host, openapiConfig, ...unguarded(site) },
        { dependsOn: [api(site, "servicemanagement"), api(site, "servicecontrol")] },
    );
    const certificate = site.make(
        "certificate",
        certificatemanager.Certificate,
        {
            ...named(site, "certificate", 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            managed: { domains: [host] },
            labels: labels(site),
            ...unguarded(site),
        },
        { dependsOn: [endpoint] },
    );
    return { host, certificate };
}

/** Points names in a zone to an address. */
export function pointTo(
    site: Site,
    zone: pulumi.Input<string>,
    names: readonly string[],
    address: pulumi.Input<string>,
): void {
    for (const name of names) {
        site.make(
            "record",
            dns.RecordSet,
            { managedZone: zone, name: `${name}.`, type: "A", ttl: 300, rrdatas: [address], ...unguarded(site) },
            { instance: nameOf(name) },
        );
    }
}

/** The public zone of this project that a name is in: its own, else its parent's. */
export function zoneOf(site: Site, domain: string): pulumi.Output<string> {
    return answerOf(site, "dns", getManagedZones, { project: projectOf(site).id }).managedZones.apply((zones) =>
        chooseZone(site.name, domain, zones),
    );
}

/** @throws when there is no zone, saying what to do */
export function chooseZone(
    component: string,
    domain: string,
    zones: readonly { readonly name?: string; readonly dnsName: string; readonly visibility: string }[],
): string {
    const fitting = zones
        .filter(({ dnsName, visibility }) => visibility === "public" && `.${domain}.`.endsWith(`.${dnsName}`))
        .sort((a, b) => b.dnsName.length - a.dnsName.length);
    if (fitting[0]?.name !== undefined) return fitting[0].name;
    throw new pulumi.RunError(
        `${component}: domain: Cloud DNS has no public zone for ${domain} in this project: make one for ` +
            `${domain.split(".").slice(-2).join(".")}, and enter its name servers at the domain's registrar; or leave \`domain\` out`,
    );
}

function unguarded(site: Site) {
    return deletion({ settings: { ...site.settings, protect: false } });
}
