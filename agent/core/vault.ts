/** The vault: what is sealed can be read with the stack's key only, and a change of it shows. */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as path from "node:path";
import { Refusal, type Vault } from "../kind";
import { readIfAny, writeAtomic } from "./files";

/**
 * Opens the vault of the key in `file`, and makes the key when nothing was sealed with one yet. Another key than the one that
 * sealed what is here is refused: with it, all of it would look broken, and be put aside.
 */
export function openVault(file: string): Vault {
    const check = `${file}.check`;
    const sealed = readIfAny(check);
    const vault = vaultOf(readKey(file) ?? makeKey(file, sealed !== undefined));
    if (sealed === undefined) {
        writeAtomic(check, vault.seal(CHECKED));
    } else if (ifOpens(vault, sealed) !== CHECKED) {
        throw new Refusal(
            `vault: ${file} is not the key that sealed what is here, since ${check} does not open with it: ` +
                `put the key's backup there; if ${path.basename(check)} is what was damaged, remove it`,
        );
    }
    return vault;
}

function vaultOf(key: Buffer): Vault {
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
/** What is sealed, to know the key again. */
const CHECKED = "the key of this stack";

function readKey(file: string): Buffer | undefined {
    const text = readIfAny(file);
    const key = text === undefined ? undefined : Buffer.from(text.trim(), "base64");
    if (key && key.length !== KEY) {
        throw new Refusal(`vault: ${file} holds ${key.length} bytes and not a key of ${KEY}: put its backup there`);
    }
    return key;
}

function makeKey(file: string, needed: boolean): Buffer {
    if (needed) {
        throw new Refusal(`vault: ${file} is missing, and what is here was sealed with it: put its backup there`);
    }
    const key = randomBytes(KEY);
    writeAtomic(file, key.toString("base64") + "\n");
    return key;
}

function ifOpens(vault: Vault, sealed: string): string | undefined {
    try {
        return vault.open(sealed);
    } catch {
        return undefined;
    }
}
