import { checkRead, httpDate, readRange, writeCheck } from "../conditions";
import { copy } from "../copy";
import { type Exchange, type Operation, type Reply } from "../exchange";
import { S3Fault } from "../fault";
import { contentHeaders, versionHeaders } from "../headers";
import { headerOf, receive, receiveXml } from "../receive";
import { type Content, type Version } from "../records";
import { document, element, optional } from "../xml";

const OVERRIDES = [
    "content-type",
    "content-language",
    "expires",
    "cache-control",
    "content-disposition",
    "content-encoding",
];
const READ = ["versionId", "partNumber", ...OVERRIDES.map((name) => `response-${name}`)];

/** The operations on objects. */
export const objects: readonly Operation[] = [
    {
        name: "GetObject",
        method: "GET",
        on: "object",
        query: READ,
        verb: "read",
        run: async (exchange) => get(exchange, true),
    },
    {
        name: "HeadObject",
        method: "HEAD",
        on: "object",
        query: READ,
        verb: "read",
        run: async (exchange) => get(exchange, false),
    },
    {
        name: "PutObject",
        method: "PUT",
        on: "object",
        verb: "write",
        async run(exchange) {
            const bucket = exchange.bucket();
            const [headers, check] = [contentHeaders(exchange.headers), writeCheck(exchange.headers)];
            // Now, to spare the transfer, and again when it is there.
            check(bucket.state.current(exchange.key));
            const { segment, etag, checksum } = await receive(exchange, bucket.files);
            const content: Content = { size: segment.size, etag, segments: [segment], headers, checksum };
            const version = await bucket.put(exchange.key, content, check);
            return { headers: { ...versionHeaders(bucket, version), ...checksumHeaders(version) } };
        },
    },
    {
        name: "CopyObject",
        method: "PUT",
        on: "object",
        header: "x-amz-copy-source",
        verb: "write",
        run: copy,
    },
    {
        name: "DeleteObject",
        method: "DELETE",
        on: "object",
        query: ["versionId"],
        verb: "write",
        async run(exchange) {
            const check = writeCheck(exchange.headers);
            const { id, marker } = await exchange
                .bucket()
                .delete(exchange.key, exchange.query.get("versionId"), (current) => {
                    if (current || exchange.headers["if-match"] === undefined) check(current);
                });
            return { status: 204, headers: deleted(id, marker) };
        },
    },
    {
        name: "DeleteObjects",
        method: "POST",
        on: "bucket",
        marks: ["delete"],
        verb: "write",
        run: deleteMany,
    },
];

function get(exchange: Exchange, withBody: boolean): Reply {
    const bucket = exchange.bucket();
    const version = find(exchange);
    checkRead(exchange.headers, version);
    const part = partRange(version, exchange.query.get("partNumber"));
    const asked = part ?? readRange(exchange.headers.range, version.size);
    const { start, end } = asked ?? { start: 0, end: version.size };
    const headers = {
        ...version.headers,
        ...overrides(exchange),
        ...versionHeaders(bucket, version),
        "last-modified": httpDate(version.time),
        "accept-ranges": "bytes",
        "content-length": String(end - start),
        ...(asked ? { "content-range": `bytes ${start}-${end - 1}/${version.size}` } : {}),
        ...(part ? { "x-amz-mp-parts-count": String(version.parts?.length ?? 1) } : {}),
        // The checksum is of the whole: of a part of it, a client would find it wrong.
        ...(exchange.headers["x-amz-checksum-mode"] === "ENABLED" && !asked ? checksumHeaders(version) : {}),
    };
    const status = asked ? 206 : 200;
    if (!withBody) return { status, headers };
    const done = bucket.files.hold(version.segments);
    return { status, headers, body: bucket.files.read(version.segments, start, end), done };
}

function find(exchange: Exchange): Version {
    const bucket = exchange.bucket();
    const id = exchange.query.get("versionId");
    const versions = bucket.state.versions.get(exchange.key) ?? [];
    const version = id === undefined ? versions[0] : versions.find((other) => other.id === id);
    if (!version) throw new S3Fault(id === undefined ? "NoSuchKey" : "NoSuchVersion");
    if (!version.marker) return version;
    const headers = deleted(version.id, true);
    throw id === undefined
        ? new S3Fault("NoSuchKey", undefined, headers)
        : new S3Fault("MethodNotAllowed", "This version is a delete marker.", headers);
}

function partRange(version: Version, number: string | undefined): { start: number; end: number } | undefined {
    if (number === undefined) return undefined;
    const sizes = version.parts ?? [version.size];
    const at = Number(number) - 1;
    if (!/^\d{1,5}$/.test(number) || sizes[at] === undefined) throw new S3Fault("InvalidRange");
    const start = sizes.slice(0, at).reduce((sum, size) => sum + size, 0);
    return { start, end: start + sizes[at] };
}

function overrides(exchange: Exchange): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const name of OVERRIDES) {
        const value = exchange.query.get(`response-${name}`);
        if (value === undefined) continue;
        if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
            throw new S3Fault("InvalidArgument", `response-${name} is no header.`);
        headers[name] = value;
    }
    return headers;
}

function checksumHeaders({ checksum }: Version): Record<string, string> {
    if (!checksum) return {};
    return { [headerOf(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type };
}

function deleted(id: string | undefined, marker: boolean): Record<string, string> {
    return {
        ...(id === undefined ? {} : { "x-amz-version-id": id }),
        ...(marker ? { "x-amz-delete-marker": "true" } : {}),
    };
}

async function deleteMany(exchange: Exchange): Promise<Reply> {
    const xml = await receiveXml(exchange, "Delete");
    const wanted = xml
        .all("Object")
        .map((one) => ({ key: one.text("Key"), id: one.text("VersionId"), etag: one.text("ETag") }));
    if (wanted.length === 0 || wanted.length > 1000)
        throw new S3Fault("MalformedXML", "DeleteObjects takes 1 to 1000 keys.");
    const quiet = xml.text("Quiet") === "true";
    const bucket = exchange.bucket();
    const rows = await Promise.all(
        wanted.map(async ({ key, id, etag }) => {
            const names = [element("Key", key ?? ""), optional("VersionId", id)];
            try {
                if (!key) throw new S3Fault("MalformedXML");
                const check = writeCheck(etag === undefined ? {} : { "if-match": etag });
                const gone = await bucket.delete(key, id, check);
                const marked = gone.marker
                    ? [element("DeleteMarker", true), optional("DeleteMarkerVersionId", gone.id)]
                    : [];
                return quiet ? undefined : element("Deleted", ...names, ...marked);
            } catch (error) {
                if (!(error instanceof S3Fault)) throw error;
                return element("Error", ...names, element("Code", error.code), element("Message", error.message));
            }
        }),
    );
    return { body: document("DeleteResult", ...rows) };
}
