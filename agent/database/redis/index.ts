import { createHash } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Host, Refusal } from "../../kind";
import { adminName } from "../credentials";
import { newFolder, own, syncDisk, writeDurably } from "../files";
import { installed } from "../installed";
import { run } from "../run";
import { Server } from "../server";
import { type Engine, type Site } from "../types";
import { Connection } from "./connection";

const stopSignal = "SIGTERM";
const pidFile = "redis.pid";

/** Redis, or Valkey, as installed on the machine. Each write is on the disk before it is acknowledged. */
export function redis(_host: Host): Engine {
    const program = (who: string) =>
        installed(who, ["redis-server", "valkey-server"], { apt: "redis-server", brew: "redis" });
    const engine: Engine = {
        scheme: "redis",
        stopSignal,
        pidFile,

        async major({ id }) {
            const { stdout } = await run([program(`Database ${id}`), "--version"]);
            const major = /v=(\d+)/.exec(stdout)?.[1] ?? "";
            if (Number(major) < 6) {
                throw new Refusal(
                    `Database ${id}: this machine has Redis ${major}, which knows no accounts: install 6 or later`,
                );
            }
            return major;
        },

        async instead({ id, inputs }) {
            const major = await engine.major({ id, inputs });
            const same = inputs.version === undefined || inputs.version.split(".")[0] === major;
            return same ? undefined : `${basename(program(`Database ${id}`)).split("-")[0]} ${major}`;
        },

        async validate(site) {
            for (const name of Object.keys(site.inputs.parameters)) {
                if (!/^[a-z][a-z0-9-]*$/.test(name) || ours.has(name)) {
                    throw new Refusal(
                        `Database ${site.id}: parameters: ${name} cannot be given: ` +
                            (ours.has(name) ? "the agent sets it: leave it out" : "it is no name of a Redis setting"),
                    );
                }
            }
        },

        init: (site) => newFolder(site.data, site.account),

        async restore(site, _source, backup) {
            await newFolder(site.data, site.account);
            await copyFile(join(backup.folder, "dump.rdb"), join(site.data, "dump.rdb"));
            own(join(site.data, "dump.rdb"), site.account);
            // Redis reads a dump only without its log, so it begins without, and then makes one of what it read.
            const plain = {
                ...engine,
                program: (of: Site) => tell(program(`Database ${site.id}`), of, { appendonly: "no" }),
            };
            const server = await Server.start(site, plain, true);
            try {
                await asAdmin(site, async (connection) => {
                    await connection.ask("CONFIG", "SET", "appendonly", "yes");
                    await settled(connection, "persistence", /aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/);
                });
            } finally {
                await server.stop();
            }
            await syncDisk(site.data);
            return backup.id;
        },

        program: (site) => tell(program(`Database ${site.id}`), site, {}),

        async ready(site) {
            await asAdmin(site, (connection) => connection.ask("PING"));
            await setAll(site);
        },

        async reload(site, removed) {
            await tell(program(`Database ${site.id}`), site, {});
            return [...removed, ...(await setAll(site))];
        },

        async version(site) {
            const info = await asAdmin(site, (connection) => connection.ask("INFO", "server"));
            return /redis_version:([\d.]+)/.exec(String(info))?.[1] ?? "";
        },

        async empty(site) {
            const info = await asAdmin(site, (connection) => connection.ask("INFO", "keyspace"));
            return !/^db\d+:keys=/m.test(String(info));
        },

        async gauges(site) {
            const info = String(await asAdmin(site, (connection) => connection.ask("INFO")));
            const value = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
            const [hits, misses] = [value("keyspace_hits"), value("keyspace_misses")];
            return {
                connections: value("connected_clients"),
                size_bytes: value("used_memory"),
                transactions: value("total_commands_processed"),
                cache_hit_ratio: hits + misses === 0 ? 1 : hits / (hits + misses),
            };
        },

        async backup(site, into) {
            await asAdmin(site, async (connection) => {
                await settled(connection, "persistence", /rdb_bgsave_in_progress:0/);
                await connection.ask("BGSAVE");
                const info = await settled(connection, "persistence", /rdb_bgsave_in_progress:0/);
                if (!info.includes("rdb_last_bgsave_status:ok")) {
                    throw new Error(`Database ${site.id}: Redis could not save: see its log`);
                }
            });
            await copyFile(join(site.data, "dump.rdb"), join(into, "dump.rdb"));
            await syncDisk(into);
            return {};
        },

        flush: () => Promise.resolve(),
        prune: () => Promise.resolve(),
    };
    return engine;
}

