import { type IncomingHttpHeaders } from "node:http";
import { type BucketStore } from "./bucket-store";
import { S3Fault } from "./fault";
import { type Version } from "./records";

/**
 * The headers of a request that its object keeps, to give them back.
 *
 * @throws {@link S3Fault} NotImplemented for headers that ask for what local does not do: none is passed over in silence.
 */
export function contentHeaders(headers: IncomingHttpHeaders): Record<string, string> {
    for (const [name, value] of Object.entries(headers)) {
        if (!isKnown(name, String(value)))
            throw new S3Fault("NotImplemented", `The header ${name} is not implemented on local.`);
    }
    const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
    for (const [name, value] of Object.entries(headers)) {
        if (typeof value === "string" && (KEPT.includes(name) || name.startsWith("x-amz-meta-"))) kept[name] = value;
    }
    // The framing of the transfer is none of the object's own encoding.
    const own = (kept["content-encoding"] ?? "").split(",").filter((one) => !["", "aws-chunked"].includes(one.trim()));
    if (own.length > 0) kept["content-encoding"] = own.join(",").trim();
    else delete kept["content-encoding"];
    return kept;
}

/** The headers that name a version. */
export function versionHeaders(bucket: BucketStore, version: Version): Record<string, string> {
    const named = bucket.state.settings.versioning !== undefined;
    return { etag: `"${version.etag}"`, ...(named ? { "x-amz-version-id": version.id } : {}) };
}

const KEPT = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];

/** Refused because each would be a promise: encryption by a key, locks, tags, readers in public, another class. */
function isKnown(name: string, value: string): boolean {
    if (name === "x-amz-server-side-encryption") return value === "AES256";
    if (name === "x-amz-acl") return value === "private" || value === "bucket-owner-full-control";
    if (name === "x-amz-storage-class") return value === "STANDARD";
    return !/^x-amz-(server-side-encryption-|object-lock-|tagging$|grant-|website-|write-offset)/.test(name);
}
