import { expect } from "chai";
import { Database, Key, Mistake } from "../../components";
import type { DatabaseArgs } from "../../components";
import { onAws } from "./program";
import { account, arn, region } from "./lens";

const time = "2026-11-21T09:30:00Z";
const at = (kind: string, name: string) => `arn:aws:rds:${region}:${account}:${kind}:${name}`;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The first arguments of a database that begins with other data, at AWS. */
async function restored(args: DatabaseArgs, profile = "small"): Promise<Record<string, unknown>> {
    const { all } = await onAws(() => void new Database("db", args), { "mvi:profile": profile });
    return all.find(({ name, type }) => name === "db" && /^aws:/.test(type))!.inputs;
}

async function refused(args: DatabaseArgs): Promise<string> {
    const error = await restored(args).then(
        () => undefined,
        (caught: Error) => caught,
    );
    expect(error, JSON.stringify(args)).to.be.instanceOf(Mistake);
    return error!.message;
}

describe("A Database on AWS that begins with a backup", () => {
    for (const engine of ["postgres", "mysql"] as const) {
        it(`is a server of ${engine} with one of its backups, or of AWS's or ours`, async () => {
            for (const from of [
                at("snapshot", "old-final"),
                at("snapshot", "rds:old-2026-11-20-03-05"),
                "rds:old-2026-11-20-03-05",
                "awsbackup:job-0a1b",
                "old-0a1b2c3d-final",
            ]) {
                const made = await restored({ engine, restore: { from } });
                expect(made.snapshotIdentifier, from).to.equal(from);
                expect(made).to.not.have.any.keys("restoreToPointInTime", "dbName", "username", "kmsKeyId");
            }
        });

        it(`is a server of ${engine} as another one was, which may be gone`, async () => {
            for (const [from, source] of [
                ["old-1", "sourceDbInstanceIdentifier"],
                ["db-0a1b2c3d", "sourceDbInstanceIdentifier"],
                [at("auto-backup", "ab-7xtabc"), "sourceDbInstanceAutomatedBackupsArn"],
                [`db-${letters}`, "sourceDbiResourceId"],
            ]) {
                const then = await restored({ engine, restore: { from, time } });
                expect(then.restoreToPointInTime).to.deep.equal({ [source]: from, restoreTime: time });
                const newest = await restored({ engine, restore: { from } });
                expect(newest.restoreToPointInTime).to.deep.equal({ [source]: from, useLatestRestorableTime: true });
                expect(newest).to.not.have.any.keys("snapshotIdentifier", "dbName", "username", "kmsKeyId");
            }
        });

        it(`is a cluster of ${engine} with a backup, or as another one was`, async () => {
            const serverless = { engine, size: "serverless" } as const;
            for (const from of [
                at("cluster-snapshot", "old"),
                // Of a server, which becomes a cluster by it.
                at("snapshot", "old"),
                "rds:old-2026-11-20-03-05",
            ]) {
                const made = await restored({ ...serverless, restore: { from } });
                expect(made.snapshotIdentifier, from).to.equal(from);
                expect(made).to.not.have.any.keys("restoreToPointInTime", "databaseName", "masterUsername");
            }
            for (const [from, source] of [
                ["old-1", "sourceClusterIdentifier"],
                [`arn:aws:rds:${region}:210987654321:cluster:old-1`, "sourceClusterIdentifier"],
                [`cluster-${letters}`, "sourceClusterResourceId"],
            ]) {
                const then = await restored({ ...serverless, restore: { from, time } });
                expect(then.restoreToPointInTime).to.deep.equal({ [source]: from, restoreToTime: time });
                const newest = await restored({ ...serverless, restore: { from } });
                expect(newest.restoreToPointInTime).to.deep.equal({ [source]: from, useLatestRestorableTime: true });
                expect(newest).to.not.have.any.keys("snapshotIdentifier", "databaseName", "masterUsername");
            }
        });
    }

    it("is a Valkey with a backup by its name, whatever it was named by", async () => {
        for (const [from, name] of [
            ["old-0a1b2c3d-final", "old-0a1b2c3d-final"],
            ["automatic.old-0a1b2c3d-2026-11-20-03-00", "automatic.old-0a1b2c3d-2026-11-20-03-00"],
            [arn("elasticache", "snapshot:automatic.old-2026"), "automatic.old-2026"],
        ]) {
            const made = await restored({ engine: "redis", restore: { from } });
            expect(made.snapshotName).to.equal(name);
            expect(made).to.not.have.property("snapshotArns");
        }
    });

    it("is encrypted by a key of its own, where AWS takes one: Aurora and Valkey", async () => {
        const own = arn("kms", "key/own-id");
        for (const [args, key] of [
            [{ engine: "postgres", size: "serverless", restore: { from: "old-1", time } }, own],
            [{ engine: "mysql", size: "serverless", restore: { from: at("cluster-snapshot", "old") } }, own],
            [{ engine: "redis", restore: { from: "old-final" } }, own],
            // A server of RDS has its backup's.
            [{ engine: "postgres", restore: { from: "old-1" } }, undefined],
        ] as const) {
            const { all } = await onAws(() => void new Database("db", { ...args, key: new Key("own") }));
            const { inputs } = all.find(({ name, type }) => name === "db" && /^aws:/.test(type))!;
            expect(inputs.kmsKeyId).to.equal(key);
            expect(inputs[args.engine === "redis" ? "atRestEncryptionEnabled" : "storageEncrypted"]).to.equal(true);
        }
    });

    it("keeps its own backups as it says itself, not as the other one did", async () => {
        const backups = { retention: 14, window: "22:45" };
        const maintenance = "sun 23:45";
        const server = await restored({ engine: "mysql", backups, maintenance, restore: { from: "old-1", time } });
        expect(server).to.include({
            backupRetentionPeriod: 14,
            backupWindow: "22:45-23:15",
            maintenanceWindow: "sun:23:45-mon:00:15",
        });
        const aurora = await restored({
            engine: "mysql",
            size: "serverless",
            backups,
            maintenance,
            restore: { from: "old-1", time },
        });
        expect(aurora).to.include({
            backupRetentionPeriod: 14,
            preferredBackupWindow: "22:45-23:15",
            preferredMaintenanceWindow: "sun:23:45-mon:00:15",
            deletionProtection: true,
            copyTagsToSnapshot: true,
        });
        const cache = await restored({ engine: "redis", backups, maintenance, restore: { from: "old-final" } });
        expect(cache).to.include({
            snapshotRetentionLimit: 14,
            snapshotWindow: "22:45-23:45",
            maintenanceWindow: "sun:23:45-mon:00:45",
        });
    });

    it("is refused by what is no such backup's or database's name, with the form that is wanted", async () => {
        const wanted =
            /restore\.from: must be a backup's ARN or its name that begins with `rds:`, or a (database|cluster)'s id/;
        for (const from of [
            "old one",
            "-old",
            "a--b",
            "arn:aws:s3:::dumps/old.rdb",
            at("db", "old-1"),
            at("og", "x"),
        ]) {
            expect(await refused({ engine: "postgres", restore: { from } }))
                .to.match(wanted)
                .and.include(from);
            expect(await refused({ engine: "mysql", size: "serverless", restore: { from } })).to.match(wanted);
        }
        expect(await refused({ engine: "mysql", restore: { from: at("cluster-snapshot", "old") } })).to.match(
            /restore\.from: is of a cluster, which only `size: "serverless"` is[^]*see `aws rds describe-db-snapshots`/,
        );
        expect(await refused({ engine: "mysql", restore: { from: at("cluster", "old") } })).to.match(/is of a cluster/);
        const retained = at("auto-backup", "ab-7xtabc");
        expect(await refused({ engine: "mysql", size: "serverless", restore: { from: retained } })).to.match(wanted);
        for (const from of ["old one", at("snapshot", "old"), "arn:aws:s3:::dumps/old.rdb", "9old"])
            expect(await refused({ engine: "redis", restore: { from } })).to.match(
                /restore\.from: must be a backup's name at ElastiCache, [^]*see `aws elasticache describe-snapshots`/,
            );
        for (const size of ["micro", "serverless"] as const)
            for (const from of [at("snapshot", "old"), "rds:old", "old-0a1b2c3d-final"])
                expect(await refused({ engine: "postgres", size, restore: { from, time } })).to.match(
                    /restore\.time: is not for a backup, which is of one point in time/,
                );
    });
});
