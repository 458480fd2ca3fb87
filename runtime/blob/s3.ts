import type * as sdk from "@aws-sdk/client-s3";
import { codeOfAws } from "../codes";
import { loadPackage } from "../errors";
import { readBucketUrl } from "./bucket-url";
import { type BlobDriver, type BlobEntry } from "./driver";
import { orMissing } from "./missing";
import { isMissing } from "./s3-errors";
import { writeS3 } from "./s3-write";

const PACKAGES = ["@aws-sdk/client-s3", "@aws-sdk/s3-request-presigner"];

/** Opens a bucket of Amazon S3, or of what speaks its protocol. */
export async function openS3(url: URL): Promise<BlobDriver> {
    const { bucket, endpoint, prefix } = readBucketUrl(url, ["region"]);
    const region = url.searchParams.get("region") ?? undefined;
    const s3 = await loadPackage(PACKAGES, () => import("@aws-sdk/client-s3"));
    const own = endpoint === undefined ? {} : { endpoint, forcePathStyle: true };
    const settings = { ...(region === undefined ? {} : { region }), ...own };
    const client = new s3.S3Client(settings);
    const at = (key: string) => ({ Bucket: bucket, Key: prefix + key });

    return {
        name: `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`,
        native: client,

        async read(key, start, end) {
            const Range =
                start === 0 && end === undefined ? undefined : `bytes=${start}-${end === undefined ? "" : end - 1}`;
            const found = await orMissing(client.send(new s3.GetObjectCommand({ ...at(key), Range })), isMissing);
            return found?.Body as AsyncIterable<Uint8Array> | undefined;
        },

        write: (key, data, options) => writeS3(s3, client, at(key), data, options),

        async attributes(key) {
            const found = await orMissing(client.send(new s3.HeadObjectCommand(at(key))), isMissing);
            return (
                found && {
                    size: found.ContentLength ?? 0,
                    modified: found.LastModified ?? new Date(0),
                    etag: found.ETag ?? "",
                    contentType: found.ContentType ?? "",
                    cacheControl: found.CacheControl,
                    metadata: found.Metadata ?? {},
                }
            );
        },

        async list(inner, delimiter, next) {
            const page = await client.send(
                new s3.ListObjectsV2Command({
                    Bucket: bucket,
                    Prefix: prefix + inner,
                    Delimiter: delimiter || undefined,
                    ContinuationToken: next,
                    // XML cannot hold every key.
                    EncodingType: "url",
                }),
            );
            return { entries: entriesOf(page, prefix.length), next: page.NextContinuationToken };
        },

        async delete(key) {
            await client.send(new s3.DeleteObjectCommand(at(key)));
        },

        async copy(from, to) {
            const CopySource = `${bucket}/${(prefix + from).split("/").map(encodeURIComponent).join("/")}`;
            await client.send(new s3.CopyObjectCommand({ ...at(to), CopySource }));
        },

        async signedUrl(key, method, expiresIn, contentType) {
            const { getSignedUrl } = await loadPackage(PACKAGES, () => import("@aws-sdk/s3-request-presigner"));
            const put = new s3.PutObjectCommand({ ...at(key), ContentType: contentType });
            // Else it would sign the checksum of an empty body.
            const { credentials } = client.config;
            const signer = new s3.S3Client({ ...settings, credentials, requestChecksumCalculation: "WHEN_REQUIRED" });
            if (method === "GET") return getSignedUrl(signer, new s3.GetObjectCommand(at(key)), { expiresIn });
            return getSignedUrl(signer, put, {
                expiresIn,
                signableHeaders: new Set(contentType === undefined ? ["host"] : ["content-type", "host"]),
            });
        },

        codeOf: codeOfAws,
        close: () => client.destroy(),
    };
}

/** The objects and the folded beginnings of a page, together in the order of their bytes. */
function entriesOf(page: sdk.ListObjectsV2CommandOutput, cut: number): BlobEntry[] {
    const name = (coded: string | undefined) => decodeURIComponent((coded ?? "").replaceAll("+", " "));
    const objects = (page.Contents ?? []).map(({ Key, Size, LastModified }) => ({
        key: name(Key),
        folded: false,
        size: Size ?? 0,
        modified: LastModified,
    }));
    const folded = (page.CommonPrefixes ?? []).map(({ Prefix }) => ({
        key: name(Prefix),
        folded: true,
        size: 0,
        modified: undefined,
    }));
    return [...objects, ...folded]
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
        .map((entry) => ({ ...entry, key: entry.key.slice(cut) }));
}
