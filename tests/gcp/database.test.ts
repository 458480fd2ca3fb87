import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Container, Database, type DatabaseArgs, Key, Mistake, Network } from "../../components";
import { linked } from "../../components/workload";
import { permitsOf } from "../../providers/gcp/grants";
import { value } from "../support/mocks";
import { number, project, region } from "./lens";
import { onGcp } from "./program";

const small = { "mvi:profile": "small" };
const prod = { "mvi:profile": "prod" };
const make = (args: DatabaseArgs, settings: Record<string, string> = small) =>
    onGcp(() => new Database("db", args), settings);
const settingsOf = async (args: DatabaseArgs, settings?: Record<string, string>) =>
    (await make(args, settings)).inputs("DatabaseInstance", "db").settings as Record<string, unknown>;

describe("A Database of SQL on GCP", () => {
    it("is a server of Cloud SQL: private, encrypted, backed up, over TLS only", async () => {
        const { all, inputs } = await make({ engine: "postgres" });
        const labels = { "mvi-app": "project", "mvi-stack": "stack", "mvi-component": "db" };
        const { settings, ...instance } = inputs("DatabaseInstance", "db");
        expect(instance).to.deep.equal({
            name: "db-0a1b2c3d",
            region,
            databaseVersion: "POSTGRES_18",
            encryptionKeyName: "stack-key",
            deletionProtection: true,
            deletionPolicy: "PREVENT",
            finalBackupDescription: "The last of db",
        });
        const { databaseFlags, ...others } = settings as { databaseFlags: { name: string; value: string }[] };
        expect(others).to.deep.equal({
            edition: "ENTERPRISE",
            tier: "db-f1-micro",
            availabilityType: "ZONAL",
            diskType: "PD_SSD",
            diskSize: 20,
            diskAutoresize: true,
            diskAutoresizeLimit: 100,
            backupConfiguration: {
                enabled: true,
                startTime: "03:00",
                location: region,
                pointInTimeRecoveryEnabled: true,
                transactionLogRetentionDays: 7,
                backupRetentionSettings: { retainedBackups: 7, retentionUnit: "COUNT" },
            },
            retainBackupsOnDelete: true,
            finalBackupConfig: { enabled: true, retentionDays: 365 },
            maintenanceWindow: { day: 7, hour: 5, updateTrack: "stable" },
            ipConfiguration: {
                ipv4Enabled: false,
                pscConfigs: [{ pscEnabled: true, allowedConsumerProjects: [project] }],
                sslMode: "ENCRYPTED_ONLY",
                serverCaMode: "GOOGLE_MANAGED_CAS_CA",
                serverCertificateRotationMode: "AUTOMATIC_ROTATION_DURING_MAINTENANCE",
            },
            connectorEnforcement: "NOT_REQUIRED",
            dataApiAccess: "DISALLOW_DATA_API",
            insightsConfig: { queryInsightsEnabled: true, queryStringLength: 1024, recordApplicationTags: true },
            deletionProtectionEnabled: true,
            userLabels: labels,
        });
        const flags = Object.fromEntries(databaseFlags.map((flag) => [flag.name, flag.value]));
        expect(flags).to.include({ log_statement: "ddl", log_connections: "on", "cloudsql.enable_pgaudit": "on" });
        expect(inputs("RandomId", "db-suffix").keepers).to.include({ engine: "postgres" });
        const agent = `serviceAccount:service-${number}@gcp-sa-sqladmin.iam.gserviceaccount.com`;
        expect(all.filter(({ inputs: { member } }) => member === agent)).to.have.length(1);
        expect(all.some(({ inputs: { service } }) => service === "sqladmin.googleapis.com")).to.equal(true);
    });

    it("has an address of the network's own, by the name that its certificate is for", async () => {
        const { inputs, result } = await make({ engine: "postgres" });
        expect(inputs("Address", "db-address")).to.deep.include({
            addressType: "INTERNAL",
            subnetwork: "stack-network-subnet-data",
        });
        expect(inputs("ForwardingRule", "db-way")).to.deep.include({
            loadBalancingScheme: "",
            target: `projects/producer/regions/${region}/serviceAttachments/db`,
            ipAddress: "https://compute/db-address",
            recreateClosedPsc: true,
        });
        const dnsName = `db.${region}.sql.goog.`;
        expect(inputs("ManagedZone", "db-zone")).to.include({ dnsName, visibility: "private", forceDestroy: true });
        expect(inputs("RecordSet", "db-record")).to.deep.include({
            name: dnsName,
            type: "A",
            rrdatas: ["203.0.113.1"],
        });
        expect(await value(result.host)).to.equal(`db.${region}.sql.goog`);
        expect(await value(result.port)).to.equal(5432);
        expect(await value(result.id)).to.equal("db-0a1b2c3d");
    });

    it("at dev leaves nothing behind; at prod has a second server, which Google answers for", async () => {
        const dev = await make({ engine: "postgres" }, {});
        expect(dev.inputs("DatabaseInstance", "db")).to.include({
            deletionProtection: false,
            deletionPolicy: "DELETE",
        });
        expect(dev.inputs("DatabaseInstance", "db")).to.not.have.property("finalBackupDescription");
        expect(dev.inputs("DatabaseInstance", "db").settings).to.deep.include({
            deletionProtectionEnabled: false,
            retainBackupsOnDelete: false,
            finalBackupConfig: { enabled: false },
        });
        const settings = await settingsOf({ engine: "postgres" }, prod);
        expect(settings).to.include({ tier: "db-custom-1-3840", availabilityType: "REGIONAL", edition: "ENTERPRISE" });
        expect(settings.backupConfiguration).to.deep.include({
            transactionLogRetentionDays: 7,
            backupRetentionSettings: { retainedBackups: 35, retentionUnit: "COUNT" },
        });
    });

    it("is made as its arguments say", async () => {
        const { inputs } = await onGcp(
            () =>
                new Database("db", {
                    engine: "mysql",
                    version: "8.0",
                    size: "large",
                    storage: 500,
                    backups: { retention: 3, window: "23:45" },
                    maintenance: "mon 23:00",
                    parameters: { max_connections: "200", long_query_time: "5" },
                    key: new Key("own"),
                    network: new Network("other"),
                }),
            small,
        );
        const { settings, ...instance } = inputs("DatabaseInstance", "db");
        expect(instance).to.include({ databaseVersion: "MYSQL_8_0", encryptionKeyName: "own" });
        expect(settings).to.deep.include({
            tier: "db-custom-2-8192",
            diskSize: 500,
            diskAutoresizeLimit: 2000,
            maintenanceWindow: { day: 1, hour: 23, updateTrack: "stable" },
        });
        expect((settings as { backupConfiguration: object }).backupConfiguration).to.deep.include({
            startTime: "23:45",
            binaryLogEnabled: true,
            transactionLogRetentionDays: 3,
            backupRetentionSettings: { retainedBackups: 3, retentionUnit: "COUNT" },
        });
        expect((settings as { databaseFlags: object[] }).databaseFlags).to.deep.include.members([
            { name: "max_connections", value: "200" },
            { name: "long_query_time", value: "5" },
            { name: "local_infile", value: "off" },
        ]);
        expect(inputs("Address", "db-address").subnetwork).to.match(/other-subnet-data$/);
    });

    it("has a size for each, and no Query Insights where there is no room", async () => {
        const tiers = {
            micro: "db-f1-micro",
            small: "db-g1-small",
            medium: "db-custom-2-4096",
            large: "db-custom-2-8192",
        };
        for (const [size, tier] of Object.entries(tiers))
            expect(await settingsOf({ engine: "postgres", size: size as "micro" }), size).to.include({ tier });
        expect((await settingsOf({ engine: "mysql" })).insightsConfig).to.deep.equal({ queryInsightsEnabled: false });
        expect((await settingsOf({ engine: "postgres", highAvailability: true })).tier).to.equal("db-custom-1-3840");
    });

    it("starts with the data of a database, of a point in time, or of a backup", async () => {
        const restored = async (restore: DatabaseArgs["restore"]) =>
            (await make({ engine: "postgres", restore })).inputs("DatabaseInstance", "db");
        expect((await restored({ from: "db-0f0f0f0f" })).clone).to.deep.equal({ sourceInstanceName: "db-0f0f0f0f" });
        const time = "2026-11-21T09:30:00Z";
        expect((await restored({ from: "shop-old:db-0f0f0f0f", time })).clone).to.deep.equal({
            sourceInstanceName: "db-0f0f0f0f",
            sourceProject: "shop-old",
            pointInTime: time,
        });
        expect((await restored({ from: "db-0f0f0f0f/1700000000000" })).restoreBackupContext).to.deep.equal({
            backupRunId: 1700000000000,
            instanceId: "db-0f0f0f0f",
        });
    });

    it("refuses what Google would, in words that say what to do", async () => {
        const message = async (args: Partial<DatabaseArgs>) =>
            make({ engine: "postgres", ...args }).then(
                () => "made",
                (error: Error) => error.message,
            );
        expect(await message({ maintenance: "sun 05:30" })).to.include('write "sun 05:00"');
        expect(await message({ parameters: { ssl: "off" } })).to.include("TLS is always forced");
        expect(await message({ restore: { from: "A b" } })).to.include("gcloud sql backups list");
        expect(await message({ restore: { from: "db/1", time: "2026-11-21T09:30:00Z" } })).to.include("restore.time");
        expect(await message({ restore: { from: "A b" } })).to.include("restore.from");
        expect(await message({ highAvailability: true, backups: { pointInTime: false } })).to.include("leave it out");
        await onGcp(() => {
            expect(() => new Database("db", { engine: "postgres", size: "serverless" }))
                .to.throw(Mistake)
                .with.property("message")
                .that.includes("follows the load");
        });
    });
});

