import * as pulumi from "@pulumi/pulumi";
import * as firestore from "@pulumi/gcp/firestore";
import type { DriverOf } from "../../components/cloud";
import { encryptionKey } from "./encryption";
import type { GcpGauge } from "./gauges";
import { named } from "./names";
import { projectOf } from "./project";

/** Where `openKV` of `pulumi-mvi/runtime` keeps entries. */
const collection = "entries";

/** As long as DynamoDB can go back; Firestore itself can for 7 days. */
const backupDays = 35;

/**
 * A Firestore database of its own, paid by request. With a key of one's own only when one is given: Google lets a project use
 * one here after it has applied for it. Its default one is encrypted, too.
 */
export const kv: DriverOf<"kv"> = (site, { partitionKey, sortKey, ttl, pointInTime, key }) => {
    const { id: project, region } = projectOf(site);
    const encryption = key && encryptionKey(site, key, "firestore");
    const { protect } = site.settings;
    const database = site.make(
        "database",
        firestore.Database,
        {
            ...named(site, undefined, 63),
            locationId: region,
            type: "FIRESTORE_NATIVE",
            databaseEdition: "STANDARD",
            pointInTimeRecoveryEnablement: `POINT_IN_TIME_RECOVERY_${pointInTime ? "ENABLED" : "DISABLED"}`,
            cmekConfig: encryption && { kmsKeyName: encryption.name },
            deleteProtectionState: `DELETE_PROTECTION_${protect ? "ENABLED" : "DISABLED"}`,
            // What is protected refuses by itself. By default the database would be left behind, unseen.
            deletionPolicy: "DELETE",
        },
        { main: true, protect, dependsOn: encryption?.ready },
    );
    site.make(
        "ttl",
        firestore.Field,
        {
            database: database.name,
            collection,
            field: ttl,
            ttlConfig: {},
            // An index of times would be written at one place by everybody.
            indexConfig: { indexes: [] },
            deletionPolicy: "DELETE",
        },
        // Google writes no indexes back as nothing at all, which would be a change at each run.
        { ignoreChanges: ["indexConfig"] },
    );
    // Its backups outlive it: of what is not protected, nothing is to be left.
    if (pointInTime && protect)
        site.make("backupSchedule", firestore.BackupSchedule, {
            database: database.name,
            dailyRecurrence: {},
            retention: `${backupDays * 24 * 60 * 60}s`,
            deletionPolicy: "DELETE",
        });
    const names = new URLSearchParams({ partition_key: partitionKey.name });
    if (sortKey) names.set("sort_key", sortKey.name);
    names.set("ttl", ttl);
    const url = pulumi.interpolate`firestore://${database.name}?project=${project}&${names.toString()}`;
    return {
        id: database.name,
        url,
        grant: (access) => ({
            env: { URL: url, TABLE: database.name },
            secrets: {},
            permits: [
                {
                    role: [
                        {
                            to: site.name,
                            role: access.includes("write") ? "roles/datastore.user" : "roles/datastore.viewer",
                            // Firestore's databases have no policies of their own.
                            on: {
                                project: true,
                                only: pulumi.interpolate`resource.name == "projects/${project}/databases/${database.name}"`,
                            },
                        },
                    ],
                },
            ],
        }),
        gauges: { requests: requests(database.name) },
    };
};

function requests(database: pulumi.Output<string>): GcpGauge {
    return {
        metric: "firestore.googleapis.com/api/request_count",
        resource: "firestore.googleapis.com/Database",
        labels: { database_id: database },
        kind: "delta",
    };
}
