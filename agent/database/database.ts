import { type Call, Refusal } from "../kind";
import { backupsOf, keepBackup, keepGeneration, sweep, type Backup } from "./backups";
import { Clock } from "./clock";
import { type Server } from "./server";
import { type DatabaseInputs, type DatabaseOutputs, type Engine, type Site } from "./types";

/** Database is one database that serves: with its backups on schedule and its gauges. */
export class Database {
    #site: Site;
    #server: Server;
    #clock: Clock | undefined;
    #stopping = false;
    #saving: Promise<unknown> = Promise.resolve();
    readonly #engine: Engine;
    readonly #start: (site: Site) => Promise<Server>;

    private constructor(site: Site, engine: Engine, server: Server, start: (site: Site) => Promise<Server>) {
        this.#site = site;
        this.#engine = engine;
        this.#server = server;
        this.#start = start;
    }

    static async serve(site: Site, engine: Engine, start: (site: Site) => Promise<Server>): Promise<Database> {
        const database = new Database(site, engine, await start(site), start);
        database.#keep(site.inputs);
        database.#clock = new Clock({
            gauges: () => database.watch(),
            due: () => database.#backupDue(),
            failed: (error) => database.#stopping || site.host.report(`Database ${site.id}: ${error.message}`),
        });
        return database;
    }

    get site(): Site {
        return this.#site;
    }

    get engine(): Engine {
        return this.#engine;
    }

    get running(): boolean {
        return this.#server.running;
    }

    /** Brings what runs to `inputs`. If it rejects, what ran before runs on. */
    async change(inputs: DatabaseInputs, call: Pick<Call<DatabaseInputs>, "progress">): Promise<void> {
        const before = this.#site;
        const next = { ...before, inputs };
        await this.#engine.validate(next);
        this.#site = next;
        const gone = Object.keys(before.inputs.parameters).filter((name) => !(name in inputs.parameters));
        try {
            if (!this.running) {
                await this.#restart(next);
            } else {
                const waiting = await this.#engine.reload(next, gone);
                if (waiting.length > 0) {
                    call.progress(
                        `Database ${before.id}: restarts, because ${waiting.join(", ")} cannot change while it runs`,
                    );
                    await this.#restart(next);
                }
            }
        } catch (error) {
            this.#site = before;
            await this.#restart(before);
            throw error;
        }
        this.#keep(inputs);
    }

    async outputs(): Promise<DatabaseOutputs> {
        const { port, credentials, generation } = this.#site;
        const database = this.#site.inputs.engine === "redis" ? "0" : generation.database;
        const [username, readOnlyUsername] = [generation.database, `${generation.database}_reader`];
        const url = (user: string, password: string) =>
            `${this.#engine.scheme}://${user}:${password}@127.0.0.1:${port}/${database}`;
        return {
            host: "127.0.0.1",
            port,
            database,
            username,
            password: credentials.owner,
            readOnlyUsername,
            readOnlyPassword: credentials.reader,
            url: url(username, credentials.owner),
            readOnlyUrl: url(readOnlyUsername, credentials.reader),
            version: await this.#engine.version(this.#site),
        };
    }

    /** Makes a backup now; one at a time. */
    async backup(): Promise<Backup> {
        const { id, inputs, host } = this.#site;
        if (inputs.backup.retentionDays === 0) {
            throw new Refusal(`Database ${id}: backups.retention is 0, so it keeps no backups: set it to 1 or more`);
        }
        const made = this.#saving.then(() => this.#backup());
        this.#saving = made.catch(() => host.metrics.count("backup_failures", 1, { database: id }));
        return made;
    }

    /** Makes all that is committed restorable. */
    async flush(): Promise<void> {
        await this.#engine.flush(this.#site);
    }

    async stop(): Promise<void> {
        this.#clock?.stop();
        this.#stopping = true;
        await this.#server.stop();
        // A backup that was on its way has failed with it, and does not count. It must not write any more.
        await this.#saving;
    }

    async #restart(site: Site): Promise<void> {
        await this.#server.stop();
        this.#server = await this.#start(site);
    }

    async #backup(): Promise<Backup> {
        const site = this.#site;
        const backup = await keepBackup(site.generation, (into) => this.#engine.backup(site, into));
        await sweep(site.host, site.inputs.engine, (generation, kept) => this.#engine.prune(generation, kept));
        site.host.metrics.observe("backup_seconds", (backup.finishedAt - backup.startedAt) / 1000, {
            database: site.id,
        });
        this.#sayLastBackup(backup);
        return backup;
    }

    /** Due is a backup that began after the window last opened; a machine that slept then makes it when it is awake. */
    async #backupDue(): Promise<void> {
        const { retentionDays, window } = this.#site.inputs.backup;
        const newest = backupsOf(this.#site.generation).at(-1);
        if (retentionDays > 0 && this.running && (newest === undefined || newest.startedAt < lastOpening(window))) {
            await this.backup();
        }
    }

    /** Shows its size and load, and stops writes when the storage is used up. */
    async watch(): Promise<void> {
        const site = this.#site;
        const dimensions = { database: site.id };
        site.host.metrics.gauge("database_up", this.running ? 1 : 0, dimensions);
        if (!this.running) {
            return;
        }
        const gauges = await this.#engine.gauges(site);
        for (const [name, value] of Object.entries(gauges)) {
            site.host.metrics.gauge(`database_${name}`, value, dimensions);
        }
        const used = gauges.size_bytes / (site.inputs.storageGiB * 2 ** 30);
        site.host.metrics.gauge("database_storage_used_ratio", used, dimensions);
        const newest = backupsOf(site.generation).at(-1);
        if (newest !== undefined) {
            this.#sayLastBackup(newest);
        }
        await this.#enforce(used);
    }

    /** Takes no more writes when the storage is used up, until a twentieth of it is free again. */
    async #enforce(used: number): Promise<void> {
        const site = this.#site;
        const full = used >= 1 || (site.full && used > 0.95);
        if (full !== site.full) {
            this.#site = { ...site, full };
            await this.#engine.reload(this.#site, []);
            site.host.report(
                full
                    ? `Database ${site.id}: ${site.inputs.storageGiB} GiB are used up: raise storage, or remove data`
                    : `Database ${site.id}: takes writes again`,
            );
        }
    }

    #sayLastBackup(backup: Backup): void {
        const { host, id } = this.#site;
        host.metrics.gauge("backup_last_success_time", backup.finishedAt / 1000, { database: id });
    }

    /** The generation remembers how long its backups are to be kept, for when the database is no more. */
    #keep(inputs: DatabaseInputs): void {
        const { pointInTime, retentionDays } = inputs.backup;
        const generation = { ...this.#site.generation, pointInTime, retentionDays };
        keepGeneration(generation);
        this.#site = { ...this.#site, inputs, generation };
    }
}

/** When the daily window `HH:MM` (UTC) opened last. */
export function lastOpening(window: string, now = Date.now()): number {
    const [hours = 0, minutes = 0] = window.split(":").map(Number);
    const today = new Date(now).setUTCHours(hours, minutes, 0, 0);
    return today <= now ? today : today - 86_400_000;
}
