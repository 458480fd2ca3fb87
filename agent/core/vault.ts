/** The vault: what is sealed can be read with the stack's key only, and a change of it shows. */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { Refusal, type Vault } from "../kind";
import { ifAny, writeAtomic } from "./files";

/** Opens the vault of the key in `file`, and makes the key when there is none. */
export function openVault(file: string): Vault {
    const key = readKey(file) ?? makeKey(file);
    return {
        seal(plain) {
            const nonce = randomBytes(NONCE);
            const cipher = createCipheriv(CIPHER, key, nonce);
            const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
            return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
        },
        open(sealed) {
            const bytes = Buffer.from(sealed.slice(VERSION.length), "base64");
            if (!sealed.startsWith(VERSION) || bytes.length < NONCE + TAG) {
                throw new Error(`vault: not a text that was sealed here (${sealed.length} characters)`);
            }
            const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE));
            decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
            return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString("utf8");
        },
    };
}

const CIPHER = "aes-256-gcm";
const VERSION = "v1.";
const NONCE = 12;
const TAG = 16;
const KEY = 32;

function readKey(file: string): Buffer | undefined {
    const text = ifAny(() => fs.readFileSync(file, "utf8"));
    const key = text === undefined ? undefined : Buffer.from(text.trim(), "base64");
    if (key && key.length !== KEY) {
        throw new Refusal(`vault: ${file} holds ${key.length} bytes and not a key of ${KEY}: put its backup there`);
    }
    return key;
}

function makeKey(file: string): Buffer {
    const key = randomBytes(KEY);
    writeAtomic(file, key.toString("base64") + "\n");
    return key;
}
