import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** What Pulumi puts behind a logical name: a hyphen and seven hex digits. */
const autonamed = 8;
/** What the provider puts behind a prefix. */
const generated = 26;

/**
 * What AWS keeps for itself at the beginning of a name. A name of ours that would begin so gets `x-` before it. Sources: what
 * CreateCapacityProvider (Amazon ECS), CreateDocument (Systems Manager), CreateLoadBalancer (Elastic Load Balancing) and
 * CreateSecurityGroup (Amazon EC2) say of it in their API references, and S3's "General purpose bucket naming rules".
 */
const reserved = {
    bucket: /^(xn--|sthree-|amzn-s3-demo-)/,
    capacityProvider: /^(aws|ecs|fargate)/i,
    document: /^(aws|amazon|amzn)/i,
    loadBalancer: /^internal-/,
    securityGroup: /^sg-/,
};
type Kind = keyof typeof reserved;

/**
 * The arguments which name a child, where its limit may be narrower than its logical name. Pulumi names it while that
 * fits and AWS allows it; else its beginning is kept, and the provider makes it unique.
 *
 * @param logical - the child's logical name
 * @param most - AWS's limit in characters: 64 for a role, 63 for a bucket
 * @param argument - what the type calls it: `namePrefix`, `bucketPrefix`
 * @param kind - of a type for which AWS keeps beginnings for itself
 */
export function prefixed<Argument extends string>(
    logical: string,
    most: number,
    argument: Argument,
    kind?: Kind,
): { [A in Argument]?: string } {
    const begin = allowed(logical, kind);
    if (begin === logical && logical.length + autonamed <= most) return {};
    return { [argument]: `${cut(begin, most - generated - 1)}-` } as { [A in Argument]: string };
}

/**
 * The same for a type which has no prefix: its name, where AWS would not allow its logical name's beginning.
 *
 * @param salt - what replaces the resource, as of {@link shortName}
 */
export function renamed(
    logical: string,
    most: number,
    kind: Kind,
    salt: pulumi.Input<string> = "",
): { name?: pulumi.Output<string> } {
    if (allowed(logical, kind) === logical) return {};
    return { name: pulumi.output(salt).apply((known) => shortName(logical, most, known, kind)) };
}

/**
 * A name of at most `most` characters for a type which has no prefix, or one too short for it (load balancers: 32). It is
 * the same at each run, and another one for another logical name, stack or project.
 *
 * @param salt - what replaces the resource, when it changes: the old one and the new one exist at the same time
 * @param kind - of a type for which AWS keeps beginnings for itself
 */
export function shortName(logical: string, most: number, salt = "", kind?: Kind): string {
    const whole = [pulumi.getProject(), pulumi.getStack(), logical, salt].join("/");
    const hash = createHash("sha256").update(whole).digest("hex").slice(0, 7);
    return `${cut(allowed(logical, kind), most - hash.length - 1)}-${hash}`;
}

/** Under which the stack's own metrics stand: the ones of its apps, and those which are counted from logs. */
export function metricNamespace(): string {
    return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** An end is put behind each: `internal` would become `internal-…`. */
function allowed(name: string, kind: Kind | undefined): string {
    return kind && reserved[kind].test(`${name}-`) ? `x-${name}` : name;
}

/** Its beginning, without a hyphen last: no AWS name has two in a row there. */
function cut(name: string, most: number): string {
    return name.slice(0, most).replace(/-+$/, "");
}
