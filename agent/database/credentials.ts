import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { readOrRefuse } from "../core/files";
import { type Host } from "../kind";
import { writeDurably } from "./files";

/** Credentials of one database: `admin` is the agent's own and is handed to nobody. */
export interface Credentials {
    readonly admin: string;
    readonly owner: string;
    readonly reader: string;
}

/** The agent's own role in each server. */
export const adminName = "mvi_admin";

export function newCredentials(): Credentials {
    const password = () => randomBytes(24).toString("base64url");
    return { admin: password(), owner: password(), reader: password() };
}

/** The credentials in `folder`: made on first use, sealed on disk. */
export function keptCredentials(host: Host, folder: string): Credentials {
    const path = join(folder, "credentials");
    const kept = readOrRefuse(path, (text) => JSON.parse(host.vault.open(text)) as Credentials);
    if (kept !== undefined) {
        return kept;
    }
    const credentials = newCredentials();
    writeDurably(path, host.vault.seal(JSON.stringify(credentials)));
    return credentials;
}

/** What PostgreSQL keeps of a password. We hand it this, so that the password itself is in no statement and no log. */
export function scramVerifier(password: string): string {
    const salt = randomBytes(16);
    const salted = pbkdf2Sync(password, salt, 4096, 32, "sha256");
    const keyed = (text: string) => createHmac("sha256", salted).update(text).digest();
    const stored = createHash("sha256").update(keyed("Client Key")).digest("base64");
    return `SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored}:${keyed("Server Key").toString("base64")}`;
}
