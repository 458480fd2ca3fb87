import * as pulumi from "@pulumi/pulumi";
import * as acm from "@pulumi/aws/acm";
import * as route53 from "@pulumi/aws/route53";
import type { Site } from "../../components/site";
import { tags } from "./tags";

/** Where CloudFront's certificates and firewalls are, wherever the rest is. */
export const edgeRegion = "us-east-1";

export interface Certificate {
    readonly arn: pulumi.Output<string>;
    /** The id of the zone which its names are in. */
    readonly zone: pulumi.Output<string>;
}

export interface AliasTarget {
    readonly name: pulumi.Input<string>;
    readonly zoneId: pulumi.Input<string>;
}

/**
 * A certificate for names in a zone of this account, which AWS renews: it is proven by records in the zone.
 *
 * @param names - the first one is the domain, the others are in the same zone
 * @param region - @default the stack's
 */
export function certificateFor(site: Site, names: readonly string[], region?: string): Certificate {
    const zone = zoneOf(site, names[0]);
    const made = site.make("certificate", acm.Certificate, {
        domainName: names[0],
        subjectAlternativeNames: [...names.slice(1)],
        validationMethod: "DNS",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
        region,
        tags: tags(site),
    });
    // A name and all below it are proven by the same record.
    const proofs = [...new Set(names.map((name) => name.replace(/^\*\./, "")))].map((name) => {
        const proof = made.domainValidationOptions.apply((all) =>
            all.find(({ domainName }) => domainName.replace(/^\*\./, "") === name)!,
        );
        return site.make(
            "proof",
            route53.Record,
            {
                zoneId: zone,
                name: proof.resourceRecordName,
                type: proof.resourceRecordType,
                records: [proof.resourceRecordValue],
                ttl: 300,
                allowOverwrite: true, // Another certificate for the name has the same proof.
            },
            { instance: name },
        );
    });
    const valid = site.make(
        "validation",
        acm.CertificateValidation,
        { certificateArn: made.arn, validationRecordFqdns: proofs.map(({ fqdn }) => fqdn), region },
        { customTimeouts: { create: "15m" } },
    );
    return { arn: valid.certificateArn, zone };
}

/** Points names in a zone to something of AWS's: CloudFront has both kinds of addresses, our load balancers the old kind. */
export function pointTo(
    site: Site,
    zone: pulumi.Input<string>,
    names: readonly string[],
    target: AliasTarget,
    ...types: readonly ("A" | "AAAA")[]
): void {
    for (const name of names) {
        for (const type of types) {
            site.make(
                "record",
                route53.Record,
                { zoneId: zone, name, type, aliases: [{ ...target, evaluateTargetHealth: false }] },
                { instance: `${name}-${type.toLowerCase()}` },
            );
        }
    }
}

/** The public zone that a name is in: its own, else its parent's. */
export function zoneOf(site: Site, domain: string): pulumi.Output<string> {
    const provider = site.component.getProvider("aws:route53/getZone:getZone");
    return pulumi.output(
        findZone(site.name, domain, async (name) => {
            const { zoneId } = await route53.getZone({ name, privateZone: false }, { provider });
            return zoneId;
        }),
    );
}

/** Asks for each name from the domain up. @throws when there is no zone, saying what to do; and what `ask` throws else */
export async function findZone(
    component: string,
    domain: string,
    ask: (name: string) => Promise<string>,
): Promise<string> {
    const labels = domain.split(".");
    const names = labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
    for (const name of names) {
        const found = await ask(name).catch((error: unknown) => {
            if (/no matching Route ?53 Hosted ?Zone/i.test(String(error))) return undefined;
            throw error;
        });
        if (found !== undefined) return found;
    }
    throw new pulumi.RunError(
        `${component}: domain: Route 53 has no public zone for ${domain} in this account: make one for ` +
            `${names.at(-1)}, and enter its name servers at the domain's registrar; or leave \`domain\` out`,
    );
}
