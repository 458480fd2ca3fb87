import { type ErrorCode } from "../errors";

/** BlobData is what can be put: bytes, text, or a stream of bytes, Node's or the web's. */
export type BlobData = Uint8Array | string | AsyncIterable<Uint8Array>;

export interface BlobAttributes {
    /** Bytes. */
    readonly size: number;
    readonly modified: Date;
    /** Differs when the content does. */
    readonly etag: string;
    readonly contentType: string;
    readonly cacheControl: string | undefined;
    readonly metadata: Readonly<Record<string, string>>;
}

/** BlobEntry is one line of a list. */
export interface BlobEntry {
    /** Of an object; or, with `folded`, the beginning that some keys have in common, up to the delimiter. */
    readonly key: string;
    readonly folded: boolean;
    /** Bytes. 0 if folded. */
    readonly size: number;
    /** Unset if folded. */
    readonly modified: Date | undefined;
}

export interface BlobWrite {
    readonly contentType: string;
    readonly cacheControl?: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly ifAbsent: boolean;
}

/**
 * BlobDriver is what a cloud implements. Arguments are checked already. It may reject with any error, of which `codeOf`
 * tells the code.
 */
export interface BlobDriver {
    /** For messages: `s3://uploads`. */
    readonly name: string;
    readonly native: unknown;
    /** The bytes from `start` to before `end`; undefined if there is no such object. */
    read(key: string, start: number, end: number | undefined): Promise<AsyncIterable<Uint8Array> | undefined>;
    /** Must fail with AlreadyExists if `ifAbsent` and it is there, and must leave nothing half written. */
    write(key: string, data: BlobData, options: BlobWrite): Promise<void>;
    attributes(key: string): Promise<BlobAttributes | undefined>;
    /** One page, beginning where `next` of the page before said. */
    list(prefix: string, delimiter: string, next?: string): Promise<{ entries: BlobEntry[]; next?: string }>;
    /** Must succeed if there is none. */
    delete(key: string): Promise<void>;
    /** Must fail with NotFound if there is no `from`. */
    copy(from: string, to: string): Promise<void>;
    signedUrl(key: string, method: "GET" | "PUT", expiresIn: number, contentType?: string): Promise<string>;
    codeOf(error: unknown): ErrorCode;
    close(): void;
}
