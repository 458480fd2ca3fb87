import { expect } from "chai";
import { Database, Key, Mistake, Network } from "../../components";
import type { DatabaseArgs } from "../../components";
import { linked } from "../../components/workload";
import { type Registered, run, value } from "../support/mocks";
import { account, lens, region } from "./lens";

const config = { "mvi:cloud": "aws" };
const only = (made: readonly Registered[], name: string) => {
    const found = made.filter((one) => one.custom && one.name === name);
    expect(found, name).to.have.length(1);
    return found[0].inputs;
};
const make = (args: DatabaseArgs, profile = "small", preview = false) =>
    run({ config: { ...config, "mvi:profile": profile }, preview, ...lens }, () => new Database("db", args));

describe("Database on aws", () => {
    it("is a server of RDS: private, encrypted, backed up, over TLS only, its password in nobody's hands", async () => {
        const { made } = await make({ engine: "postgres" });
        const tags = { "mvi:app": "project", "mvi:stack": "stack", "mvi:component": "db" };
        expect(only(made, "db")).to.deep.equal({
            identifier: "db-0a1b2c3d",
            engine: "postgres",
            engineVersion: "18",
            allowMajorVersionUpgrade: true,
            autoMinorVersionUpgrade: true,
            engineLifecycleSupport: "open-source-rds-extended-support-disabled",
            instanceClass: "db.t4g.micro",
            storageType: "gp3",
            allocatedStorage: 20,
            maxAllocatedStorage: 100,
            storageEncrypted: true,
            kmsKeyId: `arn:aws:kms:${region}:${account}:key/stack-key-id`,
            dbName: "app",
            username: "keeper",
            manageMasterUserPassword: true,
            masterUserSecretKmsKeyId: `arn:aws:kms:${region}:${account}:key/stack-key-id`,
            iamDatabaseAuthenticationEnabled: true,
            port: 5433,
            dbSubnetGroupName: "db-subnets",
            vpcSecurityGroupIds: ["db-group"],
            publiclyAccessible: false,
            caCertIdentifier: "rds-ca-rsa2048-g1",
            multiAz: false,
            parameterGroupName: "db-parameters",
            backupRetentionPeriod: 7,
            backupWindow: "03:00-03:30",
            copyTagsToSnapshot: true,
            deleteAutomatedBackups: false,
            skipFinalSnapshot: false,
            finalSnapshotIdentifier: "db-0a1b2c3d-final",
            deletionProtection: true,
            maintenanceWindow: "sun:05:00-sun:05:30",
            applyImmediately: true,
            enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
            databaseInsightsMode: "standard",
            performanceInsightsEnabled: true,
            performanceInsightsKmsKeyId: `arn:aws:kms:${region}:${account}:key/stack-key-id`,
            performanceInsightsRetentionPeriod: 7,
            monitoringInterval: 0,
            tags,
        });
        expect(only(made, "db-parameters")).to.deep.include({
            family: "postgres18",
            parameters: [
                { name: "log_lock_waits", value: "1", applyMethod: "immediate" },
                { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" },
                { name: "log_statement", value: "ddl", applyMethod: "immediate" },
                { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
            ],
        });
        expect(only(made, "db-log-postgresql")).to.deep.include({
            name: "/aws/rds/instance/db-0a1b2c3d/postgresql",
            retentionInDays: 90,
        });
        expect(only(made, "db-suffix").keepers).to.deep.include({ engine: "postgres", kind: "instance" });
        expect(only(made, "db-subnets").subnetIds).to.deep.equal(
            ["a", "b"].map((zone) => `stack-network-dataSubnet-${zone}`),
        );
    });

    it("at dev leaves nothing behind; at prod has a second server, and is watched from within", async () => {
        const dev = only((await make({ engine: "postgres" }, "dev")).made, "db");
        expect(dev).to.deep.include({
            deletionProtection: false,
            skipFinalSnapshot: true,
            deleteAutomatedBackups: true,
        });
        expect(dev).not.to.have.property("finalSnapshotIdentifier");
        const prod = only((await make({ engine: "postgres" }, "prod")).made, "db");
        expect(prod).to.deep.include({
            instanceClass: "db.t4g.small",
            multiAz: true,
            backupRetentionPeriod: 35,
            monitoringInterval: 60,
            monitoringRoleArn: `arn:aws:iam::${account}:role/db-monitorRole`,
        });
    });

    it("is made as its arguments say", async () => {
        const { made } = await make({
            engine: "mysql",
            version: "8.4",
            size: "large",
            storage: 500,
            highAvailability: true,
            backups: { retention: 14, window: "23:45" },
            maintenance: "sat 23:00",
            parameters: { max_connections: "200", performance_schema: "1", long_query_time: "5" },
        });
        expect(only(made, "db")).to.deep.include({
            engine: "mysql",
            engineVersion: "8.4",
            instanceClass: "db.m7g.large",
            allocatedStorage: 500,
            maxAllocatedStorage: 2000,
            multiAz: true,
            backupRetentionPeriod: 14,
            backupWindow: "23:45-00:15",
            maintenanceWindow: "sat:23:00-sat:23:30",
            port: 3307,
            enabledCloudwatchLogsExports: ["error", "slowquery"],
        });
        const { parameters } = only(made, "db-parameters") as { parameters: { name: string }[] };
        expect(parameters.find(({ name }) => name === "long_query_time")).to.have.property("value", "5");
        expect(parameters.find(({ name }) => name === "performance_schema")).to.have.property(
            "applyMethod",
            "pending-reboot",
        );
        expect(parameters.find(({ name }) => name === "require_secure_transport")).to.have.property("value", "1");
        const late = await make({ engine: "postgres", maintenance: "sun 23:45" });
        expect(only(late.made, "db").maintenanceWindow).to.equal("sun:23:45-mon:00:15");
    });

    it("has the key, the network and the guard that it is given, and is watched where its machine can be", async () => {
        const own = `arn:aws:kms:${region}:${account}:key/own-id`;
        const { made } = await run({ config: { ...config, "mvi:profile": "prod" }, ...lens }, () => {
            const network = new Network("there", { egress: "none" });
            const key = new Key("own");
            new Database("db", { engine: "mysql", storage: 16384, size: "small", key, network, protect: false });
            new Database("more", { engine: "mysql", size: "medium", network });
        });
        expect(only(made, "db")).to.deep.include({
            kmsKeyId: own,
            masterUserSecretKmsKeyId: own,
            maxAllocatedStorage: 65536,
            deletionProtection: false,
            skipFinalSnapshot: true,
            deleteAutomatedBackups: true,
            performanceInsightsEnabled: false,
        });
        expect(only(made, "db")).to.not.have.any.keys("finalSnapshotIdentifier", "performanceInsightsKmsKeyId");
        expect(only(made, "more")).to.include({ performanceInsightsEnabled: true, deletionProtection: true });
        expect(only(made, "db-subnets").subnetIds).to.deep.equal(["a", "b"].map((zone) => `there-dataSubnet-${zone}`));
    });

    it("begins with a backup's data, or with a database's at a point in time", async () => {
        const arn = `arn:aws:rds:${region}:${account}:snapshot:old-final`;
        const snapshot = only((await make({ engine: "postgres", restore: { from: arn } })).made, "db");
        expect(snapshot).to.include({ snapshotIdentifier: arn });
        expect(snapshot).not.to.have.any.keys("dbName", "username", "restoreToPointInTime");
        // Its backup's key is its own.
        expect(snapshot).to.include({ storageEncrypted: true }).and.not.have.any.keys("kmsKeyId");
        const automatic = only(
            (await make({ engine: "postgres", restore: { from: "rds:old-2026-11-20" } })).made,
            "db",
        );
        expect(automatic).to.include({ snapshotIdentifier: "rds:old-2026-11-20" });
        const time = "2026-11-21T09:30:00Z";
        const then = only((await make({ engine: "postgres", restore: { from: "old-1", time } })).made, "db");
        expect(then.restoreToPointInTime).to.deep.equal({ sourceDbInstanceIdentifier: "old-1", restoreTime: time });
        const newest = only((await make({ engine: "postgres", restore: { from: "old-1" } })).made, "db");
        expect(newest.restoreToPointInTime).to.deep.equal({
            sourceDbInstanceIdentifier: "old-1",
            useLatestRestorableTime: true,
        });
    });

    for (const [why, args, message] of [
        [
            "TLS turned off",
            { parameters: { "rds.force_ssl": "0" } },
            /parameters\..*rds\.force_ssl.*: TLS is always forced/,
        ],
        [
            "an update within the backup",
            { maintenance: "mon 03:15" },
            /maintenance: falls into the backup, .* got "mon 03:15"/,
        ],
        ["a backup that begins within the update", { maintenance: "mon 02:45" }, /falls into the backup/],
        ["no point in time", { backups: { pointInTime: false } }, /backups\.pointInTime/],
        [
            "a time with a backup",
            { restore: { from: "rds:x", time: "2026-11-21T09:30:00Z" } },
            /restore\.time: is not for a backup, which is of one point in time/,
        ],
    ] as const) {
        it(`refuses ${why}`, async () => {
            const error = await make({ engine: "postgres", ...args }).then(
                () => undefined,
                (caught: Error) => caught,
            );
            expect(error).to.be.instanceOf(Mistake);
            expect(error?.message).to.match(message);
        });
    }

    it("refuses MySQL 8.0, which RDS makes no more: Aurora has it", async () => {
        const mysql = { engine: "mysql", version: "8.0" } as const;
        const restore = { from: "rds:old-2026-11-20" };
        for (const more of [{}, { size: "small" as const }, { restore }]) {
            const error = await make({ ...mysql, ...more }).then(
                () => undefined,
                (caught: Error) => caught,
            );
            expect(error).to.be.instanceOf(Mistake);
            expect(error?.message).to.match(
                /version: is past the end of RDS's standard support .* got "8\.0": choose "8\.4".*serverless/,
            );
        }
        expect(only((await make({ ...mysql, version: "8.4", restore })).made, "db")).to.include({
            engineVersion: "8.4",
        });
        await make({ ...mysql, size: "serverless" });
    });

    it("makes a user when the first link asks, and gives its secret by reference, never in plain", async () => {
        const { made, result } = await run({ config, ...lens }, async () => {
            const db = new Database("db", { engine: "postgres" });
            const writes = linked([db.link()]);
            linked([db.as("OTHER")]);
            const reads = linked([db.readOnly()]);
            return {
                env: { ...writes.env },
                url: await value(writes.secrets.DB_URL as never),
                reads: await value(reads.secrets.DB_PASSWORD as never),
                readUser: reads.env.DB_USER,
                permits: writes.permits,
            };
        });
        const secret = (user: string) =>
            `arn:aws:secretsmanager:${region}:${account}:secret:db-userSecret-${user}-AbCdEf`;
        expect(result.url).to.equal(`${secret("app")}:url::`);
        expect(result.reads).to.equal(`${secret("reader")}:password::`);
        expect(result.env).to.include({ DB_NAME: "app", DB_USER: "app", DB_PORT: "5433" });
        expect(result.readUser).to.equal("reader");
        const asked = JSON.parse(only(made, "db-userMade-reader").input as string) as object;
        expect(asked).to.deep.equal({
            engine: "postgres",
            host: `db.abc.${region}.rds.amazonaws.com`,
            port: 5433,
            database: "app",
            owner: "app",
            admin: `arn:aws:secretsmanager:${region}:${account}:secret:rds!db-db-AbCdEf`,
            user: { name: "reader", access: "read", secret: secret("reader") },
            settle: "db-settle",
        });
        expect(made.filter(({ type }) => type === "aws:lambda/function:Function")).to.have.length(2);
        // No password is anywhere in what is registered.
        expect(made.filter(({ type }) => type.startsWith("random:")).map(({ type }) => type)).to.deep.equal([
            "random:index/randomId:RandomId",
        ]);
        const [permit] = result.permits as { connect: object[]; start: { actions: string[] }[] }[];
        expect(permit.start.map(({ actions }) => actions)).to.deep.equal([
            ["secretsmanager:GetSecretValue"],
            ["kms:Decrypt"],
        ]);
        expect(permit.connect).to.have.length(1);
        const keep = JSON.parse(only(made, "db-keepRolePolicy").policy as string) as {
            Statement: { Action: string[] }[];
        };
        expect(keep.Statement.flatMap(({ Action }) => Action).sort()).to.deep.equal([
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "lambda:InvokeFunction",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "secretsmanager:GetSecretValue",
        ]);
    });

    it("has the one of its functions that is within the network put there by Lambda, and by nobody else", async () => {
        const { made } = await run(
            { config, ...lens },
            () => void linked([new Database("db", { engine: "postgres" }).link()]),
        );
        const { Statement } = JSON.parse(only(made, "db-settleRolePolicy").policy as string) as {
            Statement: { Action: string[]; Resource: string[]; Condition?: object }[];
        };
        const cards = Statement.filter(({ Action }) => Action.some((action) => action.startsWith("ec2:")));
        for (const { Condition } of cards)
            expect(Condition).to.deep.equal({ Null: { "lambda:SourceFunctionArn": "true" } });
        const at = `arn:aws:ec2:${region}:${account}`;
        expect(cards.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
            [
                ["ec2:CreateNetworkInterface"],
                [
                    `${at}:network-interface/*`,
                    ...["a", "b"].map((zone) => `${at}:subnet/stack-network-dataSubnet-${zone}`),
                    `${at}:security-group/db-settleGroup`,
                ],
            ],
            // Lambda asks for these before there is a card: by a card's ARN it would be refused.
            [
                [
                    "ec2:AssignPrivateIpAddresses",
                    "ec2:DeleteNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSubnets",
                    "ec2:UnassignPrivateIpAddresses",
                ],
                ["*"],
            ],
        ]);
    });

    it("serverless is Aurora, which pauses unless a second one is to take over", async () => {
        const { made } = await make({ engine: "postgres", size: "serverless" });
        expect(only(made, "db")).to.deep.include({
            engine: "aurora-postgresql",
            serverlessv2ScalingConfiguration: { minCapacity: 0, maxCapacity: 4, secondsUntilAutoPause: 300 },
            storageEncrypted: true,
            manageMasterUserPassword: true,
            deletionProtection: true,
            finalSnapshotIdentifier: "db-0a1b2c3d-final",
        });
        expect(only(made, "db-member-1")).to.include({ instanceClass: "db.serverless", publiclyAccessible: false });
        const twice = await make({ engine: "postgres", size: "serverless", highAvailability: true }, "prod");
        expect(only(twice.made, "db").serverlessv2ScalingConfiguration).to.deep.equal({
            minCapacity: 0.5,
            maxCapacity: 16,
        });
        expect(only(twice.made, "db-member-2")).to.include({ identifier: "db-0a1b2c3d-2", monitoringInterval: 60 });
    });

    it("redis is a Valkey with two users, whose passwords are secret", async () => {
        const { made } = await run(
            { config, ...lens },
            () => void linked([new Database("db", { engine: "redis" }).link()]),
        );
        expect(only(made, "db")).to.deep.include({
            engine: "valkey",
            engineVersion: "8.2",
            nodeType: "cache.t4g.micro",
            transitEncryptionEnabled: true,
            transitEncryptionMode: "required",
            atRestEncryptionEnabled: true,
            userGroupIds: ["db-0a1b2c3d"],
            snapshotRetentionLimit: 7,
            snapshotWindow: "03:00-04:00",
            maintenanceWindow: "sun:05:00-sun:06:00",
        });
        expect(only(made, "db-user-app").authenticationMode).to.deep.equal({
            secret: { type: "password", passwords: ["generated-value"] },
        });
        expect(only(made, "db-user-reader").accessString).to.equal(
            "on ~* &* -@all +@read +@connection +info -@dangerous",
        );
        const kept = only(made, "db-userSecretVersion-app").secretString as { secret: string };
        expect((JSON.parse(kept.secret) as { url: string }).url).to.equal(
            "rediss://app:generated-value@master.db.abc.cache.amazonaws.com:6379/0",
        );
    });

    it("has names within AWS's limits, whatever its own", async () => {
        for (const engine of ["postgres", "redis"] as const) {
            for (const name of ["a", "a".repeat(40), `a${"-b".repeat(19)}`]) {
                const { made } = await run(
                    { config, ...lens },
                    () => void linked([new Database(name, { engine, network: new Network("own") }).link()]),
                );
                const limits: Record<string, number> = {
                    identifier: 63,
                    replicationGroupId: 40,
                    userId: 40,
                    userGroupId: 40,
                };
                for (const { inputs } of made)
                    for (const [key, most] of Object.entries(limits))
                        if (key in inputs)
                            expect(inputs[key])
                                .to.match(/^[a-z](-?[a-z0-9])*$/)
                                .and.have.property("length")
                                .at.most(most);
            }
        }
    });

    it("is previewed before anything is known", async () => {
        const { made } = await run(
            { config, ...lens, preview: true },
            () => void linked([new Database("db", { engine: "postgres" }).link()]),
        );
        expect(made.map(({ name }) => name)).to.include.members(["db", "db-userMade-app", "db-keep"]);
    });
});
