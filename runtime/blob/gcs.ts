import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { loadPackage, RuntimeError } from "../errors";
import { readBucketUrl } from "./bucket-url";
import { type BlobDriver, type BlobEntry, type BlobWrite } from "./driver";
import { codeOf, isMissing } from "./gcs-errors";
import { fromName, partOf, toName } from "./gcs-names";
import { orMissing } from "./missing";

/** Opens a bucket of Google Cloud Storage, or of its emulator. */
export async function openGCS(url: URL): Promise<BlobDriver> {
    const { bucket: name, endpoint: given, prefix } = readBucketUrl(url);
    const endpoint = given?.replace(/\/$/, "");
    const gcs = await loadPackage(["@google-cloud/storage"], () => import("@google-cloud/storage"));
    const own = endpoint === undefined ? {} : { apiEndpoint: endpoint };
    const storage = new gcs.Storage({
        ...own,
        // What speaks plain HTTP is an emulator, which must get no credentials.
        useAuthWithCustomEndpoint: endpoint?.startsWith("https:") ?? true,
        // A write makes the whole object, or is refused by its condition: it may be sent twice.
        retryOptions: {
            idempotencyStrategy: gcs.IdempotencyStrategy.RetryAlways,
            maxRetries: 3,
            maxRetryDelay: 2,
            totalTimeout: 60,
        },
    });
    const bucket = storage.bucket(name);
    const file = (key: string) => bucket.file(toName(prefix + key));

    return {
        name: `gs://${name}${prefix === "" ? "" : `/${prefix}`}`,
        native: storage,

        async read(key, start, end) {
            // A range cannot be checked by the object's checksum; the whole is.
            const range = start === 0 && end === undefined ? {} : { start, ...(end !== undefined && { end: end - 1 }) };
            const stream = file(key).createReadStream({ ...range, decompress: false });
            return orMissing(begun(stream), isMissing);
        },

        async write(key, data, options) {
            const settings = settingsOf(options);
            try {
                if (typeof data === "string" || data instanceof Uint8Array) {
                    await file(key).save(Buffer.from(data), { ...settings, resumable: false });
                } else {
                    // Sent in parts, of which each can be sent again; there is no object before the last of them.
                    const target = file(key).createWriteStream({ ...settings, resumable: true, chunkSize: PART });
                    await pipeline(Readable.from(data, { objectMode: false }), target);
                }
            } catch (error) {
                if (!options.ifAbsent || codeOf(error) !== "Conflict") throw error;
                throw new RuntimeError("AlreadyExists", `gs://${name}/${prefix}${key}: put: it exists already`, {
                    cause: error,
                });
            }
        },

        async attributes(key) {
            const found = await orMissing(file(key).getMetadata(), isMissing);
            if (!found) return undefined;
            const [{ size, updated, etag, contentType, cacheControl, metadata = {} }] = found;
            return {
                size: Number(size),
                modified: new Date(updated ?? 0),
                etag: etag ?? "",
                contentType: contentType ?? "",
                cacheControl,
                metadata: Object.fromEntries(Object.entries(metadata).map(([at, value]) => [at, String(value)])),
            };
        },

        async list(inner, delimiter, next) {
            const [files, , answer] = await bucket.getFiles({
                prefix: partOf(prefix + inner),
                ...(delimiter && { delimiter: partOf(delimiter) }),
                pageToken: next,
                autoPaginate: false,
            });
            const page = answer as { readonly prefixes?: string[]; readonly nextPageToken?: string } | undefined;
            return { entries: entriesOf(files, page?.prefixes ?? [], prefix.length), next: page?.nextPageToken };
        },

        async delete(key) {
            await orMissing(file(key).delete(), isMissing);
        },

        async copy(from, to) {
            await file(from).copy(file(to));
        },

        async signedUrl(key, method, expiresIn, contentType) {
            const [signed] = await file(key).getSignedUrl({
                version: "v4",
                action: method === "GET" ? "read" : "write",
                // Whole seconds, as it counts them: 7 days may not become more.
                expires: (Math.floor(Date.now() / 1000) + expiresIn) * 1000,
                ...(method === "PUT" && contentType !== undefined && { contentType }),
                ...(endpoint !== undefined && { host: endpoint }),
            });
            return signed;
        },

        codeOf,
        close: () => undefined, // Its connections end by themselves when they are idle.
    };
}

/** Bytes, of which Cloud Storage wants multiples of 256 KiB. One part is held in memory. */
const PART = 8 * 1024 * 1024;

function settingsOf({ contentType, cacheControl, metadata, ifAbsent }: BlobWrite) {
    return {
        metadata: { contentType, ...(cacheControl !== undefined && { cacheControl }), metadata: { ...metadata } },
        // No generation is none: there is no such object.
        ...(ifAbsent && { preconditionOpts: { ifGenerationMatch: 0 } }),
    };
}

/** The stream, once the service has answered that it will come. */
async function begun(stream: Readable): Promise<Readable> {
    await new Promise<void>((next, fail) => {
        stream.once("error", fail);
        stream.once("response", ({ statusCode }: { statusCode: number }) => {
            if (statusCode >= 300) return; // The error follows, with what the answer says.
            stream.off("error", fail);
            next();
        });
        stream.read(0); // It asks when it is read, and not before.
    });
    return stream;
}

interface Listed {
    readonly name: string;
    readonly metadata: { readonly size?: string | number; readonly updated?: string };
}

/** The objects and the folded beginnings of a page, together in the order of their bytes. */
function entriesOf(files: readonly Listed[], prefixes: readonly string[], cut: number): BlobEntry[] {
    const objects = files.map(({ name, metadata: { size, updated } }) => ({
        key: fromName(name),
        folded: false,
        size: Number(size ?? 0),
        modified: updated === undefined ? undefined : new Date(updated),
    }));
    const folded = prefixes.map((name) => ({ key: fromName(name), folded: true, size: 0, modified: undefined }));
    return [...objects, ...folded]
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
        .map((entry) => ({ ...entry, key: entry.key.slice(cut) }));
}
