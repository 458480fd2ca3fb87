import { mkdirSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../kind";
import { adminName } from "../credentials";
import { own, writeDurably } from "../files";
import { type Site } from "../types";

/** What a recovery is told besides. */
export interface Recovery {
    /** The folder with the archived log. */
    readonly archive: string;
    readonly target: "latest" | "backup" | Date;
}

/** Settings that the agent answers for: durability, reach, and the archive that restores depend on. */
const ours =
    /^(archive_.*|basic_archive\..*|cluster_name|config_file|data_directory|external_pid_file|fsync|full_page_writes|hba_file|ident_file|include.*|listen_addresses|log_destination|log_line_prefix|logging_collector|password_encryption|port|recovery_.*|restore_command|ssl.*|unix_socket_.*|wal_level)$/;

/** @throws {@link Refusal} for a parameter that is the agent's. */
export function refuseOurs(site: Site): void {
    for (const [name, value] of Object.entries(site.inputs.parameters)) {
        if (!/^[a-z][a-z0-9_.]*$/.test(name)) {
            throw new Refusal(`Database ${site.id}: parameters: "${name}" is no name of a PostgreSQL setting`);
        }
        if (ours.test(name)) {
            throw new Refusal(
                `Database ${site.id}: parameters: ${name} = "${value}" cannot be given: the agent sets it, ` +
                    "so that the database is safe, reachable and backed up: leave it out",
            );
        }
    }
}

/** The folder with the settings, beside the data, so that they are ours alone to write. */
export function settingsFolder(site: Site): string {
    const folder = join(site.folder, "settings");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    own(folder, site.account);
    return folder;
}

/** Writes the settings to `name`, and returns the path. */
export function writeSettings(site: Site, name = "postgresql.conf", recovery?: Recovery): string {
    const folder = settingsFolder(site);
    const hba = join(folder, "pg_hba.conf");
    writeDurably(hba, recovery === undefined ? access(site) : access(site, adminName), site.account);
    const path = join(folder, name);
    const lines = Object.entries({
        ...sizes,
        ...site.inputs.parameters,
        ...fixed(site, hba),
        ...(recovery === undefined ? archiving(site) : recovering(recovery)),
        ...(site.full ? { default_transaction_read_only: "on" } : {}),
    }).map(([key, value]) => `${key} = ${quoted(value)}\n`);
    writeDurably(path, lines.join(""), site.account);
    return path;
}

/** Defaults for a laptop, which `parameters` may change. */
const sizes = {
    shared_buffers: "64MB",
    max_connections: "100",
    max_wal_size: "256MB",
    min_wal_size: "32MB",
    max_wal_senders: "2",
    max_replication_slots: "2",
    log_min_duration_statement: "1000",
    log_checkpoints: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C",
};

function fixed(site: Site, hba: string): Record<string, string> {
    return {
        listen_addresses: "127.0.0.1",
        port: String(site.port),
        // No socket file: the one way in is the port, with a password.
        unix_socket_directories: "",
        hba_file: hba,
        password_encryption: "scram-sha-256",
        ssl: "off",
        fsync: "on",
        // After a crash all files are brought to the disk: in one call, where the system has it.
        ...(process.platform === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),
        full_page_writes: "on",
        wal_level: "replica",
        cluster_name: site.id,
        log_destination: "stderr",
        logging_collector: "off",
        log_line_prefix: "%m [%p] %q%u@%d ",
    };
}

/**
 * The log goes to the archive by the server's own module, which writes durably and never replaces a file. A part that is
 * not full goes after 5 minutes, or when it is needed ({@link Engine.flush}).
 */
function archiving(site: Site): Record<string, string> {
    const off = site.scratch === true || site.inputs.backup.retentionDays === 0;
    return off
        ? { archive_mode: "on", archive_library: "", archive_command: "true" }
        : {
              archive_mode: "on",
              archive_library: "basic_archive",
              "basic_archive.archive_directory": join(site.generation.folder, "wal"),
              archive_timeout: "300",
          };
}

function recovering({ archive, target }: Recovery): Record<string, string> {
    // In this command a per cent sign begins a variable, and the path goes through a shell.
    const path = `'${archive.replaceAll("%", "%%").replaceAll("'", `'\\''`)}'`;
    return {
        archive_mode: "off",
        // Else it would want to be no smaller than the server that wrote the log.
        hot_standby: "off",
        restore_command: `test -f ${path}/%f && cp ${path}/%f "%p"`,
        recovery_target_timeline: "latest",
        ...(target === "latest" ? {} : { recovery_target_action: "promote" }),
        ...(target === "backup" ? { recovery_target: "immediate" } : {}),
        ...(target instanceof Date
            ? { recovery_target_time: target.toISOString().replace("T", " ").replace("Z", "+00") }
            : {}),
    };
}

/** Passwords for all who come over loopback; only `only`, if given. */
function access(site: Site, only?: string): string {
    const admin = `host all ${adminName} 127.0.0.1/32 scram-sha-256\n`;
    return only === undefined ? `${admin}host "${site.generation.database}" all 127.0.0.1/32 scram-sha-256\n` : admin;
}

function quoted(value: string): string {
    return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", " ")}'`;
}
