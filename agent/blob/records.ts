import { type Algorithm, type Checksum } from "./checksums";
import { type Segment } from "./files";

/** Settings are what a bucket is set to. */
export interface Settings {
    /** Unset: never was versioned. */
    readonly versioning?: "Enabled" | "Suspended";
    readonly lifecycle: readonly LifecycleRule[];
    readonly cors: readonly CorsRule[];
}

export interface LifecycleRule {
    /** The keys that it is for begin so: "" is for all. */
    readonly prefix: string;
    /** Days after which an object expires. */
    readonly expireAfterDays?: number;
    /** Days after which a version goes, from when a newer one took its place. */
    readonly expireNoncurrentAfterDays?: number;
}

export interface CorsRule {
    /** `https://app.test`, with one `*` at most. */
    readonly origins: readonly string[];
    readonly methods: readonly string[];
    /** Request headers, with one `*` at most in each. */
    readonly headers: readonly string[];
    readonly maxAgeSeconds: number;
}

/** Content is what an object is: its bytes and what is said of them. */
export interface Content {
    readonly size: number;
    /** Without quotes. */
    readonly etag: string;
    readonly segments: readonly Segment[];
    /** Headers to be given back: content-type and such, and x-amz-meta-*. */
    readonly headers: Readonly<Record<string, string>>;
    readonly checksum?: Checksum;
    /** The sizes of its parts, if it came in parts. */
    readonly parts?: readonly number[];
}

/** Version is one state of an object. */
export interface Version extends Content {
    /** `null` for what was put while the bucket was not versioned. */
    readonly id: string;
    /** When it was put: milliseconds since 1970. */
    readonly time: number;
    /** It says that the object is deleted. */
    readonly marker?: true;
}

/** Part is one part of an upload. */
export interface Part {
    readonly number: number;
    readonly segment: Segment;
    readonly etag: string;
    readonly time: number;
    readonly checksum?: Checksum;
}

/** Upload is an object that comes in parts. */
export interface Upload {
    readonly id: string;
    readonly key: string;
    readonly time: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly algorithm?: Algorithm;
    readonly checksumType?: Checksum["type"];
}

/** Change is one record of a bucket's journal. */
export type Change =
    | { readonly do: "set"; readonly settings: Settings }
    | { readonly do: "put"; readonly key: string; readonly version: Version; readonly upload?: string }
    | { readonly do: "delete"; readonly key: string; readonly id: string }
    | { readonly do: "begin"; readonly upload: Upload }
    | { readonly do: "part"; readonly upload: string; readonly part: Part }
    | { readonly do: "abort"; readonly upload: string };
