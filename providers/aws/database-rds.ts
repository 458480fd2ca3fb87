import * as rds from "@pulumi/aws/rds";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { accounts } from "./database-accounts";
import { engines, parametersOf } from "./database-engine";
import { watchDatabase } from "./database-events";
import { backupWindow, maintenanceWindow, placeOf } from "./database-place";
import { serverSource } from "./database-restore";
import { engineOf, monitorOf, serverGauges, serverOf } from "./database-server";
import { tags } from "./tags";

/** ARM machines: they cost a tenth less. From `large` on the processor is not shared. */
const classes = { micro: "db.t4g.micro", small: "db.t4g.small", medium: "db.t4g.medium", large: "db.m7g.large" };

/** A server of RDS. */
export function instance(site: Site, spec: DatabaseSpec) {
    const { version, storage, highAvailability, backups, maintenance, parameters } = spec;
    const engine = engineOf(spec);
    const size = spec.size as keyof typeof classes;
    const own = engines[engine];
    const place = placeOf(site, spec, 63);
    const { snapshot, point } = serverSource(spec.restore);
    const { args, options, first } = serverOf(site, spec, { place, kind: "instance", logs: own.logs, snapshot });
    const settings = site.make("parameters", rds.ParameterGroup, {
        family: `${engine}${version}`,
        description: `Settings of the database ${site.name}`,
        parameters: parametersOf(engine, parameters),
        tags: tags(site),
    });
    const monitor = monitorOf(site);
    // RDS watches queries on MySQL only from 4 GiB of memory on.
    const insights = engine === "postgres" || size === "medium" || size === "large";
    const made = site.make(
        "instance",
        rds.Instance,
        {
            ...args,
            // What is restored has its backup's key: RDS takes no other one then, and would be told to begin anew at each update.
            ...(spec.restore ? { kmsKeyId: undefined } : {}),
            identifier: place.id,
            engine,
            engineVersion: version,
            autoMinorVersionUpgrade: true,
            instanceClass: classes[size],
            storageType: "gp3",
            allocatedStorage: storage,
            maxAllocatedStorage: Math.min(Math.max(100, storage * 4), 65536),
            dbName: first.database,
            username: first.admin,
            publiclyAccessible: false,
            caCertIdentifier: "rds-ca-rsa2048-g1",
            multiAz: highAvailability,
            parameterGroupName: settings.name,
            backupWindow: backupWindow(backups.window, 30),
            maintenanceWindow: maintenanceWindow(maintenance),
            databaseInsightsMode: "standard",
            performanceInsightsEnabled: insights,
            performanceInsightsKmsKeyId: insights ? place.encryption.arn : undefined,
            performanceInsightsRetentionPeriod: insights ? 7 : undefined,
            monitoringInterval: monitor ? 60 : 0,
            monitoringRoleArn: monitor?.role.arn,
            restoreToPointInTime: point,
        },
        {
            ...options,
            dependsOn: [...options.dependsOn, ...(monitor?.policies ?? [])],
            // Nor is the stack's key, where nobody named one: what was restored keeps its backup's when `restore` is taken out.
            ignoreChanges: [...options.ignoreChanges, "dbName", "username", ...(spec.key ? [] : ["kmsKeyId"])],
        },
    );
    watchDatabase(site, { "db-instance": made.identifier, "db-parameter-group": settings.name });
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
            ...serverGauges(of),
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
