import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { accessLogs, logsName } from "./access-logs";
import { makeBucket } from "./bucket";
import { encryptionKey } from "./encryption";
import { gauges } from "./gauges";
import type { Statement } from "./grants";

/** Who has no private key has Google sign URLs with its own, one of the account's. */
const signing: Statement = { to: "itself", role: "roles/iam.serviceAccountTokenCreator", on: { itself: true } };

/** A bucket of Cloud Storage, in the stack's region. */
export const blob: DriverOf<"blob"> = (site, { versioned, lifecycle, cors, key }) => {
    const encryption = encryptionKey(site, key, "storage");
    const forLogs = site.name.startsWith(logsName);
    const bucket = makeBucket(site, {
        versioned,
        lifecycle,
        cors,
        key: encryption.name,
        logs: forLogs ? undefined : accessLogs(site),
        ready: encryption.ready,
    });
    const url = pulumi.interpolate`gs://${bucket.name}`;
    return {
        id: bucket.name,
        url,
        grant: (access) => {
            const role = access.includes("write") ? "roles/storage.objectUser" : "roles/storage.objectViewer";
            return {
                env: { URL: url, BUCKET: bucket.name },
                secrets: {},
                permits: [{ role: [{ to: site.name, role, on: { bucket: bucket.name } }, signing] }],
            };
        },
        // Cloud Storage counts once a day.
        gauges: gauges(
            {
                bytes: { metric: "storage.googleapis.com/storage/v2/total_bytes", kind: "gauge" },
                objects: { metric: "storage.googleapis.com/storage/v2/total_count", kind: "gauge" },
            },
            { resource: "gcs_bucket", labels: { bucket_name: bucket.name } },
        ),
    };
};
