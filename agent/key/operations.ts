/** The operations of KMS on keys: what a client asks for, and what it gets. */

import { randomBytes, sign, verify } from "node:crypto";
import { invalid, ServiceFault } from "../kv/fault";
import { isObject } from "../kv/value";
import { type Context, keyIdOf, seal, unseal } from "./ciphertext";
import { current, type KeyRecord, privateKey, publicKey } from "./material";

export type Fields = Readonly<Record<string, unknown>>;

/** What needs to be permitted on which key; none for what says nothing of use. */
export interface Need {
    readonly keyId: string;
    readonly verbs: readonly string[];
}

export interface Operation {
    needs(request: Fields): Need[];
    /** `keyOf` gives a key by any of its names, or fails. */
    serve(request: Fields, keyOf: (id: string) => KeyRecord): { readonly answer: object; readonly version: number };
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
    Encrypt: {
        needs: named("encrypt"),
        serve(request, keyOf) {
            const key = using(keyOf(nameOf(request.KeyId)), "encrypt");
            const plain = bytesOf(request.Plaintext, "Plaintext", 1, LIMIT);
            const blob = seal(key, plain, contextOf(request.EncryptionContext));
            return done(key, { CiphertextBlob: blob.toString("base64"), KeyId: arn(key), ...SYMMETRIC });
        },
    },
    Decrypt: {
        needs: (request) => [{ keyId: sourceOf(request.CiphertextBlob, request.KeyId), verbs: ["decrypt"] }],
        serve(request, keyOf) {
            const key = using(keyOf(sourceOf(request.CiphertextBlob, request.KeyId)), "encrypt");
            const { plain, version } = unseal(
                key,
                blobOf(request.CiphertextBlob),
                contextOf(request.EncryptionContext),
            );
            return { version, answer: { Plaintext: plain.toString("base64"), KeyId: arn(key), ...SYMMETRIC } };
        },
    },
    ReEncrypt: {
        needs: (request) => [
            { keyId: sourceOf(request.CiphertextBlob, request.SourceKeyId), verbs: ["decrypt"] },
            { keyId: nameOf(request.DestinationKeyId), verbs: ["encrypt"] },
        ],
        serve(request, keyOf) {
            const source = using(keyOf(sourceOf(request.CiphertextBlob, request.SourceKeyId)), "encrypt");
            const key = using(keyOf(nameOf(request.DestinationKeyId)), "encrypt");
            const { plain } = unseal(
                source,
                blobOf(request.CiphertextBlob),
                contextOf(request.SourceEncryptionContext),
            );
            const blob = seal(key, plain, contextOf(request.DestinationEncryptionContext));
            return done(key, { CiphertextBlob: blob.toString("base64"), SourceKeyId: arn(source), KeyId: arn(key) });
        },
    },
    GenerateDataKey: { needs: named("encrypt"), serve: (request, keyOf) => dataKey(request, keyOf, true) },
    GenerateDataKeyWithoutPlaintext: {
        needs: named("encrypt"),
        serve: (request, keyOf) => dataKey(request, keyOf, false),
    },
    Sign: {
        needs: named("sign"),
        serve(request, keyOf) {
            const key = using(keyOf(nameOf(request.KeyId)), "sign");
            const [hash, message] = signed(key, request);
            const signature = sign(hash, message, privateKey(key));
            return done(key, {
                KeyId: arn(key),
                Signature: signature.toString("base64"),
                SigningAlgorithm: request.SigningAlgorithm,
            });
        },
    },
    Verify: {
        needs: named("verify"),
        serve(request, keyOf) {
            const key = using(keyOf(nameOf(request.KeyId)), "sign");
            const [hash, message] = signed(key, request);
            if (!verify(hash, message, publicKey(key), bytesOf(request.Signature, "Signature", 1, 6144))) {
                throw new ServiceFault(
                    "KMSInvalidSignatureException",
                    "The signature is not that of the message by this key.",
                );
            }
            return done(key, { KeyId: arn(key), SignatureValid: true, SigningAlgorithm: request.SigningAlgorithm });
        },
    },
    GetPublicKey: {
        needs: (request) => [{ keyId: nameOf(request.KeyId), verbs: ["verify", "sign"] }],
        serve(request, keyOf) {
            const key = using(keyOf(nameOf(request.KeyId)), "sign");
            const PublicKey = publicKey(key).export({ type: "spki", format: "der" }).toString("base64");
            return done(key, { KeyId: arn(key), PublicKey, ...shape(key) });
        },
    },
    DescribeKey: {
        needs: (request) => [{ keyId: nameOf(request.KeyId), verbs: ["encrypt", "decrypt", "sign", "verify"] }],
        serve(request, keyOf) {
            const key = keyOf(nameOf(request.KeyId));
            return done(key, {
                KeyMetadata: {
                    KeyId: key.id,
                    Arn: arn(key),
                    Enabled: true,
                    KeyState: "Enabled",
                    CreationDate: key.created / 1000,
                    Origin: key.imported ? "EXTERNAL" : "AWS_KMS",
                    KeyManager: "CUSTOMER",
                    MultiRegion: false,
                    ...shape(key),
                },
            });
        },
    },
};

