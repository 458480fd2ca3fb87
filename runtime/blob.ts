import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type BlobDriver, type BlobAttributes, type BlobData, type BlobEntry } from "./blob/driver";
import { openDriver } from "./blob/drivers";
import { RuntimeError } from "./errors";

export { type BlobAttributes, type BlobData, type BlobEntry } from "./blob/driver";

/**
 * Opens the objects at `url`, such as a link has put into the environment: `openBlob(process.env.UPLOADS_URL)`.
 *
 * - `s3://<bucket>?region=<region>&endpoint=<url>&prefix=<prefix>` is a bucket in Amazon S3, or in what speaks its
 *   protocol at `endpoint`. It takes the packages `@aws-sdk/client-s3` and `@aws-sdk/s3-request-presigner`.
 * - `gs://<bucket>?endpoint=<url>&prefix=<prefix>` is a bucket in Google Cloud Storage, or in its emulator at `endpoint`.
 *   It takes the package `@google-cloud/storage`. Whoever has no private key, such as a container, may sign URLs with the
 *   role `roles/iam.serviceAccountTokenCreator` on its own service account, which a link to a `Blob` gives.
 *
 * With `prefix`, every key is taken to begin so. The credentials are those of the app's surroundings.
 *
 * @throws {@link RuntimeError} Invalid, NotInstalled. Whether the bucket is there shows at the first use.
 */
export async function openBlob(url: string | undefined): Promise<Blob> {
    return new Blob(await openDriver(url));
}

/** PutOptions says what is kept with an object, and when it is made. */
export interface PutOptions {
    /** @default "text/plain; charset=utf-8" for a string, else "application/octet-stream" */
    readonly contentType?: string;
    readonly cacheControl?: string;
    /** Names are in lower case. @default none */
    readonly metadata?: Readonly<Record<string, string>>;
    /** Only makes a new object, and fails with AlreadyExists if there is one. @default false: replaces it */
    readonly ifAbsent?: boolean;
}

export interface StreamOptions {
    /** The first byte wanted. @default 0 */
    readonly start?: number;
    /** The byte before which it ends. @default the object's end */
    readonly end?: number;
}

export interface ListOptions {
    /** Only keys which begin so. @default "": all */
    readonly prefix?: string;
    /** Folds keys which have it after the prefix into one entry, up to it: "/" lists as if there were folders. @default none */
    readonly delimiter?: string;
}

export interface SignedUrlOptions {
    /** @default "GET" */
    readonly method?: "GET" | "PUT";
    /** Seconds, 1 to 604800 (7 days). The credentials of a cloud's machine may end earlier. @default 900 */
    readonly expiresIn?: number;
    /** What an upload must be sent with as its Content-Type header. For PUT. @default any */
    readonly contentType?: string;
}

/**
 * Blob is named objects of bytes. A change is whole or has not happened, and whoever reads after it sees it. A key is
 * text of 1 to 1024 bytes in UTF-8.
 *
 * Each method fails with a {@link RuntimeError}: Denied, Invalid, Unavailable, and what it says itself.
 */
export class Blob {
    /** Use {@link openBlob}. */
    constructor(private readonly driver: BlobDriver) {}

    /** The vendor's own client, for what this does not do: of `s3://`, an `S3Client`; of `gs://`, a `Storage`. */
    get native(): unknown {
        return this.driver.native;
    }

    /** The bytes of `key`; undefined if there is none. For what fits into memory. */
    async get(key: string): Promise<Uint8Array | undefined> {
        const body = await this.run("get", key, () => this.driver.read(key, 0, undefined));
        return body && new Uint8Array(await this.run("get", key, () => buffer(body)));
    }

    /** The text of `key`; undefined if there is none. */
    async getText(key: string): Promise<string | undefined> {
        const bytes = await this.get(key);
        return bytes && new TextDecoder().decode(bytes);
    }

