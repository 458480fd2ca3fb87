import { constants, generateKeyPairSync, type KeyObject, privateDecrypt, randomBytes } from "node:crypto";
import type { Answered, Mend } from "./gateway";

interface Asked {
    readonly KeyId?: string;
    readonly EncryptedKeyMaterial?: string;
}
interface Metadata {
    readonly KeyId: string;
    readonly Origin: string;
}

/** Keys whose material is brought along: they are there once it came, wrapped as KMS asks for it. */
export function importedKeys(): Mend {
    // Wrapped for KMS alone: what is sent is read only to see that it is a key.
    let pair: { publicKey: KeyObject; privateKey: KeyObject } | undefined;
    const there = new Set<string>();
    return async ({ action, body }, forward) => {
        pair ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
        const { KeyId, EncryptedKeyMaterial = "" } = JSON.parse(body.toString()) as Asked;
        if (action === "GetParametersForImport")
            return json({
                KeyId,
                PublicKey: pair.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
                ImportToken: randomBytes(16).toString("base64"),
                ParametersValidTo: Date.now() / 1000 + 86_400,
            });
        if (action === "ImportKeyMaterial") {
            const wrapped = Buffer.from(EncryptedKeyMaterial, "base64");
            const padding = constants.RSA_PKCS1_OAEP_PADDING;
            const material = privateDecrypt({ key: pair.privateKey, padding, oaepHash: "sha256" }, wrapped);
            if (material.length !== 32) return json({ __type: "IncorrectKeyMaterialException" }, 400);
            there.add(KeyId!);
            return json({});
        }
        const answered = await forward();
        if (answered.status !== 200) return answered;
        const { KeyMetadata } = JSON.parse(answered.body.toString()) as { KeyMetadata: Metadata };
        if (KeyMetadata.Origin !== "EXTERNAL") return answered;
        const state = there.has(KeyMetadata.KeyId)
            ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
            : { Enabled: false, KeyState: "PendingImport" };
        return json({ KeyMetadata: { ...KeyMetadata, ...state } });
    };
}

function json(body: object, status = 200): Answered {
    return { status, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) };
}