/** The id in a key's name: itself, an alias, or an ARN. */
export function nameOf(raw: unknown): string {
    if (typeof raw !== "string" || raw === "") throw invalid("KeyId is required.");
    return raw.replace(/^arn:aws:kms:[^:]*:[^:]*:/, "").replace(/^(key|alias)\//, "");
}

export function notFound(id: string): ServiceFault {
    return new ServiceFault("NotFoundException", `Key '${id}' does not exist`);
}

/** What may be encrypted or signed at once, in bytes: more is encrypted with a data key. */
const LIMIT = 4096;
const SYMMETRIC = { EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };

function named(verb: string): Operation["needs"] {
    return (request) => [{ keyId: nameOf(request.KeyId), verbs: [verb] }];
}

function done(key: KeyRecord, answer: object): { answer: object; version: number } {
    return { answer, version: current(key).number };
}

function dataKey(
    request: Fields,
    keyOf: (id: string) => KeyRecord,
    tell: boolean,
): { answer: object; version: number } {
    const key = using(keyOf(nameOf(request.KeyId)), "encrypt");
    const size = request.KeySpec === "AES_256" ? 32 : request.KeySpec === "AES_128" ? 16 : request.NumberOfBytes;
    if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > 1024) {
        throw invalid("Please specify either number of bytes (1 to 1024) or key spec.");
    }
    const plain = randomBytes(size as number);
    const blob = seal(key, plain, contextOf(request.EncryptionContext)).toString("base64");
    return done(key, {
        CiphertextBlob: blob,
        KeyId: arn(key),
        ...(tell ? { Plaintext: plain.toString("base64") } : {}),
    });
}

/** The hash to sign with, and the message. Ed25519 hashes by itself. */
function signed(key: KeyRecord, request: Fields): [hash: string | null, message: Buffer] {
    const algorithm = key.algorithm === "ed25519" ? "ED25519_SHA_512" : "ECDSA_SHA_256";
    if (request.SigningAlgorithm !== algorithm) {
        throw invalid(
            `Algorithm ${String(request.SigningAlgorithm)} is incompatible with this key: it is ${algorithm}.`,
        );
    }
    if ((request.MessageType ?? "RAW") !== "RAW") {
        throw invalid(`MessageType ${String(request.MessageType)} is not served here: send the message itself (RAW).`);
    }
    return [key.algorithm === "ed25519" ? null : "sha256", bytesOf(request.Message, "Message", 1, LIMIT)];
}

function using(key: KeyRecord, purpose: KeyRecord["purpose"]): KeyRecord {
    if (key.purpose !== purpose) {
        const usage = shape(key).KeyUsage;
        throw new ServiceFault(
            "InvalidKeyUsageException",
            `The key ${key.id} has the usage ${usage}, which does not fit the operation.`,
        );
    }
    return key;
}

function shape(key: KeyRecord): { KeyUsage: string; KeySpec: string; [more: string]: unknown } {
    if (key.purpose === "encrypt") {
        return {
            KeyUsage: "ENCRYPT_DECRYPT",
            KeySpec: "SYMMETRIC_DEFAULT",
            EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
        };
    }
    return key.algorithm === "ed25519"
        ? { KeyUsage: "SIGN_VERIFY", KeySpec: "ECC_NIST_EDWARDS25519", SigningAlgorithms: ["ED25519_SHA_512"] }
        : { KeyUsage: "SIGN_VERIFY", KeySpec: "ECC_NIST_P256", SigningAlgorithms: ["ECDSA_SHA_256"] };
}

function arn(key: KeyRecord): string {
    return `arn:aws:kms:local:000000000000:key/${key.id}`;
}

/** The key that is to open a ciphertext: the one named, or else the one that the ciphertext names. */
function sourceOf(blob: unknown, named: unknown): string {
    const said = keyIdOf(blobOf(blob));
    if (named === undefined || named === null || nameOf(named) === said) return said;
    throw new ServiceFault(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    );
}

function blobOf(raw: unknown): Buffer {
    return bytesOf(raw, "CiphertextBlob", 1, 6144);
}

function bytesOf(raw: unknown, name: string, least: number, most: number): Buffer {
    const bytes = typeof raw === "string" ? Buffer.from(raw, "base64") : Buffer.alloc(0);
    if (bytes.length < least || bytes.length > most) {
        throw invalid(
            `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length from ${least} to ${most} bytes`,
        );
    }
    return bytes;
}

function contextOf(raw: unknown): Context {
    if (raw === undefined || raw === null) return {};
    if (!isObject(raw) || Object.values(raw).some((value) => typeof value !== "string")) {
        throw invalid("EncryptionContext must be a map of strings.");
    }
    return raw as Context;
}
