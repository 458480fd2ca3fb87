import { type ErrorCode } from "../errors";

/** Place is where an entry stands. `sort` is there if, and only if, the table has a sort key. */
export interface Place {
    readonly partition: string;
    readonly sort?: string;
}

/** StoredEntry is an entry as it is kept, which may have expired. */
export interface StoredEntry {
    readonly place: Place;
    /** A number, or anything else as JSON. */
    readonly value: number | { readonly json: string };
    /** Differs for each write of the entry. */
    readonly version: string;
    /** Seconds since 1970. */
    readonly expires?: number;
}

/** Condition is what must hold of an entry at the moment of a write. What has expired by `now` counts as absent. */
export interface Condition {
    readonly is: "absent" | "expired" | "version";
    readonly version?: string;
    /** Seconds since 1970. */
    readonly now: number;
}

/**
 * KvDriver is what a cloud implements: reads see every write that was answered before, and a write is whole or not at
 * all. Arguments are checked already. It may reject with any error, of which `codeOf` tells the code.
 */
export interface KvDriver {
    /** For messages: `dynamodb://sessions`. */
    readonly name: string;
    readonly native: unknown;
    readonly sorted: boolean;
    /** Whether entries that expire are removed at some time. */
    readonly expires: boolean;
    get(place: Place): Promise<StoredEntry | undefined>;
    /** False, with nothing done, if the condition does not hold. */
    put(entry: StoredEntry, condition?: Condition): Promise<boolean>;
    /** The same; true if there is none and no condition. */
    delete(place: Place, condition?: Condition): Promise<boolean>;
    /** The new number; undefined, with nothing done, if what is there has expired. Must fail with Invalid on no number. */
    increment(place: Place, by: number, version: string, now: number): Promise<number | undefined>;
    /** All whose sort key begins with `prefix`, within the partition; without a sort key, whose key does. In order of UTF-8. */
    list(partition: string | undefined, prefix: string): AsyncIterable<StoredEntry>;
    codeOf(error: unknown): ErrorCode;
    close(): void;
}
