import { chmodSync, existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Host, Refusal } from "../../kind";
import { type Account } from "../../process/account";
import { adminName, scramVerifier } from "../credentials";
import { newFolder, ownTree, syncDisk } from "../files";
import { named } from "../place";
import { run } from "../run";
import { type Engine, type Site } from "../types";
import { copyCluster, pruneArchive } from "./backup";
import { binaries } from "./binaries";
import { recover } from "./recovery";
import { settleRoles } from "./roles";
import { asAdmin, row } from "./session";
import { refuseOurs, settingsFolder, writeSettings } from "./settings";

/** Ends the sessions, writes what is in memory, and ends. */
const stopSignal = "SIGINT";
const pidFile = "postmaster.pid";

/** PostgreSQL itself: its binaries come from npm, or from the machine. */
export function postgres(host: Host): Engine {
    const bin = async (site: Pick<Site, "id" | "generation">) =>
        (await binaries(host, `Database ${site.id}`, site.generation.major)).bin;
    const command = async (site: Site, settings: string) => [
        join(await bin(site), "postgres"),
        "-D",
        site.data,
        `--config-file=${settings}`,
    ];
    const engine: Engine = {
        scheme: "postgres",
        stopSignal,
        pidFile,

        async major({ id, inputs }) {
            return (await binaries(host, `Database ${id}`, inputs.version)).major;
        },

        async validate(site) {
            if (/^(postgres|template[01]|pg_.*|mvi_admin.*)$/.test(site.generation.database)) {
                throw new Refusal(
                    `Database ${site.id}: name: "${site.inputs.name}" is PostgreSQL's own: give another name`,
                );
            }
            refuseOurs(site);
            await checkSettings(site, await command(site, writeSettings(site, "candidate.conf")));
        },

        async init(site) {
            await initialize(await bin(site), site);
        },

        async restore(site, source, backup, target) {
            const start = async (settings: string) => ({ command: await command(site, settings) });
            return recover(site, source, backup, target, { stopSignal, pidFile, start });
        },

        async program(site) {
            checkMajor(site);
            return { command: await command(site, writeSettings(site)) };
        },

        async ready(site) {
            await asAdmin(site, (client) => client.query("select 1"));
            await settleRoles(site);
        },

        async reload(site) {
            writeSettings(site);
            const time = "select pg_conf_load_time()::text as time";
            const before = await asAdmin(site, async (client) => {
                const { time: was } = await row<{ time: string }>(client, time);
                await client.query("select pg_reload_conf()");
                return was;
            });
            for (;;) {
                const waiting = await asAdmin(site, async (client) => {
                    if ((await row<{ time: string }>(client, time)).time === before) {
                        return undefined;
                    }
                    const { rows } = await client.query<{ name: string }>(
                        "select name from pg_settings where pending_restart order by name",
                    );
                    return rows.map(({ name }) => name);
                });
                if (waiting !== undefined) {
                    return waiting;
                }
                await pause(20);
            }
        },

        async version(site) {
            const version = await asAdmin(site, (client) =>
                row<{ server_version: string }>(client, "show server_version"),
            );
            return version.server_version.split(" ")[0] ?? "";
        },

        async empty(site) {
            const own = `select count(*)::int as count from pg_class join pg_namespace n on n.oid = relnamespace
                where nspname !~ '^pg_' and nspname <> 'information_schema'`;
            const found = await asAdmin(
                site,
                (client) => row<{ count: number }>(client, own),
                site.generation.database,
            );
            return found.count === 0;
        },

        async gauges(site) {
            return asAdmin(site, async (client) => {
                const { rows } = await client.query<Record<string, number>>(gaugesQuery, [site.generation.database]);
                return { size_bytes: 0, ...rows[0] };
            });
        },

        backup: copyCluster,

        async flush(site) {
            if (site.scratch === true || site.inputs.backup.retentionDays === 0) {
                return;
            }
            const segment = await asAdmin(site, async (client) => {
                // A commit of our own: a recovery to a moment before it has something to stop at.
                await client.query("select pg_current_xact_id()");
                const { name } = await row<{ name: string }>(
                    client,
                    "select pg_walfile_name(pg_current_wal_lsn()) as name",
                );
                await client.query("select pg_switch_wal()");
                return name;
            });
            const path = join(site.generation.folder, "wal", segment);
            for (const deadline = Date.now() + 30_000; !existsSync(path); await pause(20)) {
                if (Date.now() > deadline) {
                    throw new Error(`Database ${site.id}: the log ${segment} did not come to the archive in 30 s`);
                }
            }
        },

        async prune(generation, kept) {
            pruneArchive(generation, kept);
        },
    };
    return engine;
}

