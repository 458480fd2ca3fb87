import * as pulumi from "@pulumi/pulumi";
import * as s3 from "@pulumi/aws/s3";
import type { BlobSpec } from "../../components/blob";
import type { Site } from "../../components/site";
import type { AccessLogs } from "./access-logs";
import { document } from "./grants";
import { prefixed } from "./names";
import { tags } from "./tags";

/** BucketArgs is what distinguishes one bucket of ours from another. */
export interface BucketArgs extends Pick<BlobSpec, "versioned" | "lifecycle" | "cors"> {
    /** The ARN of the key that encrypts it. @default S3's own: for logs, whose writers can use no other */
    readonly key?: pulumi.Input<string>;
    /** The bucket which gets a line for each request. @default none */
    readonly logs?: AccessLogs;
    /** Statements of its policy, besides those that every bucket has. @default none */
    statements?(bucket: s3.Bucket): readonly object[];
}

/** A private bucket with all that makes it one. What is put into it waits for `ready`. */
export function makeBucket(
    site: Site,
    { versioned, lifecycle, cors, key, logs, statements }: BucketArgs,
): { bucket: s3.Bucket; ready: pulumi.Resource[] } {
    const bucket = site.make(
        "bucket",
        s3.Bucket,
        {
            ...prefixed(site.name, 63, "bucketPrefix", "bucket"),
            forceDestroy: !site.settings.protect,
            tags: tags(site),
        },
        { main: true, protect: site.settings.protect },
    );
    const of = { bucket: bucket.id };
    const closed = site.make("publicAccess", s3.BucketPublicAccessBlock, {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    });
    const owned = site.make("ownership", s3.BucketOwnershipControls, {
        ...of,
        rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    const encrypted = site.make("encryption", s3.BucketServerSideEncryptionConfiguration, {
        ...of,
        rules: [
            {
                applyServerSideEncryptionByDefault: key
                    ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: key }
                    : { sseAlgorithm: "AES256" },
                bucketKeyEnabled: key !== undefined,
                blockedEncryptionTypes: ["SSE-C"],
            },
        ],
    });
    const versions = site.make("versioning", s3.BucketVersioning, {
        ...of,
        versioningConfiguration: { status: versioned ? "Enabled" : "Suspended" },
    });
    site.make(
        "lifecycle",
        s3.BucketLifecycleConfiguration,
        { ...of, rules: rulesOf(lifecycle) },
        { dependsOn: versions },
    );
    const policy = site.make(
        "policy",
        s3.BucketPolicy,
        { ...of, policy: document([...overTls(bucket), ...(statements?.(bucket) ?? [])]) },
        // S3 refuses two changes of a bucket's access at the same time.
        { dependsOn: [closed, owned] },
    );
    if (cors.length) {
        site.make("cors", s3.BucketCorsConfiguration, {
            ...of,
            corsRules: cors.map(({ origins, methods, headers, maxAge }) => ({
                allowedOrigins: origins,
                allowedMethods: methods,
                allowedHeaders: headers,
                exposeHeaders: ["ETag"],
                maxAgeSeconds: maxAge,
            })),
        });
    }
    if (logs) {
        const target = { targetBucket: logs.bucket.id, targetPrefix: `s3/${site.name}/` };
        site.make("logging", s3.BucketLogging, { ...of, ...target }, { dependsOn: logs.ready });
    }
    return { bucket, ready: [closed, owned, encrypted, versions, policy] };
}

/** What is deleted by itself: always what an upload that was cut off has left, and marks of what is all gone. */
function rulesOf(lifecycle: BlobSpec["lifecycle"]): s3.BucketLifecycleConfigurationArgs["rules"] {
    return [
        {
            id: "leftovers",
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            // A rule that expires objects itself clears the marks too.
            ...(lifecycle.some(({ prefix, expire }) => prefix === "" && expire !== undefined)
                ? {}
                : { expiration: { expiredObjectDeleteMarker: true } }),
        },
        ...lifecycle.map(({ prefix, expire, expireOld }, index) => ({
            id: `rule-${index + 1}`,
            status: "Enabled",
            filter: { prefix },
            expiration: expire === undefined ? undefined : { days: expire },
            noncurrentVersionExpiration: expireOld === undefined ? undefined : { noncurrentDays: expireOld },
        })),
    ];
}

function overTls(bucket: s3.Bucket): object[] {
    const all = {
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "s3:*",
        Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
    };
    return [
        { Sid: "OnlyTls", ...all, Condition: { Bool: { "aws:SecureTransport": "false" } } },
        { Sid: "OnlyNewTls", ...all, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    ];
}
