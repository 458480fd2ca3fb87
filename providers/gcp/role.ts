import * as pulumi from "@pulumi/pulumi";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type { Site } from "../../components/site";
import { api } from "./apis";
import { grant, onAccount, type Statement } from "./grants";
import { unique } from "./names";

/** RoleArgs says who acts, and what it may do. */
export interface RoleArgs {
    /** Why it is there. */
    readonly description: string;
    readonly may: readonly Statement[];
    readonly instance?: string;
}

/** Role is a service account, with what it may do. */
export interface Role {
    readonly account: serviceaccount.Account;
    readonly email: pulumi.Output<string>;
    /** As IAM writes it: `serviceAccount:…`. */
    readonly member: pulumi.Output<string>;
    /** What it may do from the beginning. */
    readonly may: readonly Statement[];
    /** What must not run without its grants depends on them. */
    readonly policies: pulumi.Resource[];
}

/**
 * A service account of its own for what runs, with a grant for each of `may`, and no key: whoever acts as it is told so by
 * GCP. Its children are `key`, and the grants (see grants.ts).
 */
export function role(site: Site, key: string, { description, may, instance }: RoleArgs): Role {
    const account = site.make(
        key,
        serviceaccount.Account,
        {
            // Its own random end: what was granted to a deleted account would be its namesake's.
            accountId: unique(site, key, 30, instance),
            displayName: [site.name, key, instance].filter(Boolean).join("-").slice(0, 100),
            description: `${description}: ${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`.slice(0, 256),
        },
        { instance },
    );
    return {
        account,
        email: account.email,
        member: account.member,
        may,
        policies: permit(site, account, may, instance),
    };
}

/** Lets an account do more. What must not run without it depends on what this answers. */
export function permit(
    site: Site,
    account: serviceaccount.Account,
    may: readonly Statement[],
    instance?: string,
): pulumi.Resource[] {
    return [
        ...grant(site, account.member, onAccount(may, account.name), instance),
        // What an account does as itself, it asks of this API.
        ...(may.some(({ on }) => "itself" in on) ? [api(site, "iamcredentials")] : []),
    ];
}