    /** The bytes of `key`, or some of them, as they come. @throws NotFound, and Invalid if it begins after the end */
    async stream(key: string, { start = 0, end }: StreamOptions = {}): Promise<Readable> {
        if (!isCount(start) || (end !== undefined && (!isCount(end) || end <= start))) {
            throw new RuntimeError(
                "Invalid",
                `${this.at(key)}: stream: it cannot be from byte ${start} to before ${end}`,
            );
        }
        const body = await this.run("stream", key, () => this.driver.read(key, start, end));
        if (!body) throw new RuntimeError("NotFound", `${this.at(key)}: stream: there is no such object`);
        return Readable.from(body, { objectMode: false });
    }

    /** Makes `key`, or replaces it. A stream may be of any length, and is never kept whole. @throws AlreadyExists */
    async put(key: string, data: BlobData, options: PutOptions = {}): Promise<void> {
        const contentType = typeof data === "string" ? "text/plain; charset=utf-8" : "application/octet-stream";
        const put = { contentType, metadata: {}, ifAbsent: false, ...options };
        await this.run("put", key, () => this.driver.write(key, data, put));
    }

    /** What is known of `key`; undefined if there is none. */
    async attributes(key: string): Promise<BlobAttributes | undefined> {
        return this.run("attributes", key, () => this.driver.attributes(key));
    }

    async exists(key: string): Promise<boolean> {
        return (await this.attributes(key)) !== undefined;
    }

    /** The objects, in the order of their keys' bytes, in UTF-8. They are fetched as the loop goes. */
    async *list({ prefix = "", delimiter = "" }: ListOptions = {}): AsyncGenerator<BlobEntry> {
        let next: string | undefined;
        do {
            const after = next;
            const page = await this.run("list", undefined, () => this.driver.list(prefix, delimiter, after));
            yield* page.entries;
            next = page.next;
        } while (next !== undefined);
    }

    /** Deletes `key`. It is no fault if there is none. */
    async delete(key: string): Promise<void> {
        await this.run("delete", key, () => this.driver.delete(key));
    }

    /** Makes `to` what `from` is, with all that is kept with it. The bytes do not pass through the app. @throws NotFound */
    async copy(from: string, to: string): Promise<void> {
        this.check("copy", to);
        await this.run("copy", from, () => this.driver.copy(from, to));
    }

    /**
     * A URL by which whoever has it may get `key`, or put it, until it expires: for browsers. Nothing is sent to make it,
     * but on GCP without a private key, where Google signs it.
     */
    async signedUrl(key: string, options: SignedUrlOptions = {}): Promise<string> {
        const { method = "GET", expiresIn = 900, contentType } = options;
        if (!isCount(expiresIn) || expiresIn < 1 || expiresIn > WEEK) {
            const rule = `expiresIn must be 1 to ${WEEK} whole seconds, but is ${expiresIn}`;
            throw new RuntimeError("Invalid", `${this.at(key)}: signedUrl: ${rule}`);
        }
        return this.run("signedUrl", key, () => this.driver.signedUrl(key, method, expiresIn, contentType));
    }

    /** Ends its connections. */
    close(): void {
        this.driver.close();
    }

    private async run<T>(action: string, key: string | undefined, work: () => Promise<T>): Promise<T> {
        if (key !== undefined) this.check(action, key);
        try {
            return await work();
        } catch (error) {
            if (error instanceof RuntimeError) throw error;
            const { message } = error as Error;
            throw new RuntimeError(this.driver.codeOf(error), `${this.at(key)}: ${action}: ${message}`, {
                cause: error,
            });
        }
    }

    private check(action: string, key: string): void {
        const size = typeof key === "string" ? Buffer.byteLength(key) : 0;
        if (size >= 1 && size <= 1024 && isUnicode(key)) return;
        const got = JSON.stringify(key)?.slice(0, 100);
        throw new RuntimeError(
            "Invalid",
            `${this.driver.name}: ${action}: a key must be text of 1 to 1024 bytes, but is ${got}`,
        );
    }

    private at(key: string | undefined): string {
        return key === undefined ? this.driver.name : `${this.driver.name}/${key}`;
    }
}

const WEEK = 7 * 24 * 60 * 60;

function isCount(value: number): boolean {
    return Number.isSafeInteger(value) && value >= 0;
}

/** Half a surrogate pair has no bytes in UTF-8: two such keys could be one. */
function isUnicode(text: string): boolean {
    return Buffer.from(text).toString() === text;
}
