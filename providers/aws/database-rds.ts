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

/** ARM machines: they cost a tenth less. From `large` on the processor is not shared. */
const classes = { micro: "db.t4g.micro", small: "db.t4g.small", medium: "db.t4g.medium", large: "db.m7g.large" };

/** A server of RDS. */
export function instance(site: Site, spec: DatabaseSpec) {
    const { version, storage, highAvailability, backups, restore, maintenance, parameters } = spec;
    const engine = spec.engine as "postgres" | "mysql";
    const size = spec.size as keyof typeof classes;
    const { protect } = site.settings;
    const own = engines[engine];
    const place = placeOf(site, spec, 63);
    const { encryption } = place;
    const source = sourceOf(site.name, restore);
    const fresh = source.snapshot === undefined && source.database === undefined;
    const subnets = site.make("subnets", rds.SubnetGroup, {
        description: `Where the database ${site.name} stands`,
        subnetIds: place.subnets,
        tags: tags(site),
    });
    const settings = site.make("parameters", rds.ParameterGroup, {
        family: `${engine}${version}`,
        description: `Settings of the database ${site.name}`,
        parameters: parametersOf(site.name, engine, parameters),
        tags: tags(site),
    });
    const logs = logGroups(site, pulumi.interpolate`/aws/rds/instance/${place.id}`, own.logs, encryption);
    // It looks into the machine, not only at it: from `prod` on, since its lines cost about 2 US dollars a month.
    const watched = site.settings.profile === "prod";
    const monitor = watched
        ? role(site, "monitorRole", {
              service: "monitoring.rds.amazonaws.com",
              description: "Writes down what the database's machine does",
              managed: ["service-role/AmazonRDSEnhancedMonitoringRole"],
              may: [],
          })
        : undefined;
    // RDS watches queries on MySQL only from 4 GiB of memory on.
    const insights = engine === "postgres" || size === "medium" || size === "large";
    const made = site.make(
        "instance",
        rds.Instance,
        {
            identifier: place.id,
            engine,
            engineVersion: version,
            allowMajorVersionUpgrade: true,
            autoMinorVersionUpgrade: true,
            engineLifecycleSupport: "open-source-rds-extended-support-disabled",
            instanceClass: classes[size],
            storageType: "gp3",
            allocatedStorage: storage,
            maxAllocatedStorage: Math.min(Math.max(100, storage * 4), 65536),
            storageEncrypted: true,
            kmsKeyId: encryption.arn,
            dbName: fresh ? names.database : undefined,
            username: fresh ? names.admin : undefined,
            manageMasterUserPassword: true,
            masterUserSecretKmsKeyId: encryption.arn,
            iamDatabaseAuthenticationEnabled: true,
            port: own.port,
            dbSubnetGroupName: subnets.name,
            vpcSecurityGroupIds: [place.group.id],
            publiclyAccessible: false,
            caCertIdentifier: "rds-ca-rsa2048-g1",
            multiAz: highAvailability,
            parameterGroupName: settings.name,
            backupRetentionPeriod: backups.retention,
            backupWindow: backupWindow(backups.window, 30),
            copyTagsToSnapshot: true,
            deleteAutomatedBackups: !protect,
            skipFinalSnapshot: !protect,
            finalSnapshotIdentifier: protect ? pulumi.interpolate`${place.id}-final` : undefined,
            deletionProtection: protect,
            maintenanceWindow: maintenanceWindow(maintenance),
            // What the program says, now: that it waits for the window would be a surprise, a week later.
            applyImmediately: true,
            enabledCloudwatchLogsExports: [...own.logs],
            databaseInsightsMode: "standard",
            performanceInsightsEnabled: insights,
            performanceInsightsKmsKeyId: insights ? encryption.arn : undefined,
            performanceInsightsRetentionPeriod: insights ? 7 : undefined,
            monitoringInterval: monitor ? 60 : 0,
            monitoringRoleArn: monitor?.role.arn,
            snapshotIdentifier: source.snapshot,
            restoreToPointInTime: source.database && {
                ...(source.database.from.startsWith("arn:")
                    ? { sourceDbInstanceAutomatedBackupsArn: source.database.from }
                    : { sourceDbInstanceIdentifier: source.database.from }),
                ...(source.database.time === undefined
                    ? { useLatestRestorableTime: true }
                    : { restoreTime: source.database.time }),
            },
            tags: tags(site),
        },
        {
            main: true,
            protect,
            dependsOn: [...logs, ...(monitor?.policies ?? [])],
            // Where its data once came from is no reason to make it anew, without what it has got since.
            ignoreChanges: ["snapshotIdentifier", "restoreToPointInTime", "dbName", "username"],
        },
    );
    const grant = accounts(site, spec, place, {
        host: made.address,
        port: own.port,
        admin: made.masterUserSecrets.apply((secrets) => secrets[0].secretArn),
        generation: made.resourceId,
        server: made,
    });
    const of = { DBInstanceIdentifier: place.id };
    return {
        id: made.identifier,
        host: made.address,
        port: made.port,
        grant,
        gauges: {
            ...gauges("AWS/RDS", { connections: "DatabaseConnections" }, of),
            cpu: { namespace: "AWS/RDS", metric: "CPUUtilization", dimensions: of, factor: 0.01 },
            // The share that is used, of what it began with: when it has grown, the alarm comes early or not at all, as it
            // should, since it grows again by itself.
            storage: {
                namespace: "AWS/RDS",
                metric: "FreeStorageSpace",
                dimensions: of,
                factor: -1 / (storage * 2 ** 30),
                offset: 1,
            },
        },
    };
}
