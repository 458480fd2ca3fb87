/** PostgreSQL and MySQL as Cloud SQL has them. */

import type { DatabaseSpec } from "../../components/database";

export type SqlEngine = "postgres" | "mysql";

/** The engine of a spec that is not redis. */
export function engineOf({ engine }: Pick<DatabaseSpec, "engine">): SqlEngine {
    return engine as SqlEngine;
}

/** Cloud SQL has no others. */
export const ports = { postgres: 5432, mysql: 3306 } as const;

/** The database within the server, the administrator (whom only a secret of its own knows), and the users of links. */
export const names = { database: "app", admin: "keeper", write: "app", read: "reader" } as const;

/**
 * With what it starts, unless `parameters` say otherwise: Google's benchmark wants who comes and goes, what waits and what
 * fails written down. Slow queries are in Query Insights, without their data.
 */
const parameters: Readonly<Record<SqlEngine, Readonly<Record<string, string>>>> = {
    postgres: {
        "cloudsql.enable_pgaudit": "on",
        "cloudsql.iam_authentication": "on",
        log_checkpoints: "on",
        log_connections: "on",
        log_disconnections: "on",
        log_duration: "on",
        log_hostname: "on",
        log_lock_waits: "on",
        log_min_duration_statement: "-1",
        log_min_error_statement: "error",
        log_min_messages: "warning",
        log_statement: "ddl",
        log_temp_files: "0",
    },
    mysql: {
        cloudsql_iam_authentication: "on",
        local_infile: "off",
        log_output: "FILE",
        long_query_time: "1",
        skip_show_database: "on",
        slow_query_log: "on",
    },
};

/** What would say something about TLS: `sslMode` forces it. */
const tls = new Set(["ssl", "require_secure_transport"]);

/** Would it say something about TLS? */
export function isTls(parameter: string): boolean {
    return tls.has(parameter);
}

/** The flags of a server. None is given that would let in somebody without TLS: see database-check.ts. */
export function flagsOf(engine: SqlEngine, given: DatabaseSpec["parameters"]) {
    return Object.entries({ ...parameters[engine], ...given })
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([parameter, value]) => ({ name: parameter, value }));
}

export function versionOf({ engine, version }: Pick<DatabaseSpec, "engine" | "version">): string {
    return `${engine === "postgres" ? "POSTGRES" : "MYSQL"}_${version.replace(".", "_")}`;
}

/** The least that Google answers for: those with a shared processor are no promise. */
const least = "db-custom-1-3840";
const tiers = {
    micro: "db-f1-micro",
    small: "db-g1-small",
    medium: "db-custom-2-4096",
    large: "db-custom-2-8192",
} as const;

/** Who wants a second server wants what Google answers for. */
export function tierOf({ size, highAvailability }: Pick<DatabaseSpec, "size" | "highAvailability">): string {
    const tier = tiers[size as keyof typeof tiers];
    return highAvailability && isShared(tier) ? least : tier;
}

/** Whether its processor is shared. */
export function isShared(tier: string): boolean {
    return tier === tiers.micro || tier === tiers.small;
}

/** Where the data is from. */
export interface Source {
    readonly clone?: { sourceInstanceName: string; sourceProject?: string; pointInTime?: string };
    readonly restoreBackupContext?: { backupRunId: number; instanceId: string; project?: string };
}

const form = /^(?:([a-z][a-z0-9-]*):)?([a-z][a-z0-9-]*)(?:\/(\d+))?$/;

/**
 * A backup, as `<database's id>/<backup's id>`; else a database, of which there is the newest, or a point in time. Either of
 * another project with that one's id before: `shop-prod:db-0a1b2c3d`. Other forms are refused by database-check.ts.
 */
export function sourceOf(restore: DatabaseSpec["restore"]): Source {
    if (!restore) return {};
    const { project, instance, backup } = placesOf(restore.from);
    if (backup === undefined)
        return { clone: { sourceInstanceName: instance!, sourceProject: project, pointInTime: restore.time } };
    return { restoreBackupContext: { backupRunId: Number(backup), instanceId: instance!, project } };
}

/** What it names; nothing when it is of no such form. */
export function placesOf(from: string): { project?: string; instance?: string; backup?: string } {
    const [, project, instance, backup] = form.exec(from) ?? [];
    return { project, instance, backup };
}
