import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Key } from "./key";
import { lacking } from "./lacks";
import type { Link } from "./link";
import { Network } from "./network";
import { encryptingKey, reference } from "./reference";
import { type Field, flag, mapOf, number, oneOf, optional, record, text } from "./shape";

/** DatabaseArgs configures a {@link Database}. */
export interface DatabaseArgs extends Guarded<"database"> {
    /** What it speaks. `redis` is the protocol: each cloud's Valkey. */
    engine: "postgres" | "mysql" | "redis";
    /**
     * The major version. MySQL 8.0 is on AWS with size `serverless` only: RDS's standard support of it has ended.
     * @default the newest that every cloud has: postgres 18, mysql 8.4, redis 8
     */
    version?: string;
    /** How much machine it has; `serverless` grows and shrinks by load. @default "micro", at profile `prod` "small" */
    size?: "micro" | "small" | "medium" | "large" | "serverless";
    /**
     * Storage in GiB, 20 to 16384; it grows by itself where the cloud can, to four times as much, at least 100. A larger number
     * later is got in place; a smaller one moves only how far it grows: no cloud takes storage away. @default 20
     */
    storage?: number;
    /** A second one in another zone takes over when it fails. @default true at profile `prod`, else false */
    highAvailability?: boolean;
    /** Backups: always on. @default kept 7 days (`prod`: 35), at 03:00 UTC, and to any point in time where that is possible */
    backups?: BackupArgs;
    /**
     * Starts with the data of a backup, and with that one's key where the cloud takes no other. Once it is there, this may be
     * taken out, unless `key` is given too: then AWS would begin a server anew with that key. @default empty
     */
    restore?: RestoreArgs;
    /** When the cloud may update it, in UTC. @default "sun 05:00" */
    maintenance?: string;
    /** Settings of the engine. @default the cloud's, with TLS forced and slow queries logged */
    parameters?: Record<string, string>;
    /** Encrypts it. @default the cloud's own key */
    key?: Key;
    /** Where it stands. @default the stack's own network */
    network?: Network;
}

export interface BackupArgs {
    /** Days, 1 to 35. @default 7, at profile `prod` 35 */
    retention?: number;
    /** The daily time in UTC. @default "03:00" */
    window?: string;
    /** Can be restored to any second within the retention. @default true; false for redis, and for mysql on `local` */
    pointInTime?: boolean;
}

export interface RestoreArgs {
    /**
     * A backup's id, or the database whose backups are meant, by its id at its cloud. On AWS a backup is meant by its ARN or
     * a name that begins with `rds:`, and of redis by its name; a database that is gone, by its resource id. On `local`,
     * `npx pulumi-mvi ask listBackups id=<database>` lists the ids; where two databases have the same, write `<database>/<id>`.
     */
    from: string;
    /** The point in time, such as "2026-11-21T09:30:00Z". @default the newest */
    time?: string;
}

export interface DatabaseSpec {
    engine: "postgres" | "mysql" | "redis";
    version: string;
    size: "micro" | "small" | "medium" | "large" | "serverless";
    storage: number;
    highAvailability: boolean;
    backups: Required<BackupArgs>;
    restore: { from: string; time: string | undefined } | undefined;
    maintenance: string;
    parameters: Record<string, string>;
    key: Key | undefined;
    network: Network;
}

/** DatabaseParts is what a driver gives back. */
export interface DatabaseParts extends Parts {
    /** Its id at its cloud. */
    id: pulumi.Output<string>;
    /** Where it is reached from within its network. The URL has the password in it, and is a link's matter: see {@link Database}. */
    host: pulumi.Output<string>;
    /** Its port there. */
    port: pulumi.Output<number>;
}

/** The versions which every cloud has, newest first; MySQL 8.0 on AWS as Aurora only. The first one is the default. */
export const versions = { postgres: ["18", "17", "16"], mysql: ["8.4", "8.0"], redis: ["8", "7"] } as const;

