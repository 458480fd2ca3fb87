import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { readOrRefuse } from "../core/files";
import { type Host } from "../kind";
import { own, syncFolder, writeDurably } from "./files";
import { place, serverAccount } from "./place";
import { type EngineName } from "./types";

/** Generation is one life of a database, from its making to its removal. Each keeps its backups apart from the others'. */
export interface Generation {
    readonly id: string;
    readonly folder: string;
    readonly engine: EngineName;
    readonly major: string;
    /** As it was named, for its roles have to be renamed in another. */
    readonly database: string;
    /** The agent's password within it, sealed. */
    readonly admin: string;
    readonly pointInTime: boolean;
    readonly retentionDays: number;
    /** Milliseconds since 1970. */
    readonly createdAt: number;
    readonly removedAt?: number;
}

/** Backup is one full copy of a database. */
export interface Backup {
    /** Such as `20261121T031500Z`. */
    readonly id: string;
    readonly folder: string;
    readonly generation: string;
    /** Milliseconds since 1970: what was committed before `startedAt` is in it, what came after `finishedAt` is not. */
    readonly startedAt: number;
    readonly finishedAt: number;
    readonly facts: Readonly<Record<string, string>>;
}

/** Target is how far to go beyond the backup: not at all, to a moment, or to all that was kept. */
export type Target = "backup" | "latest" | Date;

export function newGeneration(
    host: Host,
    id: string,
    facts: Omit<Generation, "id" | "folder" | "createdAt" | "removedAt">,
): Generation {
    const now = Date.now();
    const name = `${stamp(now)}-${randomBytes(2).toString("hex")}`;
    const folder = join(place(host, "backups"), id, name);
    mkdirSync(join(folder, "base"), { recursive: true, mode: 0o711 });
    mkdirSync(join(folder, "wal"), { mode: 0o700 });
    // The server passes through to its archive, whatever our umask.
    [dirname(folder), folder].forEach((each) => chmodSync(each, serverAccount === undefined ? 0o700 : 0o711));
    own(join(folder, "wal"), serverAccount);
    const generation: Generation = { ...facts, id: name, folder, createdAt: now };
    keepGeneration(generation);
    return generation;
}

export function keepGeneration(generation: Generation): void {
    const { folder: _, ...facts } = generation;
    writeDurably(join(generation.folder, "generation.json"), JSON.stringify(facts));
}

/** The lives that `id` has had, oldest first. */
export function generations(host: Host, id: string): Generation[] {
    const folder = join(place(host, "backups"), id);
    return names(folder).flatMap((name) => {
        const facts = readOrRefuse(
            join(folder, name, "generation.json"),
            (text) => JSON.parse(text) as Omit<Generation, "folder">,
        );
        return facts ? [{ ...facts, folder: join(folder, name) }] : [];
    });
}

/** The databases that have backups, those that are no more as well. */
export function databasesWithBackups(host: Host): string[] {
    return names(place(host, "backups")).filter((id) => !id.startsWith("."));
}

/** The backups of one life, oldest first. Those which were not finished do not count. */
export function backupsOf(generation: Generation): Backup[] {
    const base = join(generation.folder, "base");
    return names(base).flatMap((name) => {
        const facts = readOrRefuse(
            join(base, name, "backup.json"),
            (text) => JSON.parse(text) as Omit<Backup, "folder">,
            "put its copy there, or remove its folder, which is one backup",
        );
        return facts ? [{ ...facts, folder: join(base, name) }] : [];
    });
}

/** Makes a backup by `copy`, which fills a folder; it counts once all of it is on the disk. */
export async function keepBackup(
    generation: Generation,
    copy: (into: string) => Promise<Readonly<Record<string, string>>>,
): Promise<Backup> {
    const startedAt = Date.now();
    const base = join(generation.folder, "base");
    names(base)
        .filter((name) => name.endsWith(".part"))
        .forEach((name) => rmSync(join(base, name), { recursive: true, force: true }));
    const id = freeStamp(base, startedAt);
    const part = join(base, `${id}.part`);
    mkdirSync(part, { recursive: true, mode: 0o700 });
    const facts = await copy(part);
    const backup = { id, generation: generation.id, startedAt, finishedAt: Date.now(), facts };
    writeDurably(join(part, "backup.json"), JSON.stringify(backup));
    renameSync(part, join(base, id));
    syncFolder(base);
    return { ...backup, folder: join(base, id) };
}

/**
 * Removes the backups that are older than the retention. The newest that is older stays while the database lives and
 * can be restored to each moment: without it the oldest days kept would have nothing to begin from.
 */
export function pruneBackups(generation: Generation, now = Date.now()): Backup[] {
    const oldest = now - generation.retentionDays * 86_400_000;
    const all = backupsOf(generation);
    const alive = generation.removedAt === undefined && generation.pointInTime;
    const from = all.findLastIndex((backup) => backup.finishedAt <= oldest);
    const kept = all.filter((backup, index) => backup.finishedAt > oldest || (alive && index === from));
    all.filter((backup) => !kept.includes(backup)).forEach((backup) =>
        rmSync(backup.folder, { recursive: true, force: true }),
    );
    return kept;
}

/** Removes what is older than its retention: of this and all other databases, of those that are no more as well. */
export async function sweep(host: Host, engine: EngineName, prune: Prune): Promise<void> {
    for (const id of names(place(host, "backups"))) {
        for (const generation of generations(host, id)) {
            const kept = pruneBackups(generation);
            if (generation.removedAt !== undefined && kept.length === 0) {
                rmSync(generation.folder, { recursive: true, force: true });
            } else if (generation.engine === engine) {
                await prune(generation, kept);
            }
        }
    }
}

/** Removes what no kept backup needs. */
type Prune = (generation: Generation, kept: readonly Backup[]) => Promise<void>;

function freeStamp(base: string, time: number): string {
    for (let at = time; ; at += 1000) {
        if (!existsSync(join(base, stamp(at)))) {
            return stamp(at);
        }
    }
}

function stamp(time: number): string {
    return new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
}

function names(folder: string): string[] {
    return existsSync(folder) ? readdirSync(folder).sort() : [];
}
