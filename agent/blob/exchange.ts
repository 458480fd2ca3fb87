import { type IncomingHttpHeaders } from "node:http";
import { type Body } from "../identity/payload";
import { type BucketStore } from "./bucket-store";
import { type BlobStore } from "./store";

/** What a permit on a bucket may be for; `manage` is for what concerns the bucket itself. */
export type Verb = "read" | "write" | "manage";

/** Exchange is one request, whose signature is verified and whose operation is permitted. */
export interface Exchange {
    readonly store: BlobStore;
    readonly method: string;
    readonly query: ReadonlyMap<string, string>;
    /** Its headers; of a presigned one, also those which stand in its query. */
    readonly headers: IncomingHttpHeaders;
    /** The bucket that it is for. @throws S3Fault NoSuchBucket */
    bucket(): BucketStore;
    /** Its name, which may not exist. */
    readonly bucketName: string;
    readonly key: string;
    /** To be called once. */
    body(): Body;
    /** Whether the signer may do `verb` on another bucket too. */
    allows(verb: Verb, bucket: string): boolean;
}

/** Reply is the answer to an exchange. */
export interface Reply {
    /** @default 200 */
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** A document, or bytes. @default - no body */
    readonly body?: string | AsyncIterable<Buffer>;
    /** Called when the body is sent or given up. */
    done?(): Promise<void>;
}

/** Operation is one of S3's operations. */
export interface Operation {
    readonly name: string;
    readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
    /** What it is on. */
    readonly on: "service" | "bucket" | "object";
    /** Parameters of the query which tell it from others. */
    readonly marks?: readonly string[];
    /** A header which tells it from others. */
    readonly header?: string;
    /** Further parameters of the query which it understands. */
    readonly query?: readonly string[];
    /** The permit it takes. Unset: the operation looks itself. */
    readonly verb?: Verb;
    run(exchange: Exchange): Promise<Reply>;
}