describe("A person who logs in to a Database of SQL on GCP", () => {
    const flagsOf = async (args: DatabaseArgs) => (await settingsOf(args)).databaseFlags as object[];

    it("does so by IAM, which is on for both engines, unless `parameters` say otherwise", async () => {
        const [postgres, mysql] = ["cloudsql.iam_authentication", "cloudsql_iam_authentication"];
        expect(await flagsOf({ engine: "postgres" })).to.deep.include({ name: postgres, value: "on" });
        expect(await flagsOf({ engine: "mysql" })).to.deep.include({ name: mysql, value: "on" });
        expect(await flagsOf({ engine: "postgres", parameters: { [postgres]: "off" } })).to.deep.include({
            name: postgres,
            value: "off",
        });
    });
});

describe("Who uses a Database of SQL on GCP", () => {
    const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

    it("gets its secrets by reference, of the kind of its link, and a way to it", async () => {
        const { inputs, names, result } = await onGcp(() => {
            const db = new Database("db", { engine: "postgres" });
            new Container("web", { image, uses: [db] });
            new Container("report", { image, uses: [db.readOnly()] });
            new Container("second", { image, uses: [db] });
            return { write: linked([db.link()]), read: linked([db.readOnly()]) };
        });
        const secret = (what: string) => `db-userSecret-${what}`;
        expect(await value(pulumi.output(result.write.env))).to.deep.equal({
            DB_HOST: `db.${region}.sql.goog`,
            DB_PORT: "5432",
            DB_NAME: "app",
            DB_USER: "app",
        });
        expect(await value(pulumi.output(result.write.secrets))).to.deep.equal({
            DB_URL: `${secret("app-url")}/versions/1`,
            DB_PASSWORD: `${secret("app-password")}/versions/1`,
        });
        expect(await value(pulumi.output(result.read.secrets))).to.deep.equal({
            DB_URL: `${secret("reader-url")}/versions/1`,
            DB_PASSWORD: `${secret("reader-password")}/versions/1`,
        });
        expect(await value(pulumi.output(result.read.env))).to.include({ DB_USER: "reader" });
        // Each user once, whoever uses it.
        expect(
            names("Secret")
                .filter((name) => name.startsWith("db-"))
                .sort(),
        ).to.deep.equal(
            ["app-password", "app-url", "keeper", "reader-password", "reader-url"].map(
                (what) => `db-userSecret-${what}`,
            ),
        );
        expect(inputs("Firewall", "web-connect-db-5432")).to.deep.include({ destinationRanges: ["203.0.113.1/32"] });
        expect(inputs("Secret", "db-userSecret-app-url")).to.include({
            secretId: "db-0a1b2c3d-app-url",
            deletionPolicy: "DELETE",
        });
        const { role } = permitsOf(result.read.permits);
        expect(await value(pulumi.output(role.map(({ on }) => on)))).to.deep.equal([
            { secret: secret("reader-password") },
            { secret: secret("reader-url") },
        ]);
    });

    it("has its user made by a job within the network, which knows no more than it needs", async () => {
        const { inputs } = await onGcp(() => {
            linked([new Database("db", { engine: "mysql" }).readOnly()]);
        });
        const job = inputs("Job", "db-userMade-reader");
        expect(job).to.include({ deletionProtection: false, deletionPolicy: "DELETE" });
        expect(job.runExecutionToken).to.match(/^[0-9a-f]{8}$/);
        const { template } = job.template as { template: Record<string, unknown> };
        expect(template.vpcAccess).to.have.property("networkInterfaces");
        const [container] = template.containers as { image: string; commands: string[]; envs: object[] }[];
        expect(container.image).to.equal("docker.io/library/mysql:8.4");
        expect(container.envs).to.deep.include.members([
            { name: "DB_PORT", value: "3306" },
            {
                name: "ADMIN_PASSWORD",
                valueSource: { secretKeyRef: { secret: "db-userSecret-keeper", version: "1" } },
            },
            {
                name: "USER_PASSWORD",
                valueSource: { secretKeyRef: { secret: "db-userSecret-reader-password", version: "1" } },
            },
        ]);
        expect(container.commands[2]).to.include("grant select, show view on app.* to 'reader'@'%'");
        expect(inputs("Firewall", "db-connect-reader-db-3306")).to.deep.include({
            destinationRanges: ["203.0.113.1/32"],
        });
    });
});

