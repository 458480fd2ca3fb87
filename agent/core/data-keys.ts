import { randomBytes } from "node:crypto";
import { type KeyKind } from "../key/key";
import { type DataKeys } from "../log/types";

/** Adds {@link DataKeys} to the kind `Key`: a data key is made here, and sealed by the key, which never leaves its kind. */
export function withDataKeys(kind: KeyKind): KeyKind & DataKeys {
    return Object.assign(kind, {
        generateDataKey(who: string, keyId: string) {
            const plain = randomBytes(32);
            return { plain, sealed: kind.encrypt(who, keyId, plain).toString("base64") };
        },
        openDataKey: (who: string, keyId: string, sealed: string) =>
            kind.decrypt(who, keyId, Buffer.from(sealed, "base64")),
    });
}
