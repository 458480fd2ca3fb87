import type * as pulumi from "@pulumi/pulumi";
import * as storage from "@pulumi/gcp/storage";
import type { BlobSpec, LifecycleSpec } from "../../components/blob";
import type { Site } from "../../components/site";
import { deletion } from "./guard";
import { labels } from "./labels";
import { named, unique } from "./names";
import { projectOf } from "./project";

/** BucketArgs is what distinguishes one bucket of ours from another. */
export interface BucketArgs extends Pick<BlobSpec, "versioned" | "lifecycle" | "cors"> {
    /** The name of the key that encrypts it. */
    readonly key: pulumi.Input<string>;
    /** The bucket which gets a line for each request. @default none */
    readonly logs?: pulumi.Input<string>;
    /** What must be there before it: the grant on its key. */
    readonly ready: pulumi.Resource[];
}

/** A private bucket with all that makes it one. */
export function makeBucket(site: Site, { versioned, lifecycle, cors, key, logs, ready }: BucketArgs): storage.Bucket {
    return site.make(
        "bucket",
        storage.Bucket,
        {
            ...bucketName(site),
            location: projectOf(site).region,
            uniformBucketLevelAccess: true,
            publicAccessPrevention: "enforced",
            versioning: { enabled: versioned },
            // Old versions are what brings back: Google would keep all that is deleted for a week more, the bucket too, and
            // bill for both.
            softDeletePolicy: { retentionDurationSeconds: 0 },
            encryption: { defaultKmsKeyName: key },
            logging: logs === undefined ? undefined : { logBucket: logs, logObjectPrefix: `gcs/${site.name}` },
            lifecycleRules: rulesOf(lifecycle),
            cors: cors.map(({ origins, methods, headers, maxAge }) => ({
                origins,
                methods,
                // Google has one list for both: what a page may send, and what it may see.
                responseHeaders: [...new Set([...headers, "ETag"])],
                maxAgeSeconds: maxAge,
            })),
            forceDestroy: !site.settings.protect,
            labels: labels(site),
            ...deletion(site),
        },
        { main: true, protect: site.settings.protect, dependsOn: ready },
    );
}

/** Google's own name and what looks like it is no part of a bucket's. */
const reserved = /g[o0]{2,}g/;

function bucketName(site: Site): { name?: pulumi.Output<string> } {
    if (!reserved.test(site.name)) return named(site, undefined, 63);
    const shown = Object.create(site, { name: { value: site.name.replace(/g[o0]{2,}g/g, "gg") } }) as Site;
    return { name: unique(shown, undefined, 63) };
}

/** What is deleted by itself: always what an upload that was cut off has left. */
function rulesOf(lifecycle: readonly LifecycleSpec[]): storage.BucketArgs["lifecycleRules"] {
    const remove = { type: "Delete" };
    return [
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
        ...lifecycle.flatMap(({ prefix, expire, expireOld }) => {
            const of = prefix === "" ? {} : { matchesPrefixes: [prefix] };
            return [
                ...(expire === undefined
                    ? []
                    : [{ action: remove, condition: { ...of, age: expire, withState: "LIVE" } }]),
                ...(expireOld === undefined
                    ? []
                    : [
                          {
                              action: remove,
                              condition: { ...of, daysSinceNoncurrentTime: expireOld, withState: "ARCHIVED" },
                          },
                      ]),
            ];
        }),
    ];
}
