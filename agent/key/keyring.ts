import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readOrRefuse, writeAtomic } from "../core/files";
import { type Vault } from "../kind";
import { type KeyRecord } from "./material";

/** Keyring keeps keys, each sealed in a file of its own. What was put is on disk when it returns. */
export class Keyring {
    private readonly keys = new Map<string, KeyRecord>();
    /** Those whose files could not be read: the others serve. */
    private readonly broken = new Set<string>();

    constructor(
        private readonly folder: string,
        private readonly vault: Vault,
    ) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        for (const name of readdirSync(folder).filter((each) => each.endsWith(SUFFIX))) {
            const id = name.slice(0, -SUFFIX.length);
            try {
                this.load(id);
            } catch {
                this.broken.add(id); // who asks for it is told
            }
        }
    }

    /** @throws Refusal when its file cannot be read; once its backup is there, it can. */
    get(id: string): KeyRecord | undefined {
        if (this.broken.has(id)) {
            this.load(id);
            this.broken.delete(id);
        }
        return this.keys.get(id);
    }

    /** Whether there is no key, not even one that cannot be read. */
    get empty(): boolean {
        return this.keys.size + this.broken.size === 0;
    }

    put(key: KeyRecord): void {
        writeAtomic(this.file(key.id), this.vault.seal(JSON.stringify(key)));
        this.keys.set(key.id, key);
    }

    remove(id: string): void {
        rmSync(this.file(id), { force: true });
        this.keys.delete(id);
        this.broken.delete(id);
    }

    private load(id: string): void {
        const key = readOrRefuse(this.file(id), (text) => JSON.parse(this.vault.open(text)) as KeyRecord);
        if (key) this.keys.set(id, key);
    }

    private file(id: string): string {
        return join(this.folder, id + SUFFIX);
    }
}

const SUFFIX = ".key";
