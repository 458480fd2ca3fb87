/** Where an item stands: bytes whose order is the order of the items of one partition. */

import Big from "big.js";
import { type KeyAttribute, type TableDefinition } from "./definition";
import { invalid } from "./fault";
import { bytes, type Item, newItem, type Value } from "./value";

/** DynamoDB's letters for the types of keys. */
export const LETTER = { string: "S", number: "N", binary: "B" } as const;

/** The key attributes of a table: one or two. */
export function keyAttributes(table: TableDefinition): KeyAttribute[] {
    return table.sortKey ? [table.partitionKey, table.sortKey] : [table.partitionKey];
}

/** The place of an item, from its key attributes: others are not looked at. */
export function keyOf(table: TableDefinition, item: Item): Buffer {
    if (table.sortKey) checkPart(table.sortKey, item[table.sortKey.name], 1024);
    const prefix = partition(table, item[table.partitionKey.name]);
    return table.sortKey ? Buffer.concat([prefix, encode(item[table.sortKey.name])]) : prefix;
}

/** The place of an item named by a request's `Key`, which has the key attributes and no others. */
export function keyOfExactly(table: TableDefinition, key: Item): Buffer {
    if (Object.keys(key).length !== keyAttributes(table).length) {
        throw invalid("The provided key element does not match the schema");
    }
    return keyOf(table, key);
}

/** The start of the places of a partition: its length comes first, so that no partition's start is another's. */
export function partition(table: TableDefinition, value: Value): Buffer {
    checkPart(table.partitionKey, value, 2048);
    const encoded = encode(value);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(encoded.length);
    return Buffer.concat([length, encoded]);
}

/** The bytes of a sort key, in its order. */
export function encode(value: Value): Buffer {
    if (value.S !== undefined) return Buffer.from(value.S);
    return value.B !== undefined ? bytes(value.B) : number(value.N ?? "0");
}

/** The key attributes alone. */
export function keyPart(table: TableDefinition, item: Item): Item {
    const key = newItem();
    for (const { name } of keyAttributes(table)) key[name] = item[name];
    return key;
}

/** Just behind everything that begins with `prefix`; undefined if there is no such place. */
export function after(prefix: Buffer): Buffer | undefined {
    let end = prefix.length;
    while (end > 0 && prefix[end - 1] === 0xff) end--;
    if (end === 0) return undefined;
    const next = Buffer.from(prefix.subarray(0, end));
    next[end - 1]++;
    return next;
}

function checkPart({ name, type }: KeyAttribute, value: Value | undefined, limit: number): asserts value is Value {
    if (!value) throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    const part = value[LETTER[type]];
    if (part === undefined) {
        throw invalid(
            `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${LETTER[type]} actual: ${Object.keys(value)[0]}`,
        );
    }
    if (part === "") {
        throw invalid(
            `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
        );
    }
    if (encode(value).length > limit) {
        throw invalid(
            `One or more parameter values were invalid: Size of key ${name} exceeds the limit of ${limit} bytes`,
        );
    }
}

/** Sign, exponent, digits; a negative number with all bits turned, so that the larger magnitude comes first. */
function number(text: string): Buffer {
    const value = new Big(text);
    if (value.c[0] === 0) return Buffer.from([0x80]);
    const exponent = value.e + 0x200;
    const magnitude = Buffer.from([0x81, exponent >> 8, exponent & 0xff, ...value.c.map((digit) => digit + 1), 0]);
    return value.s > 0 ? magnitude : Buffer.from(magnitude.map((byte, at) => (at === 0 ? 0x7f : 0xff - byte)));
}
