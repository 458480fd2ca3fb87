import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeAtomic } from "../core/files";
import { type Identities, type Identity, type Permit, type Vault } from "../kind";

/**
 * The identities kept in `file`, sealed by `vault`; an absent file holds none. What `issue` returned and `revoke` took
 * back is on disk when they return, so it outlives kill -9.
 *
 * @throws if the file is there but does not open: another key sealed it, or it was changed.
 */
export function openIdentities(file: string, vault: Vault): Identities {
    const byOwner = new Map(load(file, vault).map((identity) => [identity.owner, identity]));
    const byKey = new Map([...byOwner.values()].map((identity) => [identity.accessKeyId, identity]));

    return {
        issue(owner, permits) {
            const old = byOwner.get(owner);
            if (old && JSON.stringify(old.permits) === JSON.stringify(permits)) return old;
            const identity = freeze(owner, permits, old ?? newCredentials(byKey));
            save(file, vault, [...[...byOwner.values()].filter((other) => other.owner !== owner), identity]);
            byOwner.set(owner, identity);
            byKey.set(identity.accessKeyId, identity);
            return identity;
        },
        find: (accessKeyId) => byKey.get(accessKeyId),
        revoke(owner) {
            const old = byOwner.get(owner);
            if (!old) return;
            save(
                file,
                vault,
                [...byOwner.values()].filter((other) => other !== old),
            );
            byOwner.delete(owner);
            byKey.delete(old.accessKeyId);
        },
    };
}

type Credentials = Pick<Identity, "accessKeyId" | "secretAccessKey">;

/** In the form of AWS's own, for clients which check it: 20 capitals and digits, and 40 characters. */
function newCredentials(taken: ReadonlyMap<string, unknown>): Credentials {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const random = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join("");
    const accessKeyId = `AKMV${random}`;
    if (taken.has(accessKeyId)) return newCredentials(taken);
    return { accessKeyId, secretAccessKey: randomBytes(30).toString("base64url") };
}

function freeze(owner: string, permits: readonly Permit[], { accessKeyId, secretAccessKey }: Credentials): Identity {
    return Object.freeze({ owner, accessKeyId, secretAccessKey, permits: structuredClone(permits) });
}

function load(file: string, vault: Vault): Identity[] {
    let sealed: string;
    try {
        sealed = readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
    }
    const kept = JSON.parse(vault.open(sealed)) as Identity[];
    return kept.map((identity) => freeze(identity.owner, identity.permits, identity));
}

function save(file: string, vault: Vault, identities: readonly Identity[]): void {
    writeAtomic(file, vault.seal(JSON.stringify(identities)));
}
