import * as pulumi from "@pulumi/pulumi";
import { type Fault, Mistake, nearest } from "./fault";
import { email } from "./names";
import { oneOf, optional, Place } from "./shape";

/** The clouds there are. `local` is the machine that runs `pulumi`. */
export const cloudNames = ["aws", "gcp", "local"] as const;
export type CloudName = (typeof cloudNames)[number];

/** The sizes and protections that a stack chooses. All are secure: they differ in size, redundancy and price. */
export const profileNames = ["dev", "small", "prod"] as const;
export type ProfileName = (typeof profileNames)[number];

/** How a network reaches the databases that Google runs: by an endpoint of its own for each, or by a peering with Google's network. */
export const gcpDatabasesNames = ["endpoint", "peering"] as const;

/** Settings are what the stack's configuration says to this library. */
export interface Settings {
    /** `mvi:cloud`: where the declaration is carried out. @default "local" */
    readonly cloud: CloudName;
    /** `mvi:profile`: how large and how redundant. @default "dev" */
    readonly profile: ProfileName;
    /** `mvi:protect`: guards everything that holds data against deletion. @default true, but for `dev` */
    readonly protect: boolean;
    /** `mvi:smtp` and `mvi:mailFrom`: the relay that takes the alarms' mail. @default on `local`, a mailbox on this machine */
    readonly mail?: MailSettings;
    /**
     * `mvi:gcpDatabases`: how a network on GCP reaches its PostgreSQL and MySQL. `endpoint` is Private Service Connect, about 7
     * US dollars a month for each database. `peering` is private services access, for nothing, in a network that is there
     * (`existing`), with such a connection: its owner makes it once, and no stack has to take it away. @default "endpoint"
     */
    readonly gcpDatabases: (typeof gcpDatabasesNames)[number];
}

/** MailSettings is how mail leaves `local`. AWS sends the alarms' mail itself, by SNS, and needs neither. */
export interface MailSettings {
    /** `mvi:smtp`: `smtp://user:password@host:587`, or `smtps://…`. A secret, whether or not it was set as one. */
    readonly relay: pulumi.Output<string>;
    /** `mvi:mailFrom`: the sender's address. */
    readonly from: string;
}

/**
 * Reads the stack's `mvi:*` configuration. Its faults name the command that mends each, and are thrown with those of what is
 * declared: see {@link refuseAll}. A default stands for what is faulty.
 */
export function readSettings(): { settings: Settings; faults: readonly Fault[] } {
    const config = new pulumi.Config("mvi");
    const place = new Place("", []);
    for (const key of Object.keys(pulumi.runtime.allConfig())) {
        if (!key.startsWith("mvi:") || Object.hasOwn(fields, key.slice(4))) continue;
        const near = nearest(key.slice(4), Object.keys(fields));
        const mend = `pulumi config rm ${key}`;
        place
            .in(key)
            .fault(
                "is not known",
                near ? `run \`${mend}\`, then \`pulumi config set mvi:${near} …\`` : `run \`${mend}\``,
            );
    }
    const cloud = fields.cloud(config.get("cloud"), place);
    const profile = fields.profile(config.get("profile"), place);
    const protect = fields.protect(config.get("protect"), place) ?? profile !== "dev";
    const relay = fields.smtp(pulumi.runtime.allConfig()["mvi:smtp"], place); // not `config.get`: it is for plain values
    const from = fields.mailFrom(config.get("mailFrom"), place, relay !== undefined);
    const mail = relay !== undefined && from !== undefined ? { relay: pulumi.secret(relay), from } : undefined;
    const gcpDatabases = fields.gcpDatabases(config.get("gcpDatabases"), place);
    return { settings: { cloud, profile, protect, mail, gcpDatabases }, faults: place.faults };
}

/** @throws {@link Mistake} with the faults of what is declared and of the stack's configuration together, if there are any */
export function refuseAll(subject: string, own: readonly Fault[], ofStack: readonly Fault[]): void {
    if (own.length) throw new Mistake(subject, [...ofStack, ...own]);
    if (ofStack.length) throw new Mistake(`The configuration of stack "${pulumi.getStack()}"`, ofStack);
}

const fields = {
    cloud: (given: string | undefined, place: Place) => word("cloud", cloudNames, "local", given, place),
    profile: (given: string | undefined, place: Place) => word("profile", profileNames, "dev", given, place),
    protect: (given: string | undefined, place: Place) => {
        if (given === undefined || given === "true" || given === "false")
            return given === undefined ? undefined : given === "true";
        place.in("mvi:protect").fault("must be true or false", "run `pulumi config set mvi:protect true`", given);
        return undefined;
    },
    /** What was given is never shown: it has a password. */
    smtp: (given: string | undefined, place: Place) => {
        if (given === undefined || isRelay(given)) return given;
        place
            .in("mvi:smtp")
            .fault(
                "must be smtp://user:password@host:587 or smtps://…, with %40 for @ and %2F for / in the password",
                "run `pulumi config set --secret mvi:smtp`, and give it smtp://… when it asks",
            );
        return undefined;
    },
    mailFrom: (given: string | undefined, place: Place, relay: boolean) => {
        const own = place.in("mvi:mailFrom");
        const set = "run `pulumi config set mvi:mailFrom alarms@example.com`, with an address of yours";
        const found: Place = new Place("", []);
        if (given !== undefined) email(given, found);
        if (found.faults.length) own.fault("must be an e-mail address", set, given);
        else if (given === undefined && relay) own.fault("is needed with mvi:smtp: it is the sender", set);
        return given;
    },
    gcpDatabases: (given: string | undefined, place: Place) =>
        word("gcpDatabases", gcpDatabasesNames, "endpoint", given, place),
};

function isRelay(given: string): boolean {
    if (!URL.canParse(given)) return false;
    const { protocol, hostname, pathname, hash } = new URL(given);
    return /^smtps?:$/.test(protocol) && hostname !== "" && /^\/?$/.test(pathname) && hash === "";
}

function word<T extends string>(
    key: string,
    words: readonly T[],
    fallback: T,
    given: string | undefined,
    place: Place,
): T {
    const own = new Place(`mvi:${key}`, []);
    const read = optional(oneOf(...words), fallback)(given, own);
    for (const fault of own.faults) {
        const near = given === undefined ? undefined : nearest(given, words);
        place.faults.push({ ...fault, todo: `run \`pulumi config set mvi:${key} ${near ?? fallback}\`` });
    }
    return read;
}
