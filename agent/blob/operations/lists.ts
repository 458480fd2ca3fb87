import { type Exchange, type Operation } from "../exchange";
import { S3Fault } from "../fault";
import { listKeys } from "../listing";
import { compareKeys } from "../order";
import { type Version } from "../records";
import { document, element, optional, type Xml } from "../xml";

/** The operations that list objects. */
export const lists: readonly Operation[] = [
    {
        name: "ListObjectsV2",
        method: "GET",
        on: "bucket",
        marks: ["list-type"],
        query: ["prefix", "delimiter", "max-keys", "encoding-type", "continuation-token", "start-after", "fetch-owner"],
        verb: "read",
        async run(exchange) {
            if (exchange.query.get("list-type") !== "2") throw new S3Fault("InvalidArgument", "list-type must be 2.");
            const token = exchange.query.get("continuation-token");
            const start = exchange.query.get("start-after");
            const after = token === undefined ? (start ?? "") : Buffer.from(token, "base64url").toString();
            const { page, rows, coded, max } = list(exchange, after);
            const next = page.next === undefined ? undefined : Buffer.from(page.next).toString("base64url");
            return {
                body: document(
                    "ListBucketResult",
                    ...head(exchange, coded, max),
                    element("KeyCount", page.keys.length + page.prefixes.length),
                    optional("ContinuationToken", token),
                    optional("StartAfter", start === undefined ? undefined : coded(start)),
                    element("IsTruncated", next !== undefined),
                    optional("NextContinuationToken", next),
                    ...rows,
                ),
            };
        },
    },
    {
        name: "ListObjects",
        method: "GET",
        on: "bucket",
        query: ["prefix", "delimiter", "max-keys", "encoding-type", "marker"],
        verb: "read",
        async run(exchange) {
            const marker = exchange.query.get("marker") ?? "";
            const { page, rows, coded, max } = list(exchange, marker);
            return {
                body: document(
                    "ListBucketResult",
                    ...head(exchange, coded, max),
                    element("Marker", coded(marker)),
                    element("IsTruncated", page.next !== undefined),
                    optional("NextMarker", page.next === undefined ? undefined : coded(page.next)),
                    ...rows,
                ),
            };
        },
    },
    {
        name: "ListObjectVersions",
        method: "GET",
        on: "bucket",
        marks: ["versions"],
        query: ["prefix", "delimiter", "max-keys", "encoding-type", "key-marker", "version-id-marker"],
        verb: "read",
        run: async (exchange) => ({ body: listVersions(exchange) }),
    },
];

/** Reads a parameter of 0 to 1000. */
export function readMax(exchange: Exchange, name: string): number {
    const text = exchange.query.get(name) ?? "1000";
    if (!/^\d{1,9}$/.test(text)) throw new S3Fault("InvalidArgument", `${name} is not a number: "${text}".`);
    return Math.min(Number(text), 1000);
}

/** How names are written: as the client asked for, since XML cannot hold all of them. */
export function coding(exchange: Exchange): (name: string) => string {
    const type = exchange.query.get("encoding-type");
    if (type === undefined) return (name) => name;
    if (type !== "url") throw new S3Fault("InvalidArgument", `encoding-type must be "url", but is "${type}".`);
    return (name) => encodeURIComponent(name).replaceAll("%2F", "/");
}

function list(exchange: Exchange, after: string) {
    const { state } = exchange.bucket();
    const [coded, max] = [coding(exchange), readMax(exchange, "max-keys")];
    const [prefix, delimiter] = [exchange.query.get("prefix") ?? "", exchange.query.get("delimiter") ?? ""];
    const page = listKeys(state.keys, (key) => state.current(key) !== undefined, { prefix, delimiter, after, max });
    const rows = page.keys.map((key) => {
        const version = state.current(key) as Version;
        return element(
            "Contents",
            element("Key", coded(key)),
            ...described(version),
            element("StorageClass", "STANDARD"),
        );
    });
    rows.push(...page.prefixes.map((one) => element("CommonPrefixes", element("Prefix", coded(one)))));
    return { page, rows, coded, max };
}

function head(exchange: Exchange, coded: (name: string) => string, max: number): (Xml | undefined)[] {
    const delimiter = exchange.query.get("delimiter");
    return [
        element("Name", exchange.bucketName),
        element("Prefix", coded(exchange.query.get("prefix") ?? "")),
        optional("Delimiter", delimiter === undefined ? undefined : coded(delimiter)),
        element("MaxKeys", max),
        optional("EncodingType", exchange.query.get("encoding-type")),
    ];
}

function described({ time, etag, size, checksum }: Version): (Xml | undefined)[] {
    return [
        element("LastModified", new Date(time).toISOString()),
        element("ETag", `"${etag}"`),
        optional("ChecksumAlgorithm", checksum?.algorithm),
        optional("ChecksumType", checksum?.type),
        element("Size", size),
    ];
}

function listVersions(exchange: Exchange): string {
    const { state } = exchange.bucket();
    const [coded, max] = [coding(exchange), readMax(exchange, "max-keys")];
    const [prefix, delimiter] = [exchange.query.get("prefix") ?? "", exchange.query.get("delimiter") ?? ""];
    const [after, afterId] = [exchange.query.get("key-marker") ?? "", exchange.query.get("version-id-marker")];

    // The marker's own key is taken up again if some of its versions are left: they follow the marker's.
    const resumed = state.versions.get(after);
    const rest = resumed?.slice(resumed.findIndex(({ id }) => id === afterId) + 1) ?? [];
    const left = afterId !== undefined && resumed && rest.length < resumed.length ? rest : [];
    const page = listKeys(state.keys, () => true, { prefix, delimiter, after, max });
    const rows: Xml[] = [];
    let last: { key: string; id?: string } | undefined;
    let more = page.next !== undefined;

    const items = [
        ...(left.length > 0 ? [{ name: after, versions: left as readonly Version[] }] : []),
        ...page.keys.map((key) => ({ name: key, versions: state.versions.get(key) })),
        ...page.prefixes.map((name) => ({ name, versions: undefined })),
    ].sort((a, b) => compareKeys(a.name, b.name));
    for (const { name, versions } of items) {
        if (!versions) {
            if (rows.length >= max) more = true;
            else [last] = [{ key: name }, rows.push(element("CommonPrefixes", element("Prefix", coded(name))))];
        }
        for (const version of versions ?? []) {
            if (rows.length >= max) more = true;
            else
                [last] = [
                    { key: name, id: version.id },
                    rows.push(versionRow(coded(name), version, state.versions.get(name))),
                ];
        }
    }
    return document(
        "ListVersionsResult",
        ...head(exchange, coded, max),
        element("KeyMarker", coded(after)),
        optional("VersionIdMarker", afterId),
        element("IsTruncated", more && max > 0),
        more && last ? element("NextKeyMarker", coded(last.key)) : undefined,
        more && last ? optional("NextVersionIdMarker", last.id) : undefined,
        ...rows,
    );
}

function versionRow(name: string, version: Version, all: readonly Version[] | undefined): Xml {
    return element(
        version.marker ? "DeleteMarker" : "Version",
        element("Key", name),
        element("VersionId", version.id),
        element("IsLatest", all?.[0] === version),
        ...(version.marker ? [element("LastModified", new Date(version.time).toISOString())] : described(version)),
        version.marker ? undefined : element("StorageClass", "STANDARD"),
    );
}
