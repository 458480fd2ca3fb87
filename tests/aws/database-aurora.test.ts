import { expect } from "chai";
import { Database, type DatabaseArgs, Key } from "../../components";
import { account, arn } from "./lens";
import { onAws } from "./program";

const tags = { "mvi:app": "project", "mvi:stack": "stack", "mvi:component": "db" };
const made = (args: Partial<DatabaseArgs>, profile: string) =>
    onAws(() => void new Database("db", { engine: "postgres", size: "serverless", ...args, key: new Key("own") }), {
        "mvi:profile": profile,
    });

describe("A serverless Database on AWS", () => {
    it("is a cluster of Aurora that pauses, with all that a server has", async () => {
        const { inputs } = await made({}, "small");
        const own = arn("kms", "key/own-id");
        expect(inputs("Cluster", "db")).to.deep.equal({
            clusterIdentifier: "db-0a1b2c3d",
            engine: "aurora-postgresql",
            engineMode: "provisioned",
            engineVersion: "18",
            allowMajorVersionUpgrade: true,
            engineLifecycleSupport: "open-source-rds-extended-support-disabled",
            serverlessv2ScalingConfiguration: { minCapacity: 0, maxCapacity: 4, secondsUntilAutoPause: 300 },
            databaseName: "app",
            masterUsername: "keeper",
            manageMasterUserPassword: true,
            masterUserSecretKmsKeyId: own,
            iamDatabaseAuthenticationEnabled: true,
            storageEncrypted: true,
            kmsKeyId: own,
            port: 5433,
            dbSubnetGroupName: "db-subnets",
            vpcSecurityGroupIds: ["db-group"],
            dbClusterParameterGroupName: "db-clusterParameters",
            backupRetentionPeriod: 7,
            preferredBackupWindow: "03:00-03:30",
            preferredMaintenanceWindow: "sun:05:00-sun:05:30",
            copyTagsToSnapshot: true,
            deleteAutomatedBackups: false,
            skipFinalSnapshot: false,
            finalSnapshotIdentifier: "db-0a1b2c3d-final",
            deletionProtection: true,
            applyImmediately: true,
            enabledCloudwatchLogsExports: ["postgresql"],
            tags,
        });
        expect(inputs("ClusterInstance", "db-member-1")).to.deep.equal({
            identifier: "db-0a1b2c3d-1",
            clusterIdentifier: "db-0a1b2c3d",
            engine: "aurora-postgresql",
            engineVersion: "18",
            instanceClass: "db.serverless",
            publiclyAccessible: false,
            promotionTier: 0,
            autoMinorVersionUpgrade: true,
            caCertIdentifier: "rds-ca-rsa2048-g1",
            copyTagsToSnapshot: true,
            preferredMaintenanceWindow: "sun:05:00-sun:05:30",
            performanceInsightsEnabled: true,
            performanceInsightsKmsKeyId: own,
            performanceInsightsRetentionPeriod: 7,
            monitoringInterval: 0,
            applyImmediately: true,
            tags,
        });
        expect(inputs("ClusterParameterGroup", "db-clusterParameters")).to.deep.include({
            family: "aurora-postgresql18",
        });
        expect(inputs("LogGroup", "db-log-postgresql").name).to.equal("/aws/rds/cluster/db-0a1b2c3d/postgresql");
        expect(inputs("RandomId", "db-suffix").keepers).to.deep.equal({
            engine: "postgres",
            kind: "cluster",
            key: own,
        });
    });

    it("is made as its arguments say, with a second machine that is awake", async () => {
        const { inputs } = await made(
            {
                engine: "mysql",
                version: "8.0",
                highAvailability: true,
                backups: { retention: 14, window: "22:45" },
                maintenance: "sat 23:45",
                parameters: { long_query_time: "5", max_connections: "200", performance_schema: "1" },
                protect: false,
            },
            "prod",
        );
        expect(inputs("Cluster", "db")).to.deep.include({
            engine: "aurora-mysql",
            engineVersion: "8.0",
            port: 3307,
            serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 16 },
            backupRetentionPeriod: 14,
            preferredBackupWindow: "22:45-23:15",
            preferredMaintenanceWindow: "sat:23:45-sun:00:15",
            deletionProtection: false,
            skipFinalSnapshot: true,
            deleteAutomatedBackups: true,
            enabledCloudwatchLogsExports: ["error", "slowquery"],
        });
        expect(inputs("Cluster", "db")).to.not.have.property("finalSnapshotIdentifier");
        for (const instance of ["1", "2"])
            expect(inputs("ClusterInstance", `db-member-${instance}`)).to.deep.include({
                identifier: `db-0a1b2c3d-${instance}`,
                preferredMaintenanceWindow: "sat:23:45-sun:00:15",
                monitoringInterval: 60,
                monitoringRoleArn: `arn:aws:iam::${account}:role/db-monitorRole`,
            });
        const group = inputs("ClusterParameterGroup", "db-clusterParameters");
        expect(group.family).to.equal("aurora-mysql8.0");
        const set = group.parameters as { name: string; value: string; applyMethod: string }[];
        expect(
            Object.fromEntries(set.map(({ name, value, applyMethod }) => [name, [value, applyMethod]])),
        ).to.deep.equal({
            log_output: ["FILE", "immediate"],
            long_query_time: ["5", "immediate"],
            max_connections: ["200", "immediate"],
            performance_schema: ["1", "pending-reboot"],
            require_secure_transport: ["1", "immediate"],
            slow_query_log: ["1", "immediate"],
        });
    });
});
