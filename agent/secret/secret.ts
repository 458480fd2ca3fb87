import { randomInt, randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readOrRefuse, writeAtomic } from "../core/files";
import { letGo } from "../core/protect";
import { type KeyKind } from "../key/key";
import { type Host, type Kind, Refusal } from "../kind";

export interface SecretInputs {
    name: string;
    /** The value; or else `generate` makes one. */
    value?: string;
    generate?: {
        /** Characters, 8 to 4096. */
        length: number;
        /** @default alphanumeric */
        alphabet?: Alphabet;
    };
    /** Id of the Key that encrypts it at rest. @default the agent's vault */
    key?: string;
    /** A generated value is replaced after so many days. */
    rotateAfterDays?: number;
    /** Lets it be removed with its value. */
    forceDestroy: boolean;
}

export type Alphabet = "alphanumeric" | "hex" | "printable";

export interface SecretOutputs {
    name: string;
    /** Changes when the value does, and reveals nothing of it. */
    version: string;
    /** `secret:<name>`: what stands for the value where it must not be seen. */
    reference: string;
}

export interface SecretKind extends Kind<SecretInputs, SecretOutputs> {
    /**
     * The value that `secret:<name>` stands for, now: a version after it, as in `secret:<name>@<version>`, is there for
     * the engine to see that the value is another one.
     *
     * @throws {@link Refusal} if there is no such secret
     */
    resolve(reference: string): string;
    /** Calls back after each change of the value, until the returned function is called. */
    watch(name: string, changed: (why: "declared" | "rotated") => void): () => void;
}

/** The kind of secrets: kept encrypted, and given to the agent's other parts only. `now` is for tests. */
export function secretKind(host: Host, now: () => number = Date.now): SecretKind {
    const declared = new Map<string, SecretInputs>();
    /** Made by an `apply` that has not ended. */
    const halfMade = new Set<string>();
    const watchers = new Map<string, Set<Parameters<SecretKind["watch"]>[1]>>();
    let timer: NodeJS.Timeout | undefined;

    const file = (id: string): string => join(host.folder(FOLDER), `${id}.secret`);

    const load = (id: string): Kept | undefined =>
        readOrRefuse(file(id), (text) => JSON.parse(host.vault.open(text)) as Kept);

    function open(id: string, { key, sealed }: Kept): string {
        if (key === undefined) return sealed;
        const keys = host.kind<Kind & Cipher>("Key");
        return keys.decrypt(`Secret/${id}`, key, Buffer.from(sealed, "base64"), { secret: id }).toString("utf8");
    }

    function keep(id: string, value: string, key: string | undefined, about: Pick<Kept, "version" | "made">): Kept {
        const sealed =
            key === undefined
                ? value
                : host
                      .kind<Kind & Cipher>("Key")
                      .encrypt(`Secret/${id}`, key, Buffer.from(value), { secret: id })
                      .toString("base64");
        const kept = { ...about, key, sealed };
        mkdirSync(host.folder(FOLDER), { recursive: true, mode: 0o700 });
        writeAtomic(file(id), host.vault.seal(JSON.stringify(kept)));
        return kept;
    }

    function renew(id: string, value: string, key: string | undefined, why: "declared" | "rotated"): void {
        keep(id, value, key, { version: randomUUID(), made: now() });
        for (const changed of [...(watchers.get(id) ?? [])]) {
            try {
                changed(why);
            } catch (error) {
                host.report(`Secret ${id}: a watcher has failed: ${(error as Error).message}`);
            }
        }
    }

    function rotateDue(): void {
        for (const [id, { generate, rotateAfterDays: days, key }] of declared) {
            try {
                const kept = load(id);
                if (!kept || !generate || days === undefined || now() - kept.made < days * DAY) continue;
                renew(id, generated(generate), key, "rotated");
                host.report(`Secret ${id}: rotated`);
            } catch (error) {
                host.report(`Secret ${id}: could not be rotated: ${(error as Error).message}`);
            }
        }
    }

    return {
        name: "Secret",
        replaceOn: ["name"],
        stable: { name: [], reference: [], version: ["value", "generate", "rotateAfterDays"] },
        secrets: ["value"],

        async apply(id, inputs, { previous, restoring }) {
            refuseFaults(id, inputs);
            const kept = load(id);
            if (!kept) halfMade.add(id);
            const old = kept && open(id, kept);
            // A value that was generated stays while it is asked for in the same way.
            const asBefore = restoring || (previous !== undefined && sameMaking(previous, inputs));
            const wanted = inputs.value ?? (asBefore ? old : undefined) ?? generated(inputs.generate ?? { length: 32 });
            if (!kept || wanted !== old) renew(id, wanted, inputs.key, "declared");
            else if (kept.key !== inputs.key) keep(id, wanted, inputs.key, kept);
            declared.set(id, inputs);
            timer ??= setInterval(rotateDue, HOUR).unref();
            rotateDue();
            halfMade.delete(id);
            return { name: id, version: load(id)?.version ?? "", reference: PREFIX + id };
        },

        async read(id, { inputs, outputs }) {
            const kept = load(id);
            return kept && { inputs, outputs: { ...outputs, version: kept.version } };
        },

        async remove(id, inputs) {
            if (inputs && !inputs.forceDestroy && load(id) && !halfMade.has(id))
                throw new Refusal(`Secret ${id}: its value would be lost: ${letGo}`);
            rmSync(file(id), { force: true });
            halfMade.delete(id);
            declared.delete(id);
            watchers.delete(id);
        },

        async stop() {
            clearInterval(timer);
            timer = undefined;
        },

        resolve(reference) {
            const id = secretName(reference);
            const kept = id === undefined ? undefined : load(id);
            if (!kept) throw new Refusal(`Secret ${JSON.stringify(reference)}: there is no such secret: declare it`);
            return open(id as string, kept);
        },

        watch(name, changed) {
            const all = watchers.get(name) ?? new Set();
            watchers.set(name, all.add(changed));
            return () => void all.delete(changed);
        },
    };
}

