/** Where things stand in the store's one file: a letter for the sort of thing, the table, and what is its own. */

import { type Table } from "./definition";
import { type Item } from "./value";

export const SPACES = { expiry: 0x45, history: 0x48, item: 0x49, serial: 0x53, table: 0x54, token: 0x58 } as const;

/** The place of a thing; without its last parts, the start of the places of all such things. */
export function place(space: keyof typeof SPACES, serial?: number, ...parts: readonly Buffer[]): Buffer {
    const head = Buffer.alloc(serial === undefined ? 1 : 5);
    head[0] = SPACES[space];
    if (serial !== undefined) head.writeUInt32BE(serial, 1);
    return Buffer.concat([head, ...parts]);
}

/** The place in the order of expiry of an item that expires: one, or none. */
export function expiryPlaces(table: Table, key: Buffer, item: Item | undefined): Buffer[] {
    const seconds = table.ttl === undefined ? NaN : Number(item?.[table.ttl]?.N);
    // What is no time, or lies beyond what 5 bytes hold, never expires.
    if (!(seconds >= 0 && seconds < 2 ** 40)) return [];
    return [place("expiry", table.serial, fixed(Math.floor(seconds), 5), key)];
}

/** A number in `width` bytes, in order. */
export function fixed(value: number, width: number): Buffer {
    const buffer = Buffer.alloc(width);
    buffer.writeUIntBE(value, 0, width);
    return buffer;
}

/** Where a change stands in the history: its time in milliseconds, and its number among those of that time. */
export function moment(time: number, number: number): Buffer {
    return Buffer.concat([fixed(time, 6), fixed(number, 4)]);
}

/** Takes the place of a change apart. */
export function readMoment(at: Buffer): { readonly time: number; readonly key: Buffer } {
    return { time: at.readUIntBE(5, 6), key: at.subarray(15) };
}

/** The item's key in its place in the order of expiry. */
export function readExpiry(at: Buffer): Buffer {
    return at.subarray(10);
}
