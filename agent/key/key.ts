import { rmSync } from "node:fs";
import { type Server } from "node:http";
import { Mutexes } from "../core/mutex";
import { letGo } from "../core/protect";
import { type Host, type Kind, Refusal } from "../kind";
import { startJsonService, stopJsonService } from "../kv/json-service";
import { audited } from "./audit";
import { type Context, seal, unseal } from "./ciphertext";
import { Keyring } from "./keyring";
import { type Algorithm, current, type KeyRecord, newKey, publicKey, rotated } from "./material";
import { kmsService } from "./service";

export interface KeyInputs {
    name: string;
    purpose: "encrypt" | "sign";
    /** To sign with. @default ecdsa-p256 */
    algorithm?: Algorithm;
    /** A new version comes after so many days; what older versions encrypted can still be decrypted. */
    rotationPeriodDays?: number;
    /** 32 bytes in base64, which encrypt instead of generated ones. */
    importedMaterial?: string;
    /** Lets it be removed: what it encrypted is lost with it. */
    forceDestroy: boolean;
}

export interface KeyOutputs {
    keyId: string;
    /** `http://127.0.0.1:<port>` */
    endpoint: string;
    region: "local";
    /** `awskms://<keyId>?region=local&endpoint=…` */
    url: string;
    /** In PEM, of a key that signs. */
    publicKey?: string;
}

export interface KeyKind extends Kind<KeyInputs, KeyOutputs> {
    /**
     * Encrypts for another kind, in the name of `who`, such as `Secret/token`: the audit log says so.
     *
     * @throws {@link Refusal} if there is no such key, or it does not encrypt.
     */
    encrypt(who: string, keyId: string, plain: Uint8Array, context?: Context): Buffer;
    /** Decrypts what {@link KeyKind.encrypt} gave, of this version of the key or an older one. */
    decrypt(who: string, keyId: string, blob: Uint8Array, context?: Context): Buffer;
}

/** The kind of cryptographic keys: a server of KMS's protocol for all of a stack's. `now` is for tests. */
export function keyKind(host: Host, now: () => number = Date.now): KeyKind {
    const periods = new Map<string, number>();
    const turns = new Mutexes();
    /** Made by an `apply` that has not ended: nobody has used them. */
    const halfMade = new Set<string>();
    let ring: Keyring | undefined;
    let running: { server: Server; endpoint: string; timer: NodeJS.Timeout } | undefined;

    const keys = (): Keyring => (ring ??= new Keyring(host.folder(FOLDER), host.vault));
    const keyOf = (id: string, purpose: KeyRecord["purpose"]): KeyRecord => {
        const key = keys().get(id);
        if (!key) throw new Refusal(`Key ${id}: there is no such key: declare it`);
        if (key.purpose !== purpose)
            throw new Refusal(
                `Key ${id}: is to ${key.purpose} with, and cannot ${purpose}: use a key with purpose "${purpose}" instead`,
            );
        return key;
    };

    const start = async (): Promise<string> => {
        if (running) return running.endpoint;
        const port = await host.port(FOLDER);
        const server = await startJsonService(
            host,
            "Key",
            port,
            kmsService(host, (id) => keys().get(id)),
        );
        const timer = setInterval(rotateDue, HOUR);
        timer.unref();
        running = { server, timer, endpoint: `http://127.0.0.1:${port}` };
        return running.endpoint;
    };
    const stop = async (): Promise<void> => {
        const ending = running;
        running = undefined;
        if (!ending) return;
        clearInterval(ending.timer);
        await stopJsonService(ending.server);
    };

    function rotateDue(): void {
        for (const [id, days] of periods) {
            const key = keys().get(id);
            if (!key || now() - current(key).created < days * 24 * HOUR) continue;
            try {
                keys().put(rotated(key, now()));
                host.report(`Key ${id}: rotated to version ${current(key).number + 1}`);
            } catch (error) {
                host.report(`Key ${id}: could not be rotated: ${(error as Error).message}`);
            }
        }
    }

    return {
        name: "Key",
        replaceOn: ["name", "purpose", "algorithm", "importedMaterial"],
        stable: { keyId: [], endpoint: [], region: [], url: [], publicKey: [] },
        secrets: ["importedMaterial"],

        apply: (id, inputs) =>
            turns.run(FOLDER, async () => {
                refuseFaults(id, inputs);
                if (!keys().get(id)) {
                    halfMade.add(id);
                    keys().put(made(id, inputs));
                }
                const key = keys().get(id) as KeyRecord;
                refuseOther(key, inputs);
                const endpoint = await start();
                periods.delete(id);
                if (inputs.rotationPeriodDays !== undefined) periods.set(id, inputs.rotationPeriodDays);
                rotateDue();
                halfMade.delete(id);
                return outputsOf(key, endpoint);
            }),

        async read(id, { inputs }) {
            const key = keys().get(id);
            return key && { inputs, outputs: outputsOf(key, await turns.run(FOLDER, start)) };
        },

        remove: (id, inputs) =>
            turns.run(FOLDER, async () => {
                if (inputs && !inputs.forceDestroy && keys().get(id) && !halfMade.has(id))
                    throw new Refusal(`Key ${id}: all that it has encrypted or signed would be lost: ${letGo}`);
                keys().remove(id);
                halfMade.delete(id);
                periods.delete(id);
                if (!keys().empty) return;
                await stop();
                rmSync(host.folder(FOLDER), { recursive: true, force: true });
                ring = undefined;
                host.releasePort(FOLDER);
            }),

        stop: () => turns.run(FOLDER, stop),

        encrypt: (who, id, plain, context) =>
            audited(host, { identity: who, operation: "Encrypt", keys: [id] }, () => {
                const key = keyOf(id, "encrypt");
                return { answer: seal(key, plain, context), version: current(key).number };
            }),
        decrypt: (who, id, blob, context) =>
            audited(host, { identity: who, operation: "Decrypt", keys: [id] }, () => {
                const { plain, version } = unseal(keyOf(id, "encrypt"), Buffer.from(blob), context);
                return { answer: plain, version };
            }),
    };
}

