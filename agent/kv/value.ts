/** The attribute values of DynamoDB, in the form of its wire protocol: `{ S: "text" }`. */

import Big from "big.js";
import { invalid } from "./fault";

export type Item = Record<string, Value>;

/** Value has exactly one member, named by its type. Binary is base64; a number is a decimal text of up to 38 digits. */
export interface Value {
    S?: string;
    N?: string;
    B?: string;
    BOOL?: boolean;
    NULL?: boolean;
    L?: Value[];
    M?: Item;
    SS?: string[];
    NS?: string[];
    BS?: string[];
}

export type Type = keyof Value;

/** The most that one item may have, names included. */
export const ITEM_LIMIT = 400 * 1024;

/** An item without a prototype: an attribute may have any name. */
export function newItem(from?: Item): Item {
    return Object.assign(Object.create(null) as Item, from);
}

export function typeOf(value: Value): Type {
    return Object.keys(value)[0] as Type;
}

/** Checks an item from a client, and brings numbers and binaries to the one form that they are compared in. */
export function readItem(raw: unknown, where: string): Item {
    if (!isObject(raw)) throw invalid(`${where} must be a map of attribute values.`);
    const item = newItem();
    for (const [name, value] of Object.entries(raw)) item[name] = readValue(value, where);
    return item;
}

/** The same for one value. */
export function readValue(raw: unknown, where: string, depth = 0): Value {
    const entries = isObject(raw) ? Object.entries(raw).filter(([, part]) => part !== undefined && part !== null) : [];
    if (entries.length !== 1) {
        throw invalid(
            entries.length === 0
                ? `Supplied AttributeValue is empty, must contain exactly one of the supported datatypes (${where})`
                : `Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes (${where})`,
        );
    }
    if (depth > 32) throw invalid("Nesting Levels have exceeded supported limits");
    const [type, part] = entries[0];
    const reader = Object.hasOwn(READERS, type) ? READERS[type as Type] : undefined;
    if (!reader) throw invalid(`Supplied AttributeValue has the unknown datatype ${type} (${where})`);
    return { [type]: reader(part, where, depth) };
}

/** The decimal text of a number, or a fault if it is none, or too large or too fine. */
export function readNumber(raw: unknown): string {
    const text = String(raw);
    if (typeof raw !== "string" || text.length > 512 || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$/.test(text)) {
        throw invalid("The parameter cannot be converted to a numeric value: " + text.slice(0, 64));
    }
    return fitNumber(new Big(text));
}

/** The text of `number`, if DynamoDB can hold it. */
export function fitNumber(number: Big): string {
    if (number.c.length > 38) throw invalid("Attempting to store more than 38 significant digits in a Number");
    if (number.e > 125)
        throw invalid("Number overflow. Attempting to store a number with magnitude larger than supported range");
    if (number.e < -130)
        throw invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range");
    return number.c[0] === 0 ? "0" : number.toFixed();
}

/** The size that counts against {@link ITEM_LIMIT}, in bytes. */
export function itemSize(item: Item): number {
    return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
}

/** Whether both are the same: sets and maps in any order, lists in theirs. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
    if (!a || !b || typeOf(a) !== typeOf(b)) return false;
    if (a.L && b.L) return a.L.length === b.L.length && a.L.every((part, at) => same(part, b.L?.[at]));
    if (a.M && b.M) {
        const other = b.M;
        const names = Object.keys(a.M);
        return names.length === Object.keys(other).length && names.every((name) => same(a.M?.[name], other[name]));
    }
    const [left, right] = [Object.values(a)[0] as unknown, Object.values(b)[0] as unknown];
    if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
    return left.length === right.length && left.every((part) => right.includes(part));
}

/** Orders two numbers, two strings or two binaries; undefined for others, which have no order. */
export function compare(a: Value, b: Value): number | undefined {
    if (a.N !== undefined && b.N !== undefined) return new Big(a.N).cmp(b.N);
    if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
    if (a.B !== undefined && b.B !== undefined) return Buffer.compare(bytes(a.B), bytes(b.B));
    return undefined;
}

export function bytes(base64: string): Buffer {
    return Buffer.from(base64, "base64");
}

export function isObject(raw: unknown): raw is Record<string, unknown> {
    return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

const READERS: Record<Type, (part: unknown, where: string, depth: number) => unknown> = {
    S: text,
    N: readNumber,
    B: binary,
    BOOL: flag,
    NULL(part, where) {
        if (part !== true)
            throw invalid(
                `One or more parameter values were invalid: Null attribute value types must have the value of true (${where})`,
            );
        return true;
    },
    L: (part, where, depth) => list(part, where).map((each) => readValue(each, where, depth + 1)),
    M(part, where, depth) {
        if (!isObject(part)) throw invalid(`A map is expected (${where})`);
        const map = newItem();
        for (const [name, value] of Object.entries(part)) map[name] = readValue(value, where, depth + 1);
        return map;
    },
    SS: (part, where) =>
        set(
            list(part, where).map((each) => text(each, where)),
            "string",
        ),
    NS: (part, where) => set(list(part, where).map(readNumber), "number"),
    BS: (part, where) =>
        set(
            list(part, where).map((each) => binary(each, where)),
            "binary",
        ),
};

function text(part: unknown, where: string): string {
    if (typeof part !== "string") throw invalid(`A string is expected (${where})`);
    return part;
}

function binary(part: unknown, where: string): string {
    return bytes(text(part, where)).toString("base64");
}

function flag(part: unknown, where: string): boolean {
    if (typeof part !== "boolean") throw invalid(`A boolean is expected (${where})`);
    return part;
}

function list(part: unknown, where: string): unknown[] {
    if (!Array.isArray(part)) throw invalid(`A list is expected (${where})`);
    return part;
}

function set(parts: string[], what: string): string[] {
    if (parts.length === 0)
        throw invalid(`One or more parameter values were invalid: An ${what} set  may not be empty`);
    if (new Set(parts).size < parts.length) {
        throw invalid(`One or more parameter values were invalid: Input collection contains duplicates`);
    }
    return parts;
}

function valueSize(value: Value): number {
    if (value.S !== undefined) return Buffer.byteLength(value.S);
    if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, "").length / 2) + 1;
    if (value.B !== undefined) return bytes(value.B).length;
    if (value.L) return 3 + value.L.reduce((sum, part) => sum + 1 + valueSize(part), 0);
    if (value.M) return 3 + Object.keys(value.M).length + itemSize(value.M);
    if (value.SS) return value.SS.reduce((sum, S) => sum + valueSize({ S }), 0);
    if (value.NS) return value.NS.reduce((sum, N) => sum + valueSize({ N }), 0);
    if (value.BS) return value.BS.reduce((sum, B) => sum + valueSize({ B }), 0);
    return 1;
}
