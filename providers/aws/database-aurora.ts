import * as pulumi from "@pulumi/pulumi";
import * as rds from "@pulumi/aws/rds";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { accounts } from "./database-accounts";
import { engines, names, parametersOf, sourceOf } from "./database-engine";
import { backupWindow, logGroups, maintenanceWindow, placeOf } from "./database-place";
import { gauges } from "./gauges";
import { role } from "./role";
import { tags } from "./tags";

/** Aurora has versions of its own: the one of an engine's major version, and how a group of settings is called for it. */
const versions = {
    postgres: {
        "18": ["18", "aurora-postgresql18"],
        "17": ["17", "aurora-postgresql17"],
        "16": ["16", "aurora-postgresql16"],
    },
    mysql: { "8.0": ["8.0", "aurora-mysql8.0"], "8.4": ["8.4", "aurora-mysql8.4"] },
} as const;

/** A cluster of Aurora Serverless v2: nothing while nobody is connected for five minutes, and up to 8 GiB of memory under load (prod: 32). */
export function aurora(site: Site, spec: DatabaseSpec) {
    const { version, highAvailability, backups, restore, maintenance, parameters } = spec;
    const engine = spec.engine as "postgres" | "mysql";
    const { profile, protect } = site.settings;
    const own = engines[engine];
    const [engineVersion, family] = (versions[engine] as Readonly<Record<string, readonly [string, string]>>)[version];
    const engineName = engine === "postgres" ? "aurora-postgresql" : "aurora-mysql";
    const place = placeOf(site, spec, 61);
    const { encryption } = place;
    const source = sourceOf(site.name, restore);
    const fresh = source.snapshot === undefined && source.database === undefined;
    const subnets = site.make("subnets", rds.SubnetGroup, {
        description: `Where the database ${site.name} stands`,
        subnetIds: place.subnets,
        tags: tags(site),
    });
    const settings = site.make("clusterParameters", rds.ClusterParameterGroup, {
        family,
        description: `Settings of the database ${site.name}`,
        parameters: parametersOf(site.name, engine, parameters),
        tags: tags(site),
    });
    const kinds = engine === "postgres" ? ["postgresql"] : own.logs;
    const logs = logGroups(site, pulumi.interpolate`/aws/rds/cluster/${place.id}`, kinds, encryption);
    const monitor =
        profile === "prod"
            ? role(site, "monitorRole", {
                  service: "monitoring.rds.amazonaws.com",
                  description: "Writes down what the database's machines do",
                  managed: ["service-role/AmazonRDSEnhancedMonitoringRole"],
                  may: [],
              })
            : undefined;
    const cluster = site.make(
        "cluster",
        rds.Cluster,
        {
            clusterIdentifier: place.id,
            engine: engineName,
            engineMode: "provisioned",
            engineVersion,
            allowMajorVersionUpgrade: true,
            engineLifecycleSupport: "open-source-rds-extended-support-disabled",
            // Whoever has at hand a second machine must find it awake.
            serverlessv2ScalingConfiguration: highAvailability
                ? { minCapacity: 0.5, maxCapacity: profile === "prod" ? 16 : 4 }
                : { minCapacity: 0, maxCapacity: profile === "prod" ? 16 : 4, secondsUntilAutoPause: 300 },
            storageEncrypted: true,
            kmsKeyId: encryption.arn,
            databaseName: fresh ? names.database : undefined,
            masterUsername: fresh ? names.admin : undefined,
            manageMasterUserPassword: true,
            masterUserSecretKmsKeyId: encryption.arn,
            iamDatabaseAuthenticationEnabled: true,
            port: own.port,
            dbSubnetGroupName: subnets.name,
            vpcSecurityGroupIds: [place.group.id],
            dbClusterParameterGroupName: settings.name,
            backupRetentionPeriod: backups.retention,
            preferredBackupWindow: backupWindow(backups.window, 30),
            copyTagsToSnapshot: true,
            deleteAutomatedBackups: !protect,
            skipFinalSnapshot: !protect,
            finalSnapshotIdentifier: protect ? pulumi.interpolate`${place.id}-final` : undefined,
            deletionProtection: protect,
            preferredMaintenanceWindow: maintenanceWindow(maintenance),
            applyImmediately: true,
            enabledCloudwatchLogsExports: [...kinds],
            snapshotIdentifier: source.snapshot,
            restoreToPointInTime: source.database && {
                sourceClusterIdentifier: source.database.from,
                ...(source.database.time === undefined
                    ? { useLatestRestorableTime: true }
                    : { restoreToTime: source.database.time }),
            },
            tags: tags(site),
        },
        {
            main: true,
            protect,
            dependsOn: logs,
            // Where its data once came from is no reason to make it anew, without what it has got since.
            ignoreChanges: ["snapshotIdentifier", "restoreToPointInTime", "databaseName", "masterUsername"],
        },
    );
    const members = Array.from({ length: highAvailability ? 2 : 1 }, (_, index) =>
        site.make(
            "member",
            rds.ClusterInstance,
            {
                identifier: pulumi.interpolate`${place.id}-${index + 1}`,
                clusterIdentifier: cluster.clusterIdentifier,
                engine: engineName,
                engineVersion,
                instanceClass: "db.serverless",
                publiclyAccessible: false,
                promotionTier: 0,
                autoMinorVersionUpgrade: true,
                caCertIdentifier: "rds-ca-rsa2048-g1",
                copyTagsToSnapshot: true,
                preferredMaintenanceWindow: maintenanceWindow(maintenance),
                performanceInsightsEnabled: true,
                performanceInsightsKmsKeyId: encryption.arn,
                performanceInsightsRetentionPeriod: 7,
                // It would keep a database awake that is to pause.
                monitoringInterval: monitor && highAvailability ? 60 : 0,
                monitoringRoleArn: monitor && highAvailability ? monitor.role.arn : undefined,
                applyImmediately: true,
                tags: tags(site),
            },
            { instance: `${index + 1}`, dependsOn: monitor?.policies },
        ),
    );
    const grant = accounts(site, spec, place, {
        host: cluster.endpoint,
        port: own.port,
        admin: cluster.masterUserSecrets.apply((secrets) => secrets[0].secretArn),
        generation: cluster.clusterResourceId,
        server: members[0],
    });
    // Its storage has no end that an alarm could see coming: 128 TiB.
    const of = { DBClusterIdentifier: place.id };
    return {
        id: cluster.clusterIdentifier,
        host: cluster.endpoint,
        port: cluster.port,
        grant,
        gauges: {
            ...gauges("AWS/RDS", { connections: "DatabaseConnections" }, of),
            cpu: { namespace: "AWS/RDS", metric: "CPUUtilization", dimensions: of, factor: 0.01 },
        },
    };
}
