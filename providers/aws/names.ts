import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** What Pulumi puts behind a logical name: a hyphen and seven hex digits. */
const autonamed = 8;
/** What the provider puts behind a prefix. */
const generated = 26;

/**
 * The arguments which name a child, where its limit may be narrower than its logical name. Pulumi names it while that
 * fits; else its beginning is kept, and the provider makes it unique.
 *
 * @param logical - the child's logical name
 * @param most - AWS's limit in characters: 64 for a role, 63 for a bucket
 * @param argument - what the type calls it: `namePrefix`, `bucketPrefix`
 */
export function prefixed<Argument extends string>(
    logical: string,
    most: number,
    argument: Argument,
): { [A in Argument]?: string } {
    if (logical.length + autonamed <= most) return {};
    return { [argument]: `${cut(logical, most - generated - 1)}-` } as { [A in Argument]: string };
}

/**
 * A name of at most `most` characters for a type which has no prefix, or one too short for it (load balancers: 32). It is
 * the same at each run, and another one for another logical name, stack or project.
 *
 * @param salt - what replaces the resource, when it changes: the old one and the new one exist at the same time
 */
export function shortName(logical: string, most: number, salt = ""): string {
    const whole = [pulumi.getProject(), pulumi.getStack(), logical, salt].join("/");
    const hash = createHash("sha256").update(whole).digest("hex").slice(0, 7);
    return `${cut(logical, most - hash.length - 1)}-${hash}`;
}

/** Under which the stack's own metrics stand: the ones of its apps, and those which are counted from logs. */
export function metricNamespace(): string {
    return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** Its beginning, without a hyphen last: no AWS name has two in a row there. */
function cut(name: string, most: number): string {
    return name.slice(0, most).replace(/-+$/, "");
}
