/** What of AWS a `restore` of a Database names: its docstring promises these forms. */

import type * as pulumi from "@pulumi/pulumi";
import type { input } from "@pulumi/aws/types";
import type { DatabaseSpec } from "../../components/database";
import type { Place } from "../../components/shape";

type Restore = NonNullable<DatabaseSpec["restore"]>;

/** Source is where a database's first data is from: a backup; else, at RDS, a database of which AWS has all points in time. */
export interface Source<Point> {
    /** The backup, as the provider wants it. */
    readonly snapshot?: pulumi.Input<string>;
    readonly point?: Point;
}

export function serverSource(restore: Restore | undefined): Source<input.rds.InstanceRestoreToPointInTime> {
    if (!restore) return {};
    const { from, time } = restore;
    if (isBackup(from)) return { snapshot: from };
    const when = time === undefined ? { useLatestRestorableTime: true } : { restoreTime: time };
    if (kept.test(from)) return { point: { sourceDbInstanceAutomatedBackupsArn: from, ...when } };
    if (resourceId.test(from)) return { point: { sourceDbiResourceId: from, ...when } };
    return { point: { sourceDbInstanceIdentifier: from, ...when } };
}

export function clusterSource(restore: Restore | undefined): Source<input.rds.ClusterRestoreToPointInTime> {
    if (!restore) return {};
    const { from, time } = restore;
    if (isBackup(from)) return { snapshot: from };
    const when = time === undefined ? { useLatestRestorableTime: true } : { restoreToTime: time };
    if (clusterResourceId.test(from)) return { point: { sourceClusterResourceId: from, ...when } };
    return { point: { sourceClusterIdentifier: from, ...when } };
}

/** ElastiCache finds a backup by its name only. */
export function cacheSnapshot(restore: Restore | undefined): string | undefined {
    return restore && (cacheBackup.exec(restore.from)?.[1] ?? restore.from);
}

export function checkRestore({ engine, size, restore }: DatabaseSpec, at: Place): void {
    if (!restore) return;
    const { from, time } = restore;
    const kind = engine === "redis" ? "cache" : size === "serverless" ? "cluster" : "server";
    if (!forms[kind].some((form) => form.test(from))) {
        const clusters = kind === "server" && (clusterBackup.test(from) || cluster.test(from));
        at.in("from").fault(clusters ? ofCluster : wanted[kind], `see \`${where[kind]}\``, from);
    } else if (kind !== "cache" && time !== undefined && isBackup(from))
        at.in("time").fault(
            "is not for a backup, which is of one point in time",
            "leave it out, or name the database as `from`",
            time,
        );
}

/** Also by the name of a database's last backup, as our drivers give it: see `finalSnapshotIdentifier`. */
function isBackup(from: string): boolean {
    return [backup, clusterBackup, named].some((form) => form.test(from));
}

const arn = (service: string, rest: string) => new RegExp(`^arn:[\\w-]+:${service}:[\\w-]+:\\d{12}:${rest}$`);
const name = "[A-Za-z](?:-?[A-Za-z0-9])*";
const backup = arn("rds", "snapshot:[\\w:.-]+");
const clusterBackup = arn("rds", "cluster-snapshot:[\\w:.-]+");
/** What RDS and AWS Backup call theirs; and our last ones. */
const named = /^(rds|awsbackup):[\w.-]+$|-[0-9a-f]{8}-final$/;
/** The backups of a database that may be gone. */
const kept = arn("rds", "auto-backup:[\\w-]+");
const resourceId = /^db-[A-Z0-9]{20,}$/;
const clusterResourceId = /^cluster-[A-Z0-9]{20,}$/;
/** One of another account, too. */
const cluster = arn("rds", `cluster:${name}`);
const id = new RegExp(`^${name}$`);
const cacheBackup = arn("elasticache", "snapshot:([A-Za-z][\\w.-]*)");

const forms = {
    server: [backup, named, kept, resourceId, id],
    // A server's backup may become a cluster.
    cluster: [backup, clusterBackup, named, clusterResourceId, cluster, id],
    cache: [cacheBackup, /^[A-Za-z][\w.-]*$/],
};

const ofCluster = 'is of a cluster, which only `size: "serverless"` is';
const wanted = {
    server: "must be a backup's ARN or its name that begins with `rds:`, or a database's id",
    cluster: "must be a backup's ARN or its name that begins with `rds:`, or a cluster's id",
    cache: "must be a backup's name at ElastiCache, which has no other points in time",
};
const where = {
    server: "aws rds describe-db-snapshots",
    cluster: "aws rds describe-db-cluster-snapshots",
    cache: "aws elasticache describe-snapshots",
};