describe("A Database of redis on GCP", () => {
    it("is a Valkey of Memorystore: private, encrypted, backed up, and only with a token", async () => {
        const { inputs, result } = await make({ engine: "redis" });
        expect(inputs("Instance", "db")).to.deep.equal({
            instanceId: "db-0a1b2c3d",
            location: region,
            engineVersion: "VALKEY_8_0",
            engineConfigs: {},
            nodeType: "SHARED_CORE_NANO",
            mode: "CLUSTER_DISABLED",
            shardCount: 1,
            replicaCount: 0,
            zoneDistributionConfig: { mode: "MULTI_ZONE" },
            authorizationMode: "TOKEN_AUTH",
            aclPolicy: "db-cacheUsers",
            transitEncryptionMode: "SERVER_AUTHENTICATION",
            kmsKey: "stack-key",
            desiredAutoCreatedEndpoints: [{ network: "stack-network", projectId: project }],
            automatedBackupConfig: { retention: "604800s", fixedFrequencySchedule: { startTime: { hours: 3 } } },
            maintenancePolicy: { weeklyMaintenanceWindows: [{ day: "SUNDAY", startTime: { hours: 5 } }] },
            deletionProtectionEnabled: true,
            deletionPolicy: "PREVENT",
            labels: { "mvi-app": "project", "mvi-stack": "stack", "mvi-component": "db" },
        });
        expect(inputs("AclPolicy", "db-cacheUsers").rules).to.deep.equal([
            { username: "app", rule: "on ~* &* +@all -@admin -@dangerous +info +keys +flushdb" },
            { username: "reader", rule: "on ~* &* -@all +@read +@connection +info -@dangerous" },
        ]);
        expect(inputs("ServiceConnectionPolicy", "stack-network-endpoints-gcp-memorystore").serviceClass).to.equal(
            "gcp-memorystore",
        );
        expect(await value(result.host)).to.equal("10.0.64.5");
        expect(await value(result.port)).to.equal(6379);
    });

    it("is made as its arguments say", async () => {
        const backup = `projects/${project}/locations/${region}/backupCollections/c/backups/b`;
        const { inputs } = await make({
            engine: "redis",
            version: "7",
            size: "medium",
            highAvailability: true,
            backups: { retention: 2, window: "01:00" },
            maintenance: "wed 00:00",
            restore: { from: backup },
            parameters: { "maxmemory-policy": "allkeys-lru" },
        });
        expect(inputs("Instance", "db")).to.deep.include({
            engineVersion: "VALKEY_7_2",
            nodeType: "HIGHMEM_MEDIUM",
            replicaCount: 1,
            zoneDistributionConfig: { mode: "MULTI_ZONE" },
            engineConfigs: { "maxmemory-policy": "allkeys-lru" },
            automatedBackupConfig: { retention: "172800s", fixedFrequencySchedule: { startTime: { hours: 1 } } },
            maintenancePolicy: { weeklyMaintenanceWindows: [{ day: "WEDNESDAY", startTime: { hours: 0 } }] },
            managedBackupSource: { backup },
        });
        const two = await make({ engine: "redis", size: "micro", highAvailability: true });
        expect(two.inputs("Instance", "db").nodeType).to.equal("STANDARD_SMALL");
    });

    it("gives a user of the link's kind", async () => {
        const { result } = await onGcp(() => {
            const db = new Database("db", { engine: "redis" });
            return { write: linked([db.link()]), read: linked([db.readOnly()]) };
        });
        expect(await value(pulumi.output(result.write.env))).to.include({ DB_HOST: "10.0.64.5", DB_USER: "app" });
        expect(await value(pulumi.output(result.read.env))).to.include({ DB_NAME: "0", DB_USER: "reader" });
        expect(await value(pulumi.output(result.read.secrets))).to.deep.equal({
            DB_URL: "db-userSecret-reader-url/versions/1",
            DB_PASSWORD: "db-userSecret-reader-password/versions/1",
        });
    });

    it("refuses what Google would, in words that say what to do", async () => {
        const message = (args: Partial<DatabaseArgs>) =>
            make({ engine: "redis", ...args }).then(
                () => "made",
                (error: Error) => error.message,
            );
        expect(await message({ backups: { window: "03:30" } })).to.include('write "03:00"');
        expect(await message({ restore: { from: "db" } })).to.include("gcloud memorystore backups list");
    });
});
