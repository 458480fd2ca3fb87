import { existsSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeScratch } from "../../core/scratch";
import { type Host, Refusal } from "../../kind";
import { adminName } from "../credentials";
import { newFolder, own, syncDisk, writeDurably } from "../files";
import { findProgram, installed } from "../installed";
import { run } from "../run";
import { Server } from "../server";
import { type Engine, type Site } from "../types";
import { asAdmin, door, rows, settle } from "./session";

const stopSignal = "SIGTERM";
const pidFile = "server.pid";

/** MySQL, or MariaDB, as installed on the machine. A commit is on the disk before it is acknowledged. */
export function mysql(_host: Host): Engine {
    const engine: Engine = {
        scheme: "mysql",
        stopSignal,
        pidFile,

        major: ({ id }) => release(program(id)),

        async instead({ id, inputs: { version } }) {
            const server = program(id);
            const there = await release(server);
            const maria = /mariadb/i.test((await run([server, "--version"])).stdout);
            const same = version === undefined || (!maria && (version === there || version === there.split(".")[0]));
            return same ? undefined : `${maria ? "MariaDB" : "MySQL"} ${there}`;
        },

        async validate(site) {
            for (const name of Object.keys(site.inputs.parameters)) {
                if (!/^[a-z][a-z0-9_]*$/.test(name) || ours.has(name)) {
                    throw new Refusal(
                        `Database ${site.id}: parameters: ${name} cannot be given: ` +
                            (ours.has(name) ? "the agent sets it: leave it out" : "it is no name of a MySQL variable"),
                    );
                }
            }
            if (site.inputs.backup.retentionDays > 0) {
                dumpProgram(site.id);
            }
        },

        init: (site) => make(engine, site, () => Promise.resolve()),

        async restore(site, _source, backup) {
            const client = installed(`Database ${site.id}`, ["mariadb", "mysql"], packages);
            await make(engine, site, async (socket) => {
                const { database } = site.generation;
                const command = [client, "--no-defaults", "--socket", socket, "--user", "root", "--database", database];
                const ran = await run(command, { inputFile: join(backup.folder, "dump.sql"), account: site.account });
                if (ran.code !== 0) {
                    throw new Error(`Database ${site.id}: the dump could not be read in: ${ran.stderr.trim()}`);
                }
            });
            return backup.id;
        },

        async program(site) {
            const server = program(site.id);
            const there = await release(server);
            if (there !== site.generation.major && there.split(".")[0] !== site.generation.major) {
                throw new Refusal(
                    `Database ${site.id}: its files are of ${site.generation.major}, and this machine has ${there}: nothing ` +
                        "was changed. Install the former again, or make a second database and copy by a dump",
                );
            }
            return { command: tell(server, site, {}) };
        },

        async ready(site) {
            await settle(site, door(site));
        },

        async reload(site, removed) {
            tell(program(site.id), site, {});
            return [...removed, ...(await setAll(site))];
        },

        async version(site) {
            const [row] = await asAdmin(door(site), (connection) => rows(connection, "select version() as version"));
            return /^[\d.]+/.exec(String(row?.["version"]))?.[0] ?? "";
        },

        async empty(site) {
            const count = `select count(*) as count from information_schema.tables
                where table_schema = '${site.generation.database}'`;
            const [row] = await asAdmin(door(site), (connection) => rows(connection, count));
            return Number(row?.["count"]) === 0;
        },

        async gauges(site) {
            return asAdmin(door(site), async (connection) => {
                const status = new Map(
                    (await rows(connection, "show global status")).map((row) => [row["Variable_name"], row["Value"]]),
                );
                const [size] = await rows(
                    connection,
                    `select coalesce(sum(data_length + index_length), 0) as bytes from information_schema.tables
                    where table_schema = '${site.generation.database}'`,
                );
                const value = (name: string) => Number(status.get(name) ?? 0);
                const reads = value("Innodb_buffer_pool_read_requests");
                return {
                    connections: value("Threads_connected"),
                    size_bytes: Number(size?.["bytes"]),
                    transactions: value("Handler_commit"),
                    cache_hit_ratio: reads === 0 ? 1 : 1 - value("Innodb_buffer_pool_reads") / reads,
                };
            });
        },

        backup: dump,
        flush: () => Promise.resolve(),
        prune: () => Promise.resolve(),
    };
    return engine;
}

const packages = { apt: "mariadb-server", brew: "mariadb" };

const ours = new Set(
    (
        "basedir bind_address datadir init_file innodb_flush_log_at_trx_commit log_bin log_error pid_file plugin_dir port " +
        "skip_grant_tables skip_name_resolve skip_networking socket user"
    ).split(" "),
);

function program(id: string): string {
    return installed(`Database ${id}`, ["mariadbd", "mysqld"], packages);
}

function dumpProgram(id: string): string {
    return installed(`Database ${id}: backup`, ["mariadb-dump", "mysqldump"], {
        apt: "mariadb-client",
        brew: "mariadb",
    });
}

/** `10.11` */
async function release(server: string): Promise<string> {
    return /Ver (\d+\.\d+)/.exec((await run([server, "--version"])).stdout)?.[1] ?? "";
}