const gaugesQuery = `select numbackends as connections, pg_database_size(datname)::float8 as size_bytes,
    (xact_commit + xact_rollback)::float8 as transactions, deadlocks::float8 as deadlocks,
    coalesce(blks_hit::float8 / nullif(blks_hit + blks_read, 0), 1) as cache_hit_ratio
    from pg_stat_database where datname = $1`;

/**
 * A new cluster. Nobody can connect to it until the agent's password is set, which goes in as a verifier through the
 * server's standard input: in no file, no argument, no log.
 */
async function initialize(bin: string, site: Site): Promise<void> {
    // initdb wants an account that has a name, and root is refused; nobody's is there on every system.
    const account = site.account === undefined ? undefined : named("nobody");
    chmodSync(site.folder, account === undefined ? 0o700 : 0o711);
    await newFolder(site.data, account);
    // Sorts by code points, and knows the letters of all languages: the same on every machine.
    const locale =
        Number(site.generation.major) >= 17
            ? ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
            : ["--locale", "C"];
    await must(site, account, [
        ...[join(bin, "initdb"), "--pgdata", site.data, "--username", adminName, "--auth", "reject"],
        ...[...locale, "--encoding", "UTF8", "--data-checksums", "--no-instructions", "--no-sync"],
        // Small parts of the log: what is lost with the disk, and what each part costs in the archive.
        ...["--wal-segsize", "4"],
    ]);
    const sql = `alter role ${adminName} password '${scramVerifier(site.credentials.admin)}'\n`;
    await must(site, account, [join(bin, "postgres"), "--single", "-j", "-D", site.data, "postgres"], `${sql};\n\n`);
    await ownTree(site.data, site.account);
    chmodSync(site.folder, 0o700);
    await syncDisk(site.data);
}

async function must(site: Site, account: Account | undefined, command: string[], input?: string): Promise<void> {
    const ran = await run(command, { account, input, env: { LC_ALL: "C", TZ: "UTC" } });
    if (ran.stderr.includes("could not look up effective user ID")) {
        throw new Refusal(
            `Database ${site.id}: the account ${process.getuid?.()} has no name on this machine, and PostgreSQL makes no ` +
                "database for such: add it to /etc/passwd, or run as another",
        );
    }
    if (ran.code !== 0 || /(ERROR|FATAL):/.test(ran.stderr)) {
        throw new Error(`Database ${site.id}: ${command[0]} ended with ${ran.code}: ${ran.stderr.trim()}`);
    }
}

/** Lets the server itself judge its settings, before anything that runs is touched. */
async function checkSettings(site: Site, command: readonly string[]): Promise<void> {
    const folder = existsSync(site.data) ? site.data : undefined;
    const args = folder === undefined ? command.filter((_, index) => index !== 1 && index !== 2) : command;
    const asked = [...args, ...(folder === undefined ? ["-D", settingsFolder(site)] : []), "-C", "max_connections"];
    const ran = await run(asked, { account: site.account, env: { LC_ALL: "C", TZ: "UTC" } });
    await rm(join(settingsFolder(site), "candidate.conf"), { force: true });
    if (ran.code !== 0) {
        const said = ran.stderr
            .trim()
            .replaceAll(/^.*?(FATAL|LOG|HINT|DETAIL): +/gm, "")
            .split("\n")
            .join("; ");
        throw new Refusal(`Database ${site.id}: parameters: PostgreSQL does not take them: ${said}`);
    }
}

/** @throws {@link Refusal} when the files are those of another major version: it would not start, and must not try. */
function checkMajor(site: Site): void {
    const path = join(site.data, "PG_VERSION");
    const there = existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
    if (there !== undefined && there !== site.generation.major) {
        throw new Refusal(
            `Database ${site.id}: its files are of PostgreSQL ${there}, and ${site.generation.major} is to run: nothing was ` +
                `changed. Set version to "${there}" and install that server, or make a second database and copy with ` +
                "pg_dump and pg_restore",
        );
    }
}
