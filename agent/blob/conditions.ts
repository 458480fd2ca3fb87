import { type IncomingHttpHeaders } from "node:http";
import { type Check } from "./bucket-store";
import { S3Fault } from "./fault";
import { type Version } from "./records";

/**
 * Looks at If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since, in the order of RFC 9110.
 *
 * @param prefix of the headers' names: `x-amz-copy-source-` for a copy's source, which is never "not modified".
 * @throws {@link S3Fault} PreconditionFailed, NotModified
 */
export function checkRead(headers: IncomingHttpHeaders, version: Version, prefix = ""): void {
    const get = (name: string) => headers[`${prefix}${name}`] as string | undefined;
    const [match, noneMatch] = [get("if-match"), get("if-none-match")];
    const [since, unmodified] = [seconds(get("if-modified-since")), seconds(get("if-unmodified-since"))];
    const modified = Math.floor(version.time / 1000);

    if (match !== undefined ? !matches(match, version) : unmodified !== undefined && modified > unmodified) {
        throw new S3Fault("PreconditionFailed");
    }
    if (noneMatch !== undefined ? matches(noneMatch, version) : since !== undefined && modified <= since) {
        if (prefix !== "") throw new S3Fault("PreconditionFailed");
        throw new S3Fault("NotModified", undefined, {
            etag: `"${version.etag}"`,
            "last-modified": httpDate(version.time),
        });
    }
}

/** The check of a conditional write: `If-None-Match: *` makes only what is not there, `If-Match` changes only what is known. */
export function writeCheck(headers: IncomingHttpHeaders): Check {
    const [match, noneMatch] = [headers["if-match"], headers["if-none-match"]];
    if (noneMatch !== undefined && noneMatch !== "*") {
        throw new S3Fault("NotImplemented", 'If-None-Match must be "*" when writing.');
    }
    return (current) => {
        if (noneMatch !== undefined && current) throw new S3Fault("PreconditionFailed");
        if (match === undefined) return;
        if (!current) throw new S3Fault("NoSuchKey");
        if (!matches(match, current)) throw new S3Fault("PreconditionFailed");
    };
}

/**
 * The bytes that a Range header asks for, `end` excluded; undefined if it asks for all, or for several ranges, which S3
 * takes for all.
 * @throws {@link S3Fault} InvalidRange
 */
export function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
    const range = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
    if (!range || (range[1] === "" && range[2] === "")) return undefined;
    const [first, last] = [range[1], range[2]].map((text) => (text === "" ? undefined : Number(text)));
    if (first !== undefined && last !== undefined && last < first) return undefined;
    const start = first ?? Math.max(size - (last ?? 0), 0);
    const end = first === undefined || last === undefined ? size : Math.min(last + 1, size);
    if (start >= size || end <= start)
        throw new S3Fault("InvalidRange", undefined, { "content-range": `bytes */${size}` });
    return { start, end };
}

/** As in Last-Modified: `Sat, 21 Nov 2026 09:50:13 GMT`. */
export function httpDate(time: number): string {
    return new Date(time).toUTCString();
}

function matches(header: string, version: Version): boolean {
    return header.split(",").some((tag) => {
        const bare = tag.trim().replace(/^W\//, "").replaceAll('"', "");
        return bare === "*" || bare === version.etag;
    });
}

/** A date that cannot be read is as if it were not there (RFC 9110, 13.1.3). */
function seconds(date: string | undefined): number | undefined {
    const time = Date.parse(date ?? "");
    return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