export const databaseService = defineService<DatabaseArgs, DatabaseSpec>({
    name: "database",
    type: "Database",
    access: ["write", "read"],
    defaultAccess: ["write"],
    fields: (profile) => ({
        engine: oneOf("postgres", "mysql", "redis"),
        version: optional(text("a version"), ""),
        size: optional(
            oneOf("micro", "small", "medium", "large", "serverless"),
            profile === "prod" ? "small" : "micro",
        ),
        storage: optional(number({ min: 20, max: 16384, unit: "GiB" }), 20),
        highAvailability: optional(flag, profile === "prod"),
        backups: (given, at) =>
            record<Omit<Required<BackupArgs>, "pointInTime"> & { pointInTime: boolean }>({
                retention: optional(number({ min: 1, max: 35, unit: "days" }), profile === "prod" ? 35 : 7),
                window: optional(
                    text("a time of day", {
                        pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
                        todo: 'write one like "03:00", in UTC',
                    }),
                    "03:00",
                ),
                pointInTime: optional(flag, true),
            })(given ?? {}, at),
        restore: optional(
            record<{ from: string; time: string | undefined }>({ from: text("an id"), time: optional(moment) }),
        ),
        maintenance: optional(
            text("a day and a time", {
                pattern: /^(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d$/,
                todo: 'write one like "sun 05:00", in UTC',
            }),
            "sun 05:00",
        ),
        parameters: optional(mapOf(text("a text", { pattern: /^[^\n]*$/, todo: "write it on one line" })), {}),
        key: optional(encryptingKey<Key>()),
        network: optional(reference<Network>("Network")) as Field<Network>,
    }),
    rules: ({ engine, version, size, backups, restore }, at, args) => {
        const known: readonly string[] = versions[engine];
        if (version !== "" && !known.includes(version))
            at.in("version").fault(
                `must be one of ${known.join(", ")} for ${engine}`,
                "choose one that every cloud has",
                version,
            );
        if (engine === "redis" && args.backups?.pointInTime === true)
            at.in("backups")
                .in("pointInTime")
                .fault("is not possible with redis", "leave it out: it has daily backups", backups.pointInTime);
        if (engine === "redis" && restore?.time !== undefined)
            at.in("restore")
                .in("time")
                .fault("is not possible with redis", "name one of its daily backups as `from`", restore.time);
        if (engine === "redis" && args.storage !== undefined)
            at.in("storage").fault(
                "is not for redis: it keeps its data in memory",
                "leave it out, and choose `size`",
                args.storage,
            );
        if (engine !== "redis" && size === "serverless" && args.storage !== undefined)
            at.in("storage").fault("is not for serverless: it grows with what it holds", "leave it out", args.storage);
        if (engine === "redis" && size === "serverless")
            at.in("size").fault("is not for redis on every cloud", 'choose "micro" to "large"', size);
    },
    prepare: (self, spec) => ({
        ...spec,
        version: spec.version || versions[spec.engine][0],
        backups: { ...spec.backups, pointInTime: spec.backups.pointInTime && canPointInTime(self, spec) },
        network: spec.network ?? Network.ofStack(self.cloud),
    }),
});

/**
 * Database is a managed database: private, encrypted, backed up. Who `uses` it gets `URL`, `HOST`, `PORT`, `NAME`, `USER` and
 * `PASSWORD` (`DB_URL` …), to read and write, or with `db.readOnly()` to read only. `URL` and `PASSWORD` are secrets: on a
 * cloud they reach the workload by reference, and stand neither in the program nor in the state of the stack. So there is no
 * output `url`, but `host` and `port`. To look into it by hand: on `local` by `url` and `readOnlyUrl` of
 * `nodes.local.database`; on AWS by the secret `nodes.aws.userSecret` of each kind of link, on GCP by
 * `nodes.gcp.userSecret`. People log in by the cloud's IAM, which is on for PostgreSQL and MySQL: on AWS who has been granted
 * `rds_iam` in it, on GCP a `gcp.sql.User` of type `CLOUD_IAM_USER`.
 */
export class Database extends Component<"database"> implements DatabaseParts {
    readonly id: pulumi.Output<string>;
    readonly host: pulumi.Output<string>;
    readonly port: pulumi.Output<number>;

    constructor(name: string, args: DatabaseArgs, options?: ComponentOptions) {
        super(databaseService, name, args, options);
        ({ id: this.id, host: this.host, port: this.port } = this.parts);
    }

    /** A link that can read only: `uses: [db.readOnly()]`. */
    readOnly(): Link {
        return this.link(["read"]);
    }
}

/** Where it is asked for and is not possible, it was refused: this is about the default. */
function canPointInTime({ cloud }: Component, spec: DatabaseSpec): boolean {
    return spec.engine !== "redis" && !lacking(cloud.lacks.database, "backups.pointInTime", spec);
}

const moment: Field<string> = (given, at) => {
    if (
        typeof given === "string" &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?Z$/.test(given) &&
        !Number.isNaN(Date.parse(given))
    )
        return given;
    at.fault("must be a point in time in UTC", 'write one like "2026-11-21T09:30:00Z"', given);
    return "";
};
