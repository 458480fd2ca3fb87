import { isAlgorithm, newDigest } from "../checksums";
import { assemble } from "../assemble";
import { writeCheck } from "../conditions";
import { copyResult, copySource, holding } from "../copy";
import { type Exchange, type Operation } from "../exchange";
import { S3Fault } from "../fault";
import { contentHeaders, versionHeaders } from "../headers";
import { compareKeys } from "../order";
import { headerOf, receive, receiveXml } from "../receive";
import { type Part } from "../records";
import { document, element, optional } from "../xml";
import { coding, readMax } from "./lists";

/** The operations of uploads in parts. */
export const uploads: readonly Operation[] = [
    {
        name: "CreateMultipartUpload",
        method: "POST",
        on: "object",
        marks: ["uploads"],
        verb: "write",
        async run(exchange) {
            const algorithm = String(exchange.headers["x-amz-checksum-algorithm"] ?? "");
            const asked = String(exchange.headers["x-amz-checksum-type"] ?? "");
            if (algorithm !== "" && !isAlgorithm(algorithm)) {
                throw new S3Fault("InvalidRequest", `x-amz-checksum-algorithm is none: "${algorithm}".`);
            }
            const natural = algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
            if (asked !== "" && (algorithm === "" || !typesOf(algorithm).includes(asked))) {
                throw new S3Fault(
                    "InvalidRequest",
                    `The checksum type ${asked} does not go with ${algorithm || "no algorithm"}.`,
                );
            }
            const chosen = algorithm === "" ? {} : { algorithm, checksumType: (asked || natural) as "COMPOSITE" };
            const headers = contentHeaders(exchange.headers);
            const upload = await exchange.bucket().begin({ key: exchange.key, headers, ...chosen });
            return {
                body: document(
                    "InitiateMultipartUploadResult",
                    element("Bucket", exchange.bucketName),
                    element("Key", exchange.key),
                    element("UploadId", upload.id),
                ),
            };
        },
    },
    {
        name: "UploadPart",
        method: "PUT",
        on: "object",
        marks: ["partNumber", "uploadId"],
        verb: "write",
        async run(exchange) {
            const bucket = exchange.bucket();
            const [id, number] = [uploadId(exchange), partNumber(exchange)];
            const { upload } = bucket.upload(id, exchange.key);
            const received = await receive(exchange, bucket.files, upload.algorithm);
            await bucket.addPart(id, { number, time: Date.now(), ...received });
            const { checksum, etag } = received;
            return {
                headers: { etag: `"${etag}"`, ...(checksum ? { [headerOf(checksum.algorithm)]: checksum.value } : {}) },
            };
        },
    },
    {
        name: "UploadPartCopy",
        method: "PUT",
        on: "object",
        marks: ["partNumber", "uploadId"],
        header: "x-amz-copy-source",
        verb: "write",
        async run(exchange) {
            const bucket = exchange.bucket();
            const [id, number] = [uploadId(exchange), partNumber(exchange)];
            const { algorithm } = bucket.upload(id, exchange.key).upload;
            const source = copySource(exchange);
            const [md5, sum] = [newDigest("MD5"), algorithm && newDigest(algorithm)];
            const segment = await holding(source.bucket, source.version, () =>
                bucket.files.write(
                    source.bucket.files.read(source.version.segments, source.start, source.end),
                    (piece) => {
                        md5.update(piece);
                        sum?.update(piece);
                    },
                ),
            );
            const value = sum?.digest().toString("base64");
            const checksum = algorithm && value ? { algorithm, value, type: "FULL_OBJECT" as const } : undefined;
            const part: Part = { number, segment, etag: md5.digest().toString("hex"), time: Date.now(), checksum };
            await bucket.addPart(id, part);
            return { body: copyResult("CopyPartResult", part) };
        },
    },
    {
        name: "CompleteMultipartUpload",
        method: "POST",
        on: "object",
        marks: ["uploadId"],
        verb: "write",
        async run(exchange) {
            const bucket = exchange.bucket();
            const id = uploadId(exchange);
            bucket.upload(id, exchange.key);
            const listed = (await receiveXml(exchange, "CompleteMultipartUpload")).all("Part");
            const made = await bucket.complete(
                id,
                exchange.key,
                (upload, parts) => assemble(bucket, upload, parts, listed, exchange.headers),
                writeCheck(exchange.headers),
            );
            const { etag: _, ...headers } = versionHeaders(bucket, made);
            return {
                headers,
                body: document(
                    "CompleteMultipartUploadResult",
                    element("Location", `/${exchange.bucketName}/${encodeURIComponent(exchange.key)}`),
                    element("Bucket", exchange.bucketName),
                    element("Key", exchange.key),
                    element("ETag", `"${made.etag}"`),
                    made.checksum && element(`Checksum${made.checksum.algorithm}`, made.checksum.value),
                    optional("ChecksumType", made.checksum?.type),
                ),
            };
        },
    },
    {
        name: "AbortMultipartUpload",
        method: "DELETE",
        on: "object",
        marks: ["uploadId"],
        verb: "write",
        async run(exchange) {
            await exchange.bucket().abort(uploadId(exchange), exchange.key);
            return { status: 204 };
        },
    },
    {
        name: "ListParts",
        method: "GET",
        on: "object",
        marks: ["uploadId"],
        query: ["max-parts", "part-number-marker"],
        verb: "read",
        async run(exchange) {
            const id = uploadId(exchange);
            const { upload, parts } = exchange.bucket().upload(id, exchange.key);
            const [max, after] = [
                readMax(exchange, "max-parts"),
                Number(exchange.query.get("part-number-marker") ?? 0),
            ];
            const rest = [...parts.values()].filter((part) => part.number > after).sort((a, b) => a.number - b.number);
            const page = rest.slice(0, max);
            return {
                body: document(
                    "ListPartsResult",
                    element("Bucket", exchange.bucketName),
                    element("Key", exchange.key),
                    element("UploadId", id),
                    element("PartNumberMarker", after),
                    optional("NextPartNumberMarker", page.at(-1)?.number),
                    element("MaxParts", max),
                    element("IsTruncated", rest.length > page.length),
                    optional("ChecksumAlgorithm", upload.algorithm),
                    optional("ChecksumType", upload.checksumType),
                    ...page.map(({ number, segment, etag, time, checksum }) =>
                        element(
                            "Part",
                            element("PartNumber", number),
                            element("LastModified", new Date(time).toISOString()),
                            element("ETag", `"${etag}"`),
                            element("Size", segment.size),
                            checksum && element(`Checksum${checksum.algorithm}`, checksum.value),
                        ),
                    ),
                ),
            };
        },
    },
    {
        name: "ListMultipartUploads",
        method: "GET",
        on: "bucket",
        marks: ["uploads"],
        query: ["prefix", "max-uploads", "key-marker", "upload-id-marker", "encoding-type"],
        verb: "read",
        async run(exchange) {
            const [coded, max] = [coding(exchange), readMax(exchange, "max-uploads")];
            const prefix = exchange.query.get("prefix") ?? "";
            const [key, id] = [exchange.query.get("key-marker") ?? "", exchange.query.get("upload-id-marker") ?? ""];
            const rest = [...exchange.bucket().state.uploads.values()]
                .map(({ upload }) => upload)
                .filter((upload) => upload.key.startsWith(prefix))
                .filter(
                    (upload) => compareKeys(upload.key, key) > 0 || (upload.key === key && id !== "" && upload.id > id),
                )
                .sort((a, b) => compareKeys(a.key, b.key) || (a.id < b.id ? -1 : 1));
            const page = rest.slice(0, max);
            const last = rest.length > page.length ? page.at(-1) : undefined;
            return {
                body: document(
                    "ListMultipartUploadsResult",
                    element("Bucket", exchange.bucketName),
                    element("Prefix", coded(prefix)),
                    element("KeyMarker", coded(key)),
                    element("UploadIdMarker", id),
                    last && element("NextKeyMarker", coded(last.key)),
                    optional("NextUploadIdMarker", last?.id),
                    optional("EncodingType", exchange.query.get("encoding-type")),
                    element("MaxUploads", max),
                    element("IsTruncated", last !== undefined),
                    ...page.map((upload) =>
                        element(
                            "Upload",
                            element("Key", coded(upload.key)),
                            element("UploadId", upload.id),
                            element("Initiated", new Date(upload.time).toISOString()),
                            element("StorageClass", "STANDARD"),
                            optional("ChecksumAlgorithm", upload.algorithm),
                        ),
                    ),
                ),
            };
        },
    },
];

/** Of the SHAs there is no checksum of the whole without reading it anew, and of CRC64NVME S3 knows no other. */
function typesOf(algorithm: string): readonly string[] {
    if (algorithm.startsWith("SHA")) return ["COMPOSITE"];
    return algorithm === "CRC64NVME" ? ["FULL_OBJECT"] : ["COMPOSITE", "FULL_OBJECT"];
}

function uploadId(exchange: Exchange): string {
    return exchange.query.get("uploadId") ?? "";
}

function partNumber(exchange: Exchange): number {
    const text = exchange.query.get("partNumber") ?? "";
    const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > 10_000)
        throw new S3Fault("InvalidArgument", `partNumber must be 1 to 10000, but is "${text}".`);
    return number;
}
