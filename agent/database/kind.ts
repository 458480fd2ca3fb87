import { rm } from "node:fs/promises";
import { join } from "node:path";
import { letGo } from "../core/protect";
import { type Call, type Host, type Kind, Refusal } from "../kind";
import { backupsOf, generations, keepGeneration, pruneBackups, type Backup, type Generation } from "./backups";
import { checkInputs, checkUpdate } from "./check";
import { newCredentials } from "./credentials";
import { findBackup } from "./find";
import { Database } from "./database";
import { mysql } from "./mysql";
import { existingSite, folderOf, generationOf, hasData, newSite } from "./instance";
import { place, serverAccount, tidy } from "./place";
import { postgres } from "./postgres";
import { redis } from "./redis";
import { endLeftover, Server } from "./server";
import { type DatabaseInputs, type DatabaseOutputs, type Engine, type EngineName, type Site } from "./types";
import { newFolder } from "./files";
import { freePort } from "./port";

export { databaseLog } from "./server";
export { type Backup } from "./backups";
export { type BackupInputs, type DatabaseInputs, type DatabaseOutputs, type EngineName } from "./types";

/** DatabaseKind keeps database servers, and does what an operator asks of their backups. */
export interface DatabaseKind extends Kind<DatabaseInputs, DatabaseOutputs> {
    /** Makes a backup now. */
    backupNow(id: string): Promise<Backup>;
    /** What can be restored of `id`, oldest first, with what is left of its earlier lives. */
    listBackups(id: string): readonly Backup[];
    /**
     * Restores the newest state of `id` beside it, counts what is in it, and removes it again.
     * @returns seconds until it served, which is `backup_restore_seconds` as well.
     */
    testRestore(id: string): Promise<{ backup: string; seconds: number }>;
    /** Looks at its size and load now, as it does each 15 s. */
    watch(id: string): Promise<void>;
    /** Removes all backups of `id`, which is no more: the stack is destroyed. */
    dropBackups(id: string): Promise<void>;
}

