import { SignatureFault } from "../identity/sigv4";
import { split } from "../identity/claim";
import { type Operation } from "./exchange";
import { S3Fault } from "./fault";
import { buckets } from "./operations/buckets";
import { lists } from "./operations/lists";
import { objects } from "./operations/objects";
import { uploads } from "./operations/uploads";

/** Target is what a request line points at, path style. */
export interface Target {
    /** "" for the service itself. */
    readonly bucket: string;
    /** "" for the bucket itself. */
    readonly key: string;
    readonly query: ReadonlyMap<string, string>;
}

/** Reads the target as it came: "..", "//" and such are plain parts of a key. @throws {@link S3Fault} */
export function readTarget(url: string): Target {
    if (!url.startsWith("/")) throw new S3Fault("InvalidURI");
    try {
        const [path, query] = split(url);
        const slash = path.indexOf("/", 1);
        const bucket = decodeURIComponent(slash < 0 ? path.slice(1) : path.slice(1, slash));
        const key = slash < 0 ? "" : decodeURIComponent(path.slice(slash + 1));
        if (Buffer.byteLength(key) > 1024) throw new S3Fault("KeyTooLongError");
        return { bucket, key, query: new Map(query) };
    } catch (error) {
        if (error instanceof SignatureFault || error instanceof URIError) throw new S3Fault("InvalidURI");
        throw error;
    }
}

/** The operation that a request asks for. @throws {@link S3Fault} NotImplemented, MethodNotAllowed */
export function route(method: string, { bucket, key, query }: Target, headers: object): Operation {
    const on = bucket === "" ? "service" : key === "" ? "bucket" : "object";
    const weight = ({ marks = [], header }: Operation) => marks.length + (header === undefined ? 0 : 1);
    const fitting = OPERATIONS.filter(
        (operation) =>
            operation.on === on &&
            operation.method === method &&
            (operation.marks ?? []).every((mark) => query.has(mark)) &&
            (operation.header === undefined || operation.header in headers),
    ).sort((a, b) => weight(b) - weight(a));
    const operation = fitting[0] as Operation | undefined;
    if (!operation) throw query.size > 0 ? new S3Fault("NotImplemented") : new S3Fault("MethodNotAllowed");
    // Passed over, "?acl" or "?tagging" would make a plain put of what was meant to be something else.
    const known = new Set([...(operation.marks ?? []), ...(operation.query ?? []), "x-id"]);
    const other = [...query.keys()].find((name) => !known.has(name) && !/^x-amz-/i.test(name));
    if (other !== undefined)
        throw new S3Fault("NotImplemented", `"${other}" of ${operation.name} is not implemented on local.`);
    return operation;
}

const OPERATIONS: readonly Operation[] = [...buckets, ...lists, ...objects, ...uploads];
