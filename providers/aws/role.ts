import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { type Condition, document, policy, type Statement } from "./grants";
import { prefixed } from "./names";
import { tags } from "./tags";

/** RoleArgs says who acts in a role, and what it may do. */
export interface RoleArgs {
    /** The service that takes it: `ecs-tasks.amazonaws.com`. */
    readonly service: string;
    /** Why it is there. */
    readonly description: string;
    readonly may: readonly Statement[];
    /** AWS's own policies by name: each with its reason in tests/aws/managed-policies.ts. @default none */
    readonly managed?: readonly string[];
    /** Only for whom the service may take it. @default this account */
    readonly source?: Condition;
    readonly instance?: string;
}

/**
 * A role that a service takes for this account only (no other account's resource can make the service use it), with a
 * policy for exactly `may`. Its children are `key` and `<key>Policy` (and `<key>Managed`, where AWS's own are asked for). What
 * must not run without its policies depends on `policies`.
 */
export function role(site: Site, key: string, args: RoleArgs): { role: iam.Role; policies: pulumi.Resource[] } {
    const { service, description, may, managed = [], instance } = args;
    const account = accountOf(site);
    const source = args.source ?? { StringEquals: { "aws:SourceAccount": account.id } };
    const made = site.make(
        key,
        iam.Role,
        {
            ...prefixed([site.name, key, instance].filter(Boolean).join("-"), 64, "namePrefix"),
            description,
            assumeRolePolicy: document([
                {
                    Effect: "Allow",
                    Action: "sts:AssumeRole",
                    Principal: { Service: service },
                    // EC2 takes a role by an instance profile, and names no source.
                    ...(service === "ec2.amazonaws.com" ? {} : { Condition: source }),
                },
            ]),
            tags: tags(site),
        },
        { instance },
    );
    const policies: pulumi.Resource[] = managed.map((name) =>
        site.make(
            `${key}Managed`,
            iam.RolePolicyAttachment,
            { role: made.name, policyArn: pulumi.interpolate`arn:${account.partition}:iam::aws:policy/${name}` },
            { instance: instance ?? name.toLowerCase() },
        ),
    );
    if (may.length) {
        const own = { role: made.name, policy: policy(may) };
        policies.push(site.make(`${key}Policy`, iam.RolePolicy, own, { instance }));
    }
    return { role: made, policies };
}
