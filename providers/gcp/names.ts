import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { RandomId } from "@pulumi/random";
import type { Site } from "../../components/site";

/** What Pulumi puts behind a logical name: a hyphen and seven hex digits. */
const autonamed = 8;

/**
 * The name of the child `key`, where GCP's limit may be narrower than its logical name. Pulumi names it while that fits;
 * else its beginning is kept, with a random end. So no name comes back: GCP never gives some of them out again (keys), others
 * only days later (databases, log buckets), and what was granted to a deleted account would be its namesake's.
 *
 * @param key - the child's key; `undefined` for the main one
 * @param most - GCP's limit in characters: 63 for nearly all, 49 for a service of Cloud Run
 */
export function named(
    site: Site,
    key: string | undefined,
    most: number,
    instance?: string,
    keepers?: Readonly<Record<string, pulumi.Input<string>>>,
): { name?: pulumi.Output<string> } {
    const logical = logicalName(site, key, instance);
    // Most types refuse capital letters, which some children's keys have.
    return logical.length + autonamed <= most && logical === logical.toLowerCase()
        ? {}
        : { name: unique(site, key, most, instance, keepers) };
}

/**
 * The same for an argument which Pulumi does not fill by itself: `accountId`, `secretId`, `bucketId`.
 *
 * @param keepers - what makes Google replace it: the old one and the new one need two names, for a while
 */
export function unique(
    site: Site,
    key: string | undefined,
    most: number,
    instance?: string,
    keepers?: Readonly<Record<string, pulumi.Input<string>>>,
): pulumi.Output<string> {
    const own = [key, instance].filter(Boolean).join("-");
    const { hex } = site.make("suffix", RandomId, { byteLength: 4, keepers }, { instance: own || "main" });
    return hex.apply((end) => `${cut(small(logicalName(site, key, instance)), most - end.length - 1)}-${end}`);
}

function logicalName(site: Pick<Site, "name">, key: string | undefined, instance: string | undefined): string {
    return [site.name, key, instance].filter(Boolean).join("-");
}

/** `privateSubnet` as `private-subnet`. */
function small(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * A name of at most `most` characters that is the same at each run, and another one for another logical name, stack or
 * project: only for what may have the name of something that was deleted.
 */
export function shortName(logical: string, most: number): string {
    const whole = [pulumi.getProject(), pulumi.getStack(), logical].join("/");
    const hash = createHash("sha256").update(whole).digest("hex").slice(0, 7);
    return `${cut(logical, most - hash.length - 1)}-${hash}`;
}

/** Its beginning, without a hyphen last: some types refuse two in a row. */
function cut(name: string, most: number): string {
    return name.slice(0, most).replace(/-+$/, "");
}