const ours = new Set(
    (
        "aclfile appendfilename appenddirname appendfsync appendonly bind daemonize dbfilename dir include logfile " +
        "loadmodule pidfile port protected-mode rename-command requirepass set-proc-title supervised tls-port " +
        "unixsocket user"
    ).split(" "),
);

/** Writes the settings: of passwords only the hashes, which 192 random bits cannot be found from. */
function tell(program: string, site: Site, over: Record<string, string>): Promise<{ command: string[] }> {
    const { database } = site.generation;
    const hash = (password: string) => `#${createHash("sha256").update(password).digest("hex")}`;
    // What would move its files, end it, or change its settings is the agent's.
    const app = "~* &* +@all -@admin";
    const settings = {
        bind: "127.0.0.1",
        port: String(site.port),
        "protected-mode": "yes",
        daemonize: "no",
        dir: quoted(site.data),
        pidfile: quoted(join(site.data, pidFile)),
        // The agent knows its server by the command that it gave.
        "set-proc-title": "no",
        logfile: '""',
        save: '""',
        appendonly: "yes",
        // Each write, before its answer.
        appendfsync: "always",
        ...Object.fromEntries(Object.entries(site.inputs.parameters).map(([key, value]) => [key, quoted(value)])),
        ...over,
    };
    const users = [
        "user default off",
        `user ${adminName} on ${hash(site.credentials.admin)} ~* &* +@all`,
        `user ${database} on ${hash(site.credentials.owner)} ${app}`,
        `user ${database}_reader on ${hash(site.credentials.reader)} ~* +@read +@connection +info -@admin`,
    ];
    const path = join(site.folder, "redis.conf");
    const lines = [...Object.entries(settings).map(([key, value]) => `${key} ${value}`), ...users];
    writeDurably(path, `${lines.join("\n")}\n`, site.account);
    return Promise.resolve({ command: [program, path] });
}

/** Sets the parameters in what runs; returns those which it takes at a start only. */
async function setAll(site: Site): Promise<string[]> {
    const waiting: string[] = [];
    await asAdmin(site, async (connection) => {
        for (const [name, value] of Object.entries(site.inputs.parameters)) {
            const now = await connection.ask("CONFIG", "GET", name);
            if (Array.isArray(now) && now.length === 0) {
                throw new Refusal(`Database ${site.id}: parameters: Redis has no setting "${name}"`);
            }
            try {
                await connection.ask("CONFIG", "SET", name, value);
            } catch (error) {
                const said = (error as Error).message;
                if (!/immutable|can't set/i.test(said)) {
                    throw new Refusal(
                        `Database ${site.id}: parameters: Redis does not take ${name} = "${value}": ${said}`,
                    );
                }
                if (Array.isArray(now) && now[1] !== value) {
                    waiting.push(name);
                }
            }
        }
    });
    return waiting;
}

async function settled(connection: Connection, section: string, done: RegExp): Promise<string> {
    for (;;) {
        const info = String(await connection.ask("INFO", section));
        if (done.test(info)) {
            return info;
        }
        await pause(20);
    }
}

function asAdmin<T>(site: Site, use: (connection: Connection) => Promise<T>): Promise<T> {
    return Connection.use(site.port, adminName, site.credentials.admin, use);
}

function quoted(value: string): string {
    return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
