import { createHash } from "node:crypto";
import { type IncomingHttpHeaders } from "node:http";
import { type BucketStore } from "./bucket-store";
import { type Checksum, newDigest } from "./checksums";
import { S3Fault } from "./fault";
import { headerOf } from "./receive";
import { type Content, type Part, type Upload } from "./records";
import { type Parsed } from "./xml";

/**
 * What the parts that a client lists are together. No byte is copied: the object is the files of its parts.
 *
 * @throws {@link S3Fault} InvalidPart, InvalidPartOrder, EntityTooSmall, BadDigest
 */
export async function assemble(
    bucket: BucketStore,
    upload: Upload,
    parts: ReadonlyMap<number, Part>,
    listed: readonly Parsed[],
    headers: IncomingHttpHeaders,
): Promise<Content> {
    if (listed.length === 0) throw new S3Fault("MalformedXML", "At least one part must be listed.");
    const chosen = listed.map((one) => choose(one, parts));
    if (chosen.some(({ number }, at) => at > 0 && number <= chosen[at - 1].number))
        throw new S3Fault("InvalidPartOrder");
    const small = chosen.slice(0, -1).find(({ segment }) => segment.size < MIN_PART);
    if (small)
        throw new S3Fault(
            "EntityTooSmall",
            `Part ${small.number} has ${small.segment.size} bytes: the least is ${MIN_PART}.`,
        );

    const segments = chosen.map(({ segment }) => segment);
    const sizes = segments.map(({ size }) => size);
    const size = sizes.reduce((sum, one) => sum + one, 0);
    const told = headers["x-amz-mp-object-size"];
    if (told !== undefined && Number(told) !== size) {
        throw new S3Fault(
            "InvalidRequest",
            `x-amz-mp-object-size is ${String(told)}, but the parts have ${size} bytes.`,
        );
    }
    const md5 = createHash("md5");
    for (const { etag } of chosen) md5.update(etag, "hex");
    const etag = `${md5.digest("hex")}-${chosen.length}`;
    const checksum = await together(bucket, upload, chosen);
    const claimed = checksum && headers[headerOf(checksum.algorithm)];
    if (claimed !== undefined && claimed !== checksum?.value) throw new S3Fault("BadDigest");
    return { size, etag, segments, headers: upload.headers, parts: sizes, checksum };
}

const MIN_PART = 5 * 1024 * 1024;

function choose(one: Parsed, parts: ReadonlyMap<number, Part>): Part {
    const part = parts.get(Number(one.text("PartNumber")));
    const etag = one.text("ETag")?.replaceAll('"', "");
    if (!part || part.etag !== etag)
        throw new S3Fault("InvalidPart", `Part ${one.text("PartNumber")} was not uploaded, or is another.`);
    const claimed = part.checksum && one.text(`Checksum${part.checksum.algorithm}`);
    if (claimed !== undefined && claimed !== part.checksum?.value) throw new S3Fault("InvalidPart");
    return part;
}

async function together(bucket: BucketStore, upload: Upload, chosen: readonly Part[]): Promise<Checksum | undefined> {
    const { algorithm, checksumType: type } = upload;
    if (!algorithm || !type) return undefined;
    const digest = newDigest(algorithm);
    if (type === "COMPOSITE") {
        for (const { checksum } of chosen) digest.update(Buffer.from(checksum?.value ?? "", "base64"));
        return { algorithm, type, value: `${digest.digest().toString("base64")}-${chosen.length}` };
    }
    const segments = chosen.map(({ segment }) => segment);
    const size = segments.reduce((sum, segment) => sum + segment.size, 0);
    for await (const piece of bucket.files.read(segments, 0, size)) digest.update(piece);
    return { algorithm, type, value: digest.digest().toString("base64") };
}