/** Database: PostgreSQL from npm, MySQL and Redis as installed on the machine. */
export function databaseKind(host: Host): DatabaseKind {
    const engines: Record<EngineName, Engine> = { postgres: postgres(host), mysql: mysql(host), redis: redis(host) };
    const open = new Map<string, Database>();
    const queues = new Map<string, Promise<unknown>>();
    /** One thing at a time is done to a database. */
    const alone = <T>(id: string, task: () => Promise<T>): Promise<T> => {
        const turn = (queues.get(id) ?? Promise.resolve()).then(task);
        queues.set(
            id,
            turn.catch(() => undefined),
        );
        return turn;
    };
    const opened = (id: string) => {
        const database = open.get(id);
        if (database === undefined) {
            throw new Refusal(`Database ${id}: it does not run: bring it up with pulumi up`);
        }
        return database;
    };
    const start = (site: Site) => Server.start(site, engines[site.inputs.engine]);

    async function bring(id: string, inputs: DatabaseInputs, call: Call<DatabaseInputs>): Promise<Database> {
        const engine = engines[inputs.engine];
        checkInputs(id, inputs);
        const there = generationOf(host, id);
        const known = call.previous !== undefined || call.restoring || hasData(host, id);
        if (known) {
            checkUpdate(id, inputs, call.previous, there);
        }
        if (!call.restoring && inputs.version !== call.previous?.version) {
            const instead = await engine.instead?.({ id, inputs });
            if (instead !== undefined) {
                call.progress(`${instead} is installed and used, not ${inputs.engine} ${inputs.version}`);
            }
        }
        const running = open.get(id);
        if (running !== undefined) {
            await running.change(inputs, call);
            return running;
        }
        if (known) {
            const before = existingSite(host, id, inputs, 0);
            // Before the port is asked for: the server of an agent that was killed holds it.
            await endLeftover(before, engine);
        }
        const port = await host.port(`database/${id}`);
        if (!known) {
            await open.get(inputs.restore?.from ?? "")?.flush();
        }
        const site = known ? existingSite(host, id, inputs, port) : await newSite(host, id, inputs, port, engine, call);
        await engine.validate(site);
        return Database.serve(site, engine, start);
    }

    return {
        name: "Database",
        replaceOn: ["name", "engine"],
        stable: {
            host: [],
            port: [],
            database: [],
            username: [],
            password: [],
            readOnlyUsername: [],
            readOnlyPassword: [],
            url: [],
            readOnlyUrl: [],
        },
        secrets: ["password", "readOnlyPassword", "url", "readOnlyUrl"],

        apply: (id, inputs, call) =>
            alone(id, async () => {
                const database = await bring(id, inputs, call);
                open.set(id, database);
                return database.outputs();
            }),

        async read(id, recorded) {
            if (!hasData(host, id)) {
                return undefined;
            }
            const database = open.get(id);
            if (database === undefined || !database.running) {
                // No input says whether it runs: this one does, so that the next update starts it.
                const parameters = { ...recorded.inputs.parameters, state: "not running" };
                return { inputs: { ...recorded.inputs, parameters }, outputs: recorded.outputs };
            }
            return { inputs: database.site.inputs, outputs: await database.outputs() };
        },

        remove: (id, inputs) =>
            alone(id, async () => {
                const database = open.get(id);
                await mayRemove(id, inputs, database);
                // Its last state stays restorable as long as its backups are kept.
                await database?.flush().catch((error: Error) => host.report(`Database ${id}: ${error.message}`));
                await database?.stop();
                open.delete(id);
                const generation = generationOf(host, id);
                if (generation !== undefined) {
                    const engine = engines[generation.engine];
                    if (hasData(host, id) && database === undefined) {
                        await endLeftover(existingSite(host, id, inputs ?? leftInputs(generation), 0), engine);
                    }
                    const removed = { ...generation, removedAt: Date.now() };
                    keepGeneration(removed);
                    await engine.prune(removed, pruneBackups(removed));
                }
                await rm(folderOf(host, id), { recursive: true, force: true });
                tidy(host);
                host.releasePort(`database/${id}`);
            }),

        async stop() {
            await Promise.all([...open.keys()].map((id) => alone(id, () => opened(id).stop())));
            open.clear();
        },

        backupNow: async (id) => opened(id).backup(),

        listBackups: (id) => generations(host, id).flatMap(backupsOf),

        async testRestore(id) {
            const { site: of, engine } = opened(id);
            await opened(id).flush();
            const { generation, backup, target } = findBackup(host, `Database ${id}`, { from: id });
            const began = Date.now();
            const folder = folderOf(host, `scratch.${id}`);
            const site: Site = {
                ...of,
                ...{ id: `scratch.${id}`, folder, data: join(folder, "data"), scratch: true, full: false },
                ...{ port: await freePort(), credentials: newCredentials(), account: serverAccount },
            };
            try {
                await newFolder(folder, serverAccount);
                await engine.restore(site, generation, backup, target);
                const server = await Server.start(site, engine, true);
                const seconds = (Date.now() - began) / 1000;
                const empty = await engine.empty(site).finally(() => server.stop());
                if (empty && !(await engine.empty(of))) {
                    throw new Error(
                        `Database ${id}: the restored backup ${backup.id} is empty, and the database is not`,
                    );
                }
                host.metrics.gauge("backup_restore_seconds", seconds, { database: id });
                return { backup: backup.id, seconds };
            } finally {
                await rm(folder, { recursive: true, force: true });
            }
        },

        watch: async (id) => opened(id).watch(),

        async dropBackups(id) {
            if (generationOf(host, id) !== undefined) {
                throw new Refusal(`Database ${id}: its backups stay while it is there: remove it first`);
            }
            await rm(join(place(host, "backups"), id), { recursive: true, force: true });
            tidy(host);
        },
    };

    async function mayRemove(id: string, inputs: DatabaseInputs | undefined, database?: Database): Promise<void> {
        if (inputs === undefined || inputs.forceDestroy || !hasData(host, id)) {
            return;
        }
        // One that does not run cannot be asked, so it is taken to have data.
        if (database === undefined || !database.running || !(await database.engine.empty(database.site))) {
            throw new Refusal(`Database ${id}: it has data in it, which would be lost: ${letGo}`);
        }
    }
}

/** Inputs for ending a server whose record is gone. */
function leftInputs({ engine, database }: Generation): DatabaseInputs {
    const backup = { retentionDays: 0, window: "00:00", pointInTime: false };
    return { name: database, engine, storageGiB: 1, backup, parameters: {}, forceDestroy: true };
}