/** Writes the settings, and says how to start the server with them. */
function tell(server: string, site: Site, over: Record<string, string>): string[] {
    const settings = {
        innodb_buffer_pool_size: "64M",
        character_set_server: "utf8mb4",
        performance_schema: "OFF",
        ...site.inputs.parameters,
        datadir: site.data,
        bind_address: "127.0.0.1",
        port: String(site.port),
        // Within the data folder; nobody has an account that comes by it.
        socket: "server.sock",
        pid_file: join(site.data, pidFile),
        skip_name_resolve: "ON",
        "loose-mysqlx": "OFF",
        innodb_flush_log_at_trx_commit: "1",
        skip_log_bin: "1",
        ...over,
    };
    const path = join(site.folder, "my.cnf");
    const lines = Object.entries(settings).map(([key, value]) => `${key} = "${value.replaceAll(/["\\\n]/g, "")}"\n`);
    writeDurably(path, `[mysqld]\n${lines.join("")}`, site.account);
    // The folder is named again for the agent, which knows its server by it.
    return [server, `--defaults-file=${path}`, `--datadir=${site.data}`];
}

/** A new server: started without a network, so that its root, who has no password yet, is the agent's alone. */
async function make(engine: Engine, site: Site, fill: (socket: string) => Promise<void>): Promise<void> {
    await newFolder(site.data, site.account);
    const server = program(site.id);
    const script = findProgram(["mariadb-install-db"]);
    const command =
        basename(server) === "mariadbd" && script !== undefined
            ? [
                  script,
                  "--no-defaults",
                  `--datadir=${site.data}`,
                  "--auth-root-authentication-method=normal",
                  "--skip-test-db",
              ]
            : [server, "--no-defaults", "--initialize-insecure", `--datadir=${site.data}`];
    const ran = await run(command, { account: site.account, env: { LC_ALL: "C" }, cwd: dirname(dirname(server)) });
    if (ran.code !== 0) {
        throw new Error(`Database ${site.id}: ${command[0]} ended with ${ran.code}: ${ran.stderr || ran.stdout}`);
    }
    // The path of a socket has 103 letters at most.
    const short = makeScratch("mysql");
    own(short, site.account);
    const socketPath = join(short, "s");
    try {
        const alone = {
            ...engine,
            program: () =>
                Promise.resolve({ command: tell(server, site, { skip_networking: "ON", socket: socketPath }) }),
            ready: async () => {
                await asAdmin({ socketPath }, (connection) => rows(connection, "select 1"));
            },
        };
        const running = await Server.start(site, alone, true);
        try {
            await settle(site, { socketPath });
            await fill(socketPath);
            await asAdmin({ socketPath }, async (connection) => {
                for (const row of await rows(
                    connection,
                    "select user, host from mysql.user where user in ('root', '')",
                )) {
                    const [user, host] = [row["user"] ?? row["User"], row["host"] ?? row["Host"]];
                    await connection.query(`drop user '${String(user)}'@'${String(host)}'`);
                }
            });
        } finally {
            await running.stop();
        }
    } finally {
        await rm(short, { recursive: true, force: true });
    }
    await syncDisk(site.data);
}

/** A dump in one transaction: what was committed when it began. The password goes in by a pipe. */
async function dump(site: Site, into: string): Promise<Record<string, string>> {
    const file = join(into, "dump.sql");
    const options = ["--single-transaction", "--routines", "--triggers", "--events", "--hex-blob", "--no-tablespaces"];
    const ran = await run(
        // Node's own pipes are sockets, which a program cannot open by the name /dev/stdin.
        [
            ...["sh", "-c", 'cat | "$0" "$@"', dumpProgram(site.id), "--defaults-file=/dev/stdin", "--host=127.0.0.1"],
            ...[`--port=${site.port}`, `--user=${adminName}`, ...options, site.generation.database],
        ],
        { input: `[client]\npassword="${site.credentials.admin}"\n`, outputFile: file },
    );
    if (ran.code !== 0 || !(await lastLine(file)).includes("Dump completed")) {
        throw new Error(`Database ${site.id}: the dump failed: ${ran.stderr.trim()}`);
    }
    await syncDisk(into);
    return {};
}

async function lastLine(path: string): Promise<string> {
    if (!existsSync(path)) {
        return "";
    }
    const file = await open(path, "r");
    try {
        const { size } = await file.stat();
        const { buffer, bytesRead } = await file.read(Buffer.alloc(200), 0, 200, Math.max(0, size - 200));
        return buffer.toString("utf8", 0, bytesRead);
    } finally {
        await file.close();
    }
}

/** Sets the parameters in what runs; returns those which it takes at a start only. */
async function setAll(site: Site): Promise<string[]> {
    const waiting: string[] = [];
    await asAdmin(door(site), async (connection) => {
        for (const [name, value] of Object.entries(site.inputs.parameters)) {
            const factor = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[/^\d+([KMG])$/.exec(value)?.[1] ?? ""] ?? 1;
            const number = /^\d+[KMG]?$/.test(value) ? Number.parseInt(value, 10) * factor : value;
            try {
                await connection.query(`set global ${name} = ?`, [number]);
            } catch (error) {
                const { code, message } = error as Error & { code?: string };
                if (code !== "ER_INCORRECT_GLOBAL_LOCAL_VAR") {
                    throw new Refusal(
                        `Database ${site.id}: parameters: MySQL does not take ${name} = "${value}": ${message}`,
                    );
                }
                const [now] = await rows(connection, `show global variables like '${name}'`);
                if (String(now?.["Value"]) !== String(number)) {
                    waiting.push(name);
                }
            }
        }
    });
    return waiting;
}
