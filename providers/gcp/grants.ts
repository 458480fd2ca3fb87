import type * as pulumi from "@pulumi/pulumi";
import * as artifactregistry from "@pulumi/gcp/artifactregistry";
import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import * as kms from "@pulumi/gcp/kms";
import * as logging from "@pulumi/gcp/logging";
import * as projects from "@pulumi/gcp/projects";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import type { Site } from "../../components/site";
import { projectOf } from "./project";

/** Statement gives a role on one resource: GCP adds a member to that resource's own policy, and leaves the others' alone. */
export interface Statement {
    /** What is reached, for the grant's name: a component's short name. */
    readonly to: string;
    /** A role of Google's, or one's own: `roles/storage.objectUser`. */
    readonly role: string;
    readonly on: On;
}

/** What a role is given on: exactly one of these. */
export type On =
    | { readonly bucket: pulumi.Input<string> }
    | { readonly key: pulumi.Input<string> }
    | { readonly secret: pulumi.Input<string> }
    | { readonly repository: { readonly name: pulumi.Input<string>; readonly location: pulumi.Input<string> } }
    | { readonly service: { readonly name: pulumi.Input<string>; readonly location: pulumi.Input<string> } }
    | { readonly job: { readonly name: pulumi.Input<string>; readonly location: pulumi.Input<string> } }
    | { readonly account: pulumi.Input<string> }
    /** On the account that gets it. */
    | { readonly itself: true }
    | {
          readonly view: {
              readonly name: pulumi.Input<string>;
              readonly bucket: pulumi.Input<string>;
              readonly location: pulumi.Input<string>;
              readonly parent: pulumi.Input<string>;
          };
      }
    /** Services without policies of their resources': on the project, where `only` is true (in CEL), and nowhere else. */
    | { readonly project: true; readonly only: pulumi.Input<string> }
    /** On the project without a condition: only for {@link appending}. */
    | { readonly project: true };

/**
 * What is asked of the whole project, since GCP asks it of nothing smaller and sees no condition: to append lines and numbers,
 * which can neither be read nor changed by it; and to start a workflow, which then does what it says, as itself.
 */
export const appending: ReadonlySet<string> = new Set([
    "roles/logging.logWriter",
    "roles/telemetry.metricsWriter",
    "roles/workflows.invoker",
]);

/** Connect is a network path: to what has a network tag or an address, at a port. */
export interface Connect {
    /** The target's name, for the rules' descriptions. */
    readonly to: string;
    /** The target's addresses. */
    readonly ranges: readonly pulumi.Input<string>[];
    readonly port: number;
}

/** Called is a service of Cloud Run which lets in only who comes through a network. */
export interface Called {
    /** Its name, for those of what leads there. */
    readonly to: string;
    /** `….run.app` */
    readonly host: pulumi.Input<string>;
}

/** Permit is what a link gives on GCP: the form of `Grant.permits`. */
export interface Permit {
    /** What the workload's own service account may do; also what it is started with, such as its secrets. */
    readonly role?: readonly Statement[];
    /** What it must reach in the network. */
    readonly connect?: readonly Connect[];
    /** What it calls by a name that must lead through its network: see `Reach.runNames`. */
    readonly calls?: readonly Called[];
}

/** What a workload's links permit together. */
export function permitsOf(permits: readonly unknown[]): Required<Permit> {
    const all = permits as readonly Permit[];
    return {
        role: all.flatMap(({ role = [] }) => role),
        connect: all.flatMap(({ connect = [] }) => connect),
        calls: all.flatMap(({ calls = [] }) => calls),
    };
}

/**
 * The statements, each of them once.
 *
 * @throws when one gives a basic role, or a role on the whole project without a condition: that is never least privilege
 */
export function policy<S extends Statement>(statements: readonly S[]): readonly S[] {
    for (const { role, on, to } of statements) {
        if (/^roles\/(owner|editor|viewer|browser)$|[.](admin|[a-z]*Admin)$/.test(role))
            throw new Error(`a statement for ${to} gives ${role}: name a role for what is done`);
        if ("project" in on && !("only" in on) && !appending.has(role))
            throw new Error(`a statement for ${to} gives ${role} on the whole project: give it on a resource`);
    }
    // The same target may be used twice, by two links: for reading and for writing.
    return statements.filter((one, index) => statements.findIndex((other) => keyOf(other) === keyOf(one)) === index);
}

/** The grants' instance: by what is reached, and the role. */
export function keyOf({ to, role }: Pick<Statement, "to" | "role">): string {
    return `${to}-${role
        .split("/")
        .pop()!
        .replace(/[^A-Za-z0-9]+/g, "-")
        .toLowerCase()}`;
}

type Elsewhere = Statement & { readonly on: Exclude<On, { readonly itself: true }> };

/** Statements, with those on the account itself on that one. */
export function onAccount(statements: readonly Statement[], account: pulumi.Input<string>): Elsewhere[] {
    return statements.map(({ on, ...rest }) => ({ ...rest, on: "itself" in on ? { account } : on }));
}

/** Gives `member` these roles, as children of the workload. What must not run without them depends on what this answers. */
export function grant(
    site: Site,
    member: pulumi.Input<string>,
    statements: readonly Elsewhere[],
    owner?: string,
): pulumi.Resource[] {
    return policy(statements).map((statement) => {
        const { role, on } = statement;
        const options = { instance: [owner, keyOf(statement)].filter(Boolean).join("-") };
        const who = { role, member };
        if ("bucket" in on)
            return site.make("bucketGrant", storage.BucketIAMMember, { bucket: on.bucket, ...who }, options);
        if ("key" in on) return site.make("keyGrant", kms.CryptoKeyIAMMember, { cryptoKeyId: on.key, ...who }, options);
        if ("secret" in on)
            return site.make("secretGrant", secretmanager.SecretIamMember, { secretId: on.secret, ...who }, options);
        if ("repository" in on) {
            const { name: repository, location } = on.repository;
            const args = { repository, location, ...who };
            return site.make("repositoryGrant", artifactregistry.RepositoryIamMember, args, options);
        }
        if ("service" in on)
            return site.make("serviceGrant", cloudrunv2.ServiceIamMember, { ...on.service, ...who }, options);
        if ("job" in on) return site.make("jobGrant", cloudrunv2.JobIamMember, { ...on.job, ...who }, options);
        if ("account" in on)
            return site.make(
                "accountGrant",
                serviceaccount.IAMMember,
                { serviceAccountId: on.account, ...who },
                options,
            );
        if ("view" in on) return site.make("viewGrant", logging.LogViewIamMember, { ...on.view, ...who }, options);
        const condition =
            "only" in on ? { title: `${statement.to} only`.slice(0, 100), expression: on.only } : undefined;
        return site.make(
            "projectGrant",
            projects.IAMMember,
            { project: projectOf(site).id, ...who, condition },
            options,
        );
    });
}
