/** What a key is made of: on disk it is sealed, and in memory only while the agent runs. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

export type Algorithm = "ed25519" | "ecdsa-p256";

/** Version is one state of a key. A new one comes with each rotation; old ones still decrypt. */
export interface Version {
    readonly number: number;
    /** Milliseconds since 1970. */
    readonly created: number;
    /** 32 bytes in base64 to encrypt with, or a private key in PEM to sign with. */
    readonly material: string;
}

export interface KeyRecord {
    readonly id: string;
    readonly purpose: "encrypt" | "sign";
    readonly algorithm?: Algorithm;
    /** The material came from outside: it does not rotate by itself. */
    readonly imported: boolean;
    /** Milliseconds since 1970. */
    readonly created: number;
    /** The newest is the last. */
    readonly versions: readonly Version[];
}

/** A new key; `material` is 32 bytes in base64 if it comes from outside. */
export function newKey(id: string, purpose: "encrypt" | "sign", algorithm: Algorithm, material?: string): KeyRecord {
    const now = Date.now();
    const made = material ?? (purpose === "encrypt" ? randomBytes(32).toString("base64") : newPrivateKey(algorithm));
    const versions = [{ number: 1, created: now, material: made }];
    const signs = purpose === "sign" ? { algorithm } : {};
    return { id, purpose, ...signs, imported: material !== undefined, created: now, versions };
}

/** The key with a new version, which encrypts from now on. */
export function rotated(key: KeyRecord, now: number): KeyRecord {
    const number = current(key).number + 1;
    const version = { number, created: now, material: randomBytes(32).toString("base64") };
    return { ...key, versions: [...key.versions, version] };
}

export function current(key: KeyRecord): Version {
    return key.versions[key.versions.length - 1];
}

export function privateKey(key: KeyRecord): KeyObject {
    return createPrivateKey(current(key).material);
}

export function publicKey(key: KeyRecord): KeyObject {
    return createPublicKey(current(key).material);
}

function newPrivateKey(algorithm: Algorithm): string {
    const { privateKey } =
        algorithm === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
    return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