const FOLDER = "key";
const HOUR = 60 * 60 * 1000;

function refuseFaults(id: string, { purpose, algorithm, importedMaterial, rotationPeriodDays: days }: KeyInputs): void {
    const refuse = (reason: string): never => {
        throw new Refusal(`Key ${id}: ${reason}`);
    };
    if (purpose === "encrypt" && algorithm)
        refuse(`algorithm is for keys that sign, but is ${algorithm}: leave it out`);
    if (importedMaterial !== undefined) {
        if (purpose === "sign") refuse("importedMaterial is for keys that encrypt: leave it out");
        const { length } = Buffer.from(importedMaterial, "base64");
        if (length !== 32)
            refuse(
                `importedMaterial must be 32 bytes in base64, but has ${length}: make it with \`openssl rand -base64 32\``,
            );
    }
    if (days === undefined) return;
    if (purpose === "sign") refuse("rotationPeriodDays is for keys that encrypt: make a new key to sign with");
    if (importedMaterial !== undefined)
        refuse("rotationPeriodDays and importedMaterial exclude each other: imported keys do not rotate by themselves");
    if (!(days >= 1 && days <= 3650)) refuse(`rotationPeriodDays must be 1 to 3650, but is ${days}`);
}

function made(id: string, { purpose, algorithm = "ecdsa-p256", importedMaterial }: KeyInputs): KeyRecord {
    const material = importedMaterial && Buffer.from(importedMaterial, "base64").toString("base64");
    return newKey(id, purpose, algorithm, material);
}

/** A key does not become another: what it encrypted would be lost. */
function refuseOther(key: KeyRecord, { purpose, algorithm = "ecdsa-p256", importedMaterial }: KeyInputs): void {
    const material = importedMaterial && Buffer.from(importedMaterial, "base64").toString("base64");
    const same =
        key.purpose === purpose &&
        (purpose === "encrypt" || key.algorithm === algorithm) &&
        key.imported === (material !== undefined) &&
        (material === undefined || material === current(key).material);
    if (!same)
        throw new Refusal(`Key ${key.id}: is there already, made otherwise: choose another name, or remove it first`);
}

function outputsOf(key: KeyRecord, endpoint: string): KeyOutputs {
    const query = new URLSearchParams({ region: "local", endpoint });
    const signs = key.purpose === "sign" && {
        publicKey: publicKey(key).export({ type: "spki", format: "pem" }).toString(),
    };
    return { keyId: key.id, endpoint, region: "local", url: `awskms://${key.id}?${query.toString()}`, ...signs };
}
