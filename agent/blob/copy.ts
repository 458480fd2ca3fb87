import { type BucketStore } from "./bucket-store";
import { checkRead, readRange, writeCheck } from "./conditions";
import { type Exchange, type Reply } from "./exchange";
import { S3Fault } from "./fault";
import { contentHeaders, versionHeaders } from "./headers";
import { type Content, type Version } from "./records";
import { document, element, optional } from "./xml";

/** CopyObject: the new object shares its bytes with the old one, on disks that can. */
export async function copy(exchange: Exchange): Promise<Reply> {
    const target = exchange.bucket();
    const source = copySource(exchange);
    const replace = exchange.headers["x-amz-metadata-directive"] === "REPLACE";
    const given = contentHeaders(exchange.headers);
    if (source.bucket === target && source.key === exchange.key && !replace && source.id === undefined) {
        throw new S3Fault(
            "InvalidRequest",
            "This copy onto itself changes nothing: give x-amz-metadata-directive: REPLACE.",
        );
    }
    const { version } = source;
    const content = await holding(source.bucket, version, async (): Promise<Content> => {
        const segments = await target.files.adopt(source.bucket.files, version.segments);
        const { size, etag, checksum, parts } = version;
        return { size, etag, checksum, parts, segments, headers: replace ? given : version.headers };
    });
    const made = await target.put(exchange.key, content, writeCheck(exchange.headers));
    const from: Record<string, string> = {};
    if (source.bucket.state.settings.versioning) from["x-amz-copy-source-version-id"] = version.id;
    return {
        headers: { ...versionHeaders(target, made), ...from },
        body: copyResult("CopyObjectResult", made),
    };
}

/** The source of a copy, checked for permit and conditions, and the range of it that is asked for. */
export function copySource(exchange: Exchange): CopySource {
    const header = String(exchange.headers["x-amz-copy-source"]);
    const [path, query] = header.replace(/^\//, "").split("?versionId=");
    let decoded: string;
    try {
        decoded = decodeURIComponent(path);
    } catch {
        throw new S3Fault("InvalidArgument", `x-amz-copy-source is not percent-encoded: "${header}".`);
    }
    const slash = decoded.indexOf("/");
    const [name, key] = [decoded.slice(0, slash), decoded.slice(slash + 1)];
    if (slash <= 0 || key === "")
        throw new S3Fault("InvalidArgument", `x-amz-copy-source must be bucket/key: "${header}".`);
    const bucket = exchange.store.bucket(name);
    if (!exchange.allows("read", name)) throw new S3Fault("AccessDenied", `You may not read the bucket "${name}".`);

    const versions = bucket.state.versions.get(key) ?? [];
    const version = query === undefined ? versions[0] : versions.find(({ id }) => id === query);
    if (!version || version.marker) throw new S3Fault(query === undefined ? "NoSuchKey" : "NoSuchVersion");
    checkRead(exchange.headers, version, "x-amz-copy-source-");
    const range = exchange.headers["x-amz-copy-source-range"];
    const asked = range === undefined ? undefined : readRange(String(range), version.size);
    return { bucket, key, version, id: query, ...(asked ?? { start: 0, end: version.size }) };
}

export interface CopySource {
    readonly bucket: BucketStore;
    readonly key: string;
    readonly version: Version;
    /** The version that was asked for. Unset: the current one. */
    readonly id: string | undefined;
    readonly start: number;
    readonly end: number;
}

/** Runs `work` while the bytes of `version` stay, even if it is deleted meanwhile. */
export async function holding<T>(bucket: BucketStore, version: Version, work: () => Promise<T>): Promise<T> {
    const release = bucket.files.hold(version.segments);
    try {
        return await work();
    } finally {
        await release();
    }
}

/** The document that tells what a copy made. */
export function copyResult(root: string, made: Pick<Version, "time" | "etag" | "checksum">): string {
    return document(
        root,
        element("LastModified", new Date(made.time).toISOString()),
        element("ETag", `"${made.etag}"`),
        made.checksum && optional(`Checksum${made.checksum.algorithm}`, made.checksum.value),
    );
}
