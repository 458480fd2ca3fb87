import * as pulumi from "@pulumi/pulumi";
import * as rds from "@pulumi/aws/rds";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { accounts } from "./database-accounts";
import { engines, parametersOf } from "./database-engine";
import { watchDatabase } from "./database-events";
import { backupWindow, maintenanceWindow, placeOf } from "./database-place";
import { clusterSource } from "./database-restore";
import { engineOf, monitorOf, serverGauges, serverOf } from "./database-server";
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
    const { version, highAvailability, backups, maintenance, parameters } = spec;
    const engine = engineOf(spec);
    const own = engines[engine];
    const [engineVersion, family] = (versions[engine] as Readonly<Record<string, readonly [string, string]>>)[version];
    const engineName = engine === "postgres" ? "aurora-postgresql" : "aurora-mysql";
    const place = placeOf(site, spec, 61);
    const logs = engine === "postgres" ? ["postgresql"] : own.logs;
    const { snapshot, point } = clusterSource(spec.restore);
    const { args, options, first } = serverOf(site, spec, { place, kind: "cluster", logs, snapshot });
    const settings = site.make("clusterParameters", rds.ClusterParameterGroup, {
        family,
        description: `Settings of the database ${site.name}`,
        parameters: parametersOf(engine, parameters),
        tags: tags(site),
    });
    const most = site.settings.profile === "prod" ? 16 : 4;
    const cluster = site.make(
        "cluster",
        rds.Cluster,
        {
            ...args,
            clusterIdentifier: place.id,
            engine: engineName,
            engineMode: "provisioned",
            engineVersion,
            // Whoever has at hand a second machine must find it awake.
            serverlessv2ScalingConfiguration: highAvailability
                ? { minCapacity: 0.5, maxCapacity: most }
                : { minCapacity: 0, maxCapacity: most, secondsUntilAutoPause: 300 },
            databaseName: first.database,
            masterUsername: first.admin,
            dbClusterParameterGroupName: settings.name,
            preferredBackupWindow: backupWindow(backups.window, 30),
            preferredMaintenanceWindow: maintenanceWindow(maintenance),
            restoreToPointInTime: point,
        },
        { ...options, ignoreChanges: [...options.ignoreChanges, "databaseName", "masterUsername"] },
    );
    // It would keep a database awake that is to pause.
    const monitor = highAvailability ? monitorOf(site) : undefined;
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
                performanceInsightsKmsKeyId: place.encryption.arn,
                performanceInsightsRetentionPeriod: 7,
                monitoringInterval: monitor ? 60 : 0,
                monitoringRoleArn: monitor?.role.arn,
                applyImmediately: true,
                tags: tags(site),
            },
            { instance: `${index + 1}`, dependsOn: monitor?.policies },
        ),
    );
    watchDatabase(site, { "db-cluster": cluster.clusterIdentifier });
    for (const { identifier } of members) watchDatabase(site, { "db-instance": identifier });
    const grant = accounts(site, spec, place, {
        host: cluster.endpoint,
        port: own.port,
        admin: cluster.masterUserSecrets.apply((secrets) => secrets[0].secretArn),
        generation: cluster.clusterResourceId,
        server: members[0],
    });
    return {
        id: cluster.clusterIdentifier,
        host: cluster.endpoint,
        port: cluster.port,
        grant,
        // Its storage has no end that an alarm could see coming: 128 TiB.
        gauges: serverGauges({ DBClusterIdentifier: place.id }),
    };
}
