import { expect } from "chai";
import { Database, type DatabaseArgs, Key, Network } from "../../components";
import { arn } from "./lens";
import { onAws } from "./program";

const made = (args: Partial<DatabaseArgs>, profile: string) =>
    onAws(() => void new Database("db", { engine: "redis", ...args }), { "mvi:profile": profile });

describe("A Database of redis on AWS", () => {
    it("is a Valkey, private, encrypted, over TLS, with users of its own and daily backups", async () => {
        const { inputs } = await made({}, "small");
        expect(inputs("ReplicationGroup", "db")).to.deep.equal({
            replicationGroupId: "db-0a1b2c3d",
            description: "db of project/stack",
            engine: "valkey",
            engineVersion: "8.2",
            nodeType: "cache.t4g.micro",
            numCacheClusters: 1,
            automaticFailoverEnabled: false,
            multiAzEnabled: false,
            port: 6379,
            subnetGroupName: "db-cacheSubnets",
            securityGroupIds: ["db-group"],
            atRestEncryptionEnabled: true,
            kmsKeyId: arn("kms", "key/stack-key-id"),
            transitEncryptionEnabled: true,
            transitEncryptionMode: "required",
            userGroupIds: ["db-0a1b2c3d"],
            parameterGroupName: "db-cacheParameters",
            snapshotRetentionLimit: 7,
            snapshotWindow: "03:00-04:00",
            finalSnapshotIdentifier: "db-0a1b2c3d-final",
            maintenanceWindow: "sun:05:00-sun:06:00",
            autoMinorVersionUpgrade: true,
            applyImmediately: true,
            logDeliveryConfigurations: ["slow-log", "engine-log"].map((logType) => ({
                destination: `db-log-${logType}`,
                destinationType: "cloudwatch-logs",
                logFormat: "json",
                logType,
            })),
            tags: { "mvi:app": "project", "mvi:stack": "stack", "mvi:component": "db" },
        });
        expect(inputs("UserGroup", "db-users")).to.deep.include({
            engine: "valkey",
            userIds: ["db-0a1b2c3d-app", "db-0a1b2c3d-reader"],
        });
    });

    it("is made as its arguments say", async () => {
        const { all, inputs } = await onAws(
            () =>
                void new Database("db", {
                    engine: "redis",
                    version: "7",
                    size: "large",
                    highAvailability: true,
                    backups: { retention: 14, window: "23:30" },
                    maintenance: "sat 21:45",
                    parameters: { "maxmemory-policy": "allkeys-lru", "slowlog-log-slower-than": "500" },
                    key: new Key("own"),
                    network: new Network("there", { egress: "none" }),
                    protect: false,
                }),
            { "mvi:profile": "prod" },
        );
        expect(inputs("ReplicationGroup", "db")).to.deep.include({
            engineVersion: "7.2",
            nodeType: "cache.m7g.large",
            numCacheClusters: 2,
            automaticFailoverEnabled: true,
            multiAzEnabled: true,
            snapshotRetentionLimit: 14,
            snapshotWindow: "23:30-00:30",
            maintenanceWindow: "sat:21:45-sat:22:45",
            kmsKeyId: arn("kms", "key/own-id"),
        });
        // Nobody wants its last backup.
        expect(inputs("ReplicationGroup", "db")).to.not.have.property("finalSnapshotIdentifier");
        expect(inputs("ParameterGroup", "db-cacheParameters")).to.deep.include({
            family: "valkey7",
            parameters: [
                { name: "maxmemory-policy", value: "allkeys-lru" },
                { name: "slowlog-log-slower-than", value: "500" },
            ],
        });
        expect(inputs("SubnetGroup", "db-cacheSubnets").subnetIds).to.deep.equal(
            ["a", "b"].map((zone) => `there-dataSubnet-${zone}`),
        );
        expect(all.filter(({ name }) => name.startsWith("stack-network"))).to.deep.equal([]);
    });

    it("has a second machine at prod, and a longer memory", async () => {
        const { inputs } = await made({}, "prod");
        expect(inputs("ReplicationGroup", "db")).to.include({
            nodeType: "cache.t4g.small",
            numCacheClusters: 2,
            automaticFailoverEnabled: true,
            snapshotRetentionLimit: 35,
        });
    });
});
