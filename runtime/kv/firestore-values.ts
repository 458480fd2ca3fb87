import { RuntimeError } from "../errors";
import { type StoredEntry } from "./driver";

/** Store says where the entries are, and by which fields. */
export interface Store {
    readonly database: string;
    readonly project: string | undefined;
    readonly collection: string;
    /** Names of fields. */
    readonly partition: string;
    readonly sort: string | undefined;
    readonly ttl: string | undefined;
    readonly endpoint: string | undefined;
}

/** A document, and its values, as Firestore's REST API has them: https://cloud.google.com/firestore/docs/reference/rest */
export interface Document {
    readonly name: string;
    readonly fields?: Fields;
    readonly updateTime: string;
}
export type Fields = Readonly<Record<string, Value>>;
export type Value =
    | { readonly stringValue: string }
    | { readonly integerValue: string }
    | { readonly doubleValue: number }
    | { readonly timestampValue: string };

export const VALUE = "value";
export const VERSION = "version";

/** A number is kept as one, and what is not as JSON. */
export function fieldsOf({ place, value, version, expires }: StoredEntry, { partition, sort, ttl }: Store): Fields {
    return {
        [partition]: { stringValue: place.partition },
        ...(sort !== undefined && { [sort]: { stringValue: place.sort ?? "" } }),
        [VALUE]: typeof value === "number" ? numberOf(value) : { stringValue: value.json },
        [VERSION]: { stringValue: version },
        ...(ttl !== undefined &&
            expires !== undefined && { [ttl]: { timestampValue: new Date(expires * 1000).toISOString() } }),
    };
}

export function entryOf({ name, fields = {} }: Document, { partition, sort, ttl }: Store): StoredEntry {
    const text = (field: string) => (fields[field] as { stringValue?: string } | undefined)?.stringValue;
    const { stringValue: json, integerValue, doubleValue } = (fields[VALUE] ?? {}) as Record<string, unknown>;
    const number = integerValue ?? doubleValue;
    const [first, second, version] = [text(partition), sort && text(sort), text(VERSION)];
    const whole = first !== undefined && (sort === undefined || second !== undefined) && version !== undefined;
    if (!whole || (json ?? number) === undefined)
        throw new RuntimeError("Invalid", `firestore: ${name} is no entry: it was not put by openKV`);
    const until = ttl && (fields[ttl] as { timestampValue?: string } | undefined)?.timestampValue;
    return {
        place: { partition: first, ...(sort !== undefined && { sort: second }) },
        value: number === undefined ? { json: json as string } : Number(number),
        version,
        ...(until && { expires: Math.floor(Date.parse(until) / 1000) }),
    };
}

/** Firestore has whole numbers of 64 bits, which JavaScript has not. */
function numberOf(value: number): Value {
    // -0 is none of its whole numbers.
    return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { integerValue: String(value) }
        : { doubleValue: value };
}
