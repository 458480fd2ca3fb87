import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../core/files";
import { type Vault } from "../kind";
import { type KeyRecord } from "./material";

/** Keyring keeps keys, each sealed in a file of its own. What was put is on disk when it returns. */
export class Keyring {
    private readonly keys = new Map<string, KeyRecord>();

    constructor(
        private readonly folder: string,
        private readonly vault: Vault,
    ) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        for (const name of readdirSync(folder).filter((each) => each.endsWith(SUFFIX))) {
            const key = JSON.parse(vault.open(readFileSync(join(folder, name), "utf8"))) as KeyRecord;
            this.keys.set(key.id, key);
        }
    }

    get(id: string): KeyRecord | undefined {
        return this.keys.get(id);
    }

    all(): KeyRecord[] {
        return [...this.keys.values()];
    }

    put(key: KeyRecord): void {
        writeAtomic(this.file(key.id), this.vault.seal(JSON.stringify(key)));
        this.keys.set(key.id, key);
    }

    remove(id: string): void {
        rmSync(this.file(id), { force: true });
        this.keys.delete(id);
    }

    private file(id: string): string {
        return join(this.folder, id + SUFFIX);
    }
}

const SUFFIX = ".key";