/** The name in `secret:<name>` or `secret:<name>@<version>`; undefined when it is no such reference. */
export function secretName(reference: string): string | undefined {
    return /^secret:([a-z][a-z0-9-]*)(@.*)?$/.exec(reference)?.[1];
}

/** What of a Key is needed here. */
type Cipher = Pick<KeyKind, "encrypt" | "decrypt">;

/** What is kept of a secret: the whole is sealed by the vault, and the value by the key besides, if there is one. */
interface Kept {
    readonly version: string;
    /** Milliseconds since 1970. */
    readonly made: number;
    readonly key?: string;
    /** The value: with a key, encrypted by it, in base64. */
    readonly sealed: string;
}

const FOLDER = "secret";
const PREFIX = "secret:";
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

const ALPHABETS: Readonly<Record<Alphabet, string>> = {
    alphanumeric: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    hex: "0123456789abcdef",
    printable: String.fromCharCode(...Array.from({ length: 94 }, (_, at) => 0x21 + at)),
};

function generated({ length, alphabet = "alphanumeric" }: NonNullable<SecretInputs["generate"]>): string {
    const letters = ALPHABETS[alphabet];
    return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}

function sameMaking(a: SecretInputs, b: SecretInputs): boolean {
    const making = ({ value, generate }: SecretInputs): unknown[] => [
        value !== undefined,
        generate?.length,
        generate?.alphabet ?? "alphanumeric",
    ];
    return JSON.stringify(making(a)) === JSON.stringify(making(b));
}

function refuseFaults(id: string, { value, generate, rotateAfterDays: days }: SecretInputs): void {
    if ((value === undefined) === (generate === undefined)) {
        throw new Refusal(`Secret ${id}: needs either value or generate: set one of them`);
    }
    if (generate && !(Number.isInteger(generate.length) && generate.length >= 8 && generate.length <= 4096)) {
        throw new Refusal(`Secret ${id}: generate.length must be 8 to 4096, but is ${generate.length}`);
    }
    if (days !== undefined && (value !== undefined || !(days >= 1))) {
        throw new Refusal(
            `Secret ${id}: rotateAfterDays must be at least 1 and is for generated values, but is ${days}`,
        );
    }
}
