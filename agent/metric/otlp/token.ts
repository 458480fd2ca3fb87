/** The token by which a workload shows who it is: it follows from its credentials, and they do not follow from it. */

import { createHmac, timingSafeEqual } from "node:crypto";
import { type Identities, type Identity } from "../../kind";

export function otlpToken({ accessKeyId, secretAccessKey }: Identity): string {
    return `${accessKeyId}.${createHmac("sha256", secretAccessKey).update("mvi otlp").digest("hex")}`;
}

/** Whose token the header `authorization` carries. */
export function holderOf(authorization: string | undefined, identities: Identities): Identity | undefined {
    const [, token = "", accessKeyId = ""] = /^Bearer (([^.]+)\..+)$/i.exec(authorization ?? "") ?? [];
    const identity = identities.find(accessKeyId);
    if (!identity) {
        return undefined;
    }
    const [given, right] = [token, otlpToken(identity)].map((text) => createHmac("sha256", "").update(text).digest());
    return timingSafeEqual(given, right) ? identity : undefined;
}
