/** Ciphertexts name their key and its version, and are bound to both and to the context. AES-256-GCM. */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { ServiceFault } from "../kv/fault";
import { current, type KeyRecord } from "./material";

/** Context is what must be said again to decrypt: it is not secret. */
export type Context = Readonly<Record<string, string>>;

/** Encrypts with the newest version of `key`. */
export function seal(key: KeyRecord, plain: Uint8Array, context: Context = {}): Buffer {
    const version = current(key);
    const head = header(key.id, version.number);
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", Buffer.from(version.material, "base64"), nonce);
    cipher.setAAD(bound(head, context));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([head, nonce, cipher.getAuthTag(), sealed]);
}

/** The id of the key that made `blob`, as it says: nothing of it is proven. */
export function keyIdOf(blob: Buffer): string {
    return take(blob).id;
}

/** Decrypts what `key` made, in this version or an older one. @throws InvalidCiphertextException for anything else. */
export function unseal(key: KeyRecord, blob: Buffer, context: Context = {}): { plain: Buffer; version: number } {
    const { id, version, head, rest } = take(blob);
    const material = key.versions.find(({ number }) => number === version)?.material;
    if (id !== key.id || !material) throw invalidCiphertext();
    try {
        const decipher = createDecipheriv("aes-256-gcm", Buffer.from(material, "base64"), rest.subarray(0, 12));
        decipher.setAAD(bound(head, context));
        decipher.setAuthTag(rest.subarray(12, 28));
        return { plain: Buffer.concat([decipher.update(rest.subarray(28)), decipher.final()]), version };
    } catch {
        throw invalidCiphertext(); // Why it does not open would help only to forge one.
    }
}

const MARK = 0x4d;

/** `M`, the version in 4 bytes, the length of the id, the id. */
function header(id: string, version: number): Buffer {
    const name = Buffer.from(id);
    const head = Buffer.alloc(6);
    head[0] = MARK;
    head.writeUInt32BE(version, 1);
    head[5] = name.length;
    return Buffer.concat([head, name]);
}

function take(blob: Buffer): { id: string; version: number; head: Buffer; rest: Buffer } {
    const end = 6 + (blob[5] ?? 0);
    if (blob[0] !== MARK || blob.length < end + 28) throw invalidCiphertext();
    return {
        id: blob.toString("utf8", 6, end),
        version: blob.readUInt32BE(1),
        head: blob.subarray(0, end),
        rest: blob.subarray(end),
    };
}

/** The context in one form, whatever the order of its names. */
function bound(head: Buffer, context: Context): Buffer {
    const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
    return Buffer.concat([head, Buffer.from(JSON.stringify(pairs))]);
}

function invalidCiphertext(): ServiceFault {
    return new ServiceFault(
        "InvalidCiphertextException",
        "The ciphertext is not of this key and context, or was changed.",
    );
}
