import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { accessLogs, logsName, writers } from "./access-logs";
import { makeBucket } from "./bucket";
import { encryptionKey } from "./encryption";
import { gauges } from "./gauges";

const read = ["s3:GetObject"];
const write = [...read, "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

/** An S3 bucket. */
export const blob: DriverOf<"blob"> = (site, { versioned, lifecycle, cors, key }) => {
    const forLogs = site.name.startsWith(logsName);
    const encryption = forLogs ? undefined : encryptionKey(site, key);
    const { bucket } = makeBucket(site, {
        versioned,
        lifecycle,
        cors,
        key: encryption?.arn,
        logs: forLogs ? undefined : accessLogs(site),
        statements: forLogs ? (made) => writers(site, made) : undefined,
    });
    const url = pulumi.interpolate`s3://${bucket.bucket}?region=${bucket.region}`;
    return {
        id: bucket.bucket,
        url,
        grant: (access) => {
            const writes = access.includes("write");
            const use = encryption?.through("s3", "kms:Decrypt", ...(writes ? ["kms:GenerateDataKey"] : []));
            return {
                env: { URL: url, BUCKET: bucket.bucket },
                secrets: {},
                permits: [
                    {
                        role: [
                            { actions: writes ? write : read, on: [pulumi.interpolate`${bucket.arn}/*`] },
                            { actions: ["s3:ListBucket"], on: [bucket.arn] },
                            ...(use ? [use] : []),
                        ],
                    },
                ],
            };
        },
        // S3 counts once a day.
        gauges: {
            ...gauges(
                "AWS/S3",
                { bytes: "BucketSizeBytes" },
                { BucketName: bucket.bucket, StorageType: "StandardStorage" },
            ),
            ...gauges(
                "AWS/S3",
                { objects: "NumberOfObjects" },
                { BucketName: bucket.bucket, StorageType: "AllStorageTypes" },
            ),
        },
    };
};
