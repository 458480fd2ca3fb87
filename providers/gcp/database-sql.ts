import * as pulumi from "@pulumi/pulumi";
import * as sql from "@pulumi/gcp/sql";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { byEndpoint } from "./database-endpoint";
import { engineOf, flagsOf, isShared, ports, type SqlEngine, sourceOf, tierOf, versionOf } from "./database-engine";
import { byPeering } from "./database-peering";
import { maintenanceOf, placeOf } from "./database-place";
import { accounts } from "./database-users";
import { gauges } from "./gauges";
import { deletion } from "./guard";
import { labels } from "./labels";
import { nativeOf } from "./network";
import { projectOf } from "./project";

/** With the project's id before it, Google takes 98 characters, and an id has up to 30. */
const longest = 60;

/** In a cheap edition logs are kept for a week at most: with Enterprise Plus, at three times the price, for 35 days. */
const mostLogDays = 7;

/** A server of Cloud SQL. */
export function server(site: Site, spec: DatabaseSpec) {
    const { storage, highAvailability, backups, restore, parameters } = spec;
    const { protect } = site.settings;
    const { id: project, region } = projectOf(site);
    const engine = engineOf(spec);
    const tier = tierOf(spec);
    const place = placeOf(site, spec, "sqladmin", longest);
    const network = nativeOf(spec.network);
    const way = (site.settings.gcpDatabases === "peering" ? byPeering : byEndpoint)(site, network);
    const source = sourceOf(restore);
    // A second server follows the first one's log.
    const logs = backups.pointInTime || highAvailability;
    const made = site.make(
        "instance",
        sql.DatabaseInstance,
        {
            name: place.id,
            region,
            databaseVersion: versionOf(spec),
            encryptionKeyName: place.encryption.name,
            ...source,
            settings: {
                // From PostgreSQL 16 on it would be the other one by itself, which has no such tiers.
                edition: "ENTERPRISE",
                tier,
                availabilityType: highAvailability ? "REGIONAL" : "ZONAL",
                diskType: "PD_SSD",
                // More is got in place. Less is passed over by the provider while it grows by itself, as it is on AWS.
                diskSize: storage,
                diskAutoresize: true,
                diskAutoresizeLimit: Math.min(Math.max(100, storage * 4), 65536),
                backupConfiguration: {
                    enabled: true,
                    startTime: backups.window,
                    location: region,
                    ...(engine === "postgres" ? { pointInTimeRecoveryEnabled: logs } : { binaryLogEnabled: logs }),
                    transactionLogRetentionDays: Math.min(backups.retention, mostLogDays),
                    // One a day.
                    backupRetentionSettings: { retainedBackups: backups.retention, retentionUnit: "COUNT" },
                },
                retainBackupsOnDelete: protect,
                finalBackupConfig: protect ? { enabled: true, retentionDays: 365 } : { enabled: false },
                maintenanceWindow: { ...maintenanceOf(spec), updateTrack: "stable" },
                ipConfiguration: {
                    ipv4Enabled: false,
                    ...way.server,
                    // Not the client's certificate as well: an app has a URL, and no files.
                    sslMode: "ENCRYPTED_ONLY",
                    serverCaMode: "GOOGLE_MANAGED_CAS_CA",
                    serverCertificateRotationMode: "AUTOMATIC_ROTATION_DURING_MAINTENANCE",
                },
                connectorEnforcement: "NOT_REQUIRED",
                dataApiAccess: "DISALLOW_DATA_API",
                databaseFlags: flagsOf(engine, parameters),
                insightsConfig: insightsOf(engine, tier),
                deletionProtectionEnabled: protect,
                userLabels: labels(site),
            },
            finalBackupDescription: protect ? `The last of ${site.name}` : undefined,
            deletionProtection: protect,
            ...deletion(site),
        },
        {
            main: true,
            protect,
            dependsOn: [...place.encryption.ready, ...way.before],
            // Where its data once came from is no reason to make it anew, without what it has got since; nor is that one's key,
            // with which a copy of it is encrypted.
            ignoreChanges: [
                "clone",
                "restoreBackupContext",
                ...way.stays.map((key) => `settings.ipConfiguration.${key}`),
                ...(source.clone ? ["encryptionKeyName"] : []),
            ],
            customTimeouts: { create: "90m", update: "90m", delete: "60m" },
        },
    );
    const endpoint = way.endpointOf(made);
    const grant = accounts(site, spec, { place, endpoint, server: made, network });
    return {
        id: made.name,
        host: endpoint.host,
        port: pulumi.output(ports[engine]),
        grant,
        gauges: gaugesOf(engine, pulumi.interpolate`${project}:${made.name}`),
    };
}

/** MySQL with a shared processor has no room for it. */
function insightsOf(engine: SqlEngine, tier: string) {
    if (engine === "mysql" && isShared(tier)) return { queryInsightsEnabled: false };
    return { queryInsightsEnabled: true, queryStringLength: 1024, recordApplicationTags: true };
}

function gaugesOf(engine: SqlEngine, id: pulumi.Output<string>) {
    const own = "cloudsql.googleapis.com/database/";
    return gauges(
        {
            connections: {
                metric: `${own}${engine === "postgres" ? "postgresql/num_backends" : "network/connections"}`,
                kind: "gauge",
            },
            cpu: { metric: `${own}cpu/utilization`, kind: "gauge" },
            storage: { metric: `${own}disk/utilization`, kind: "gauge" },
        },
        { resource: "cloudsql_database", labels: { database_id: id } },
    );
}
