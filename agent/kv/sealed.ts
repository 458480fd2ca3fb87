/** Items on disk: encrypted with their table's key, and bound to their place. */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Item, newItem } from "./value";

export function sealItem(dataKey: Buffer, at: Buffer, item: Item): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", dataKey, nonce).setAAD(at);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(item)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws if it was sealed with another key, for another place, or was changed. */
export function openItem(dataKey: Buffer, at: Buffer, sealed: Buffer): Item {
    const decipher = createDecipheriv("aes-256-gcm", dataKey, sealed.subarray(0, 12)).setAAD(at);
    decipher.setAuthTag(sealed.subarray(12, 28));
    const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString("utf8");
    return newItem(JSON.parse(text) as Item);
}
