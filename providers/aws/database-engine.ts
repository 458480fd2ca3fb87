/** PostgreSQL and MySQL as RDS and Aurora have them. */

import type { DatabaseSpec } from "../../components/database";

export interface Engine {
    /** Not the usual one: nothing that looks for open databases finds it. */
    readonly port: number;
    readonly logs: readonly string[];
    /** With what it starts, unless `parameters` say otherwise. */
    readonly parameters: Readonly<Record<string, string>>;
    /** Which parameter forces TLS. */
    readonly tls: string;
}

export const engines: Readonly<Record<"postgres" | "mysql", Engine>> = {
    postgres: {
        port: 5433,
        logs: ["postgresql", "upgrade"],
        tls: "rds.force_ssl",
        parameters: {
            "rds.force_ssl": "1",
            log_statement: "ddl",
            log_min_duration_statement: "1000",
            log_lock_waits: "1",
        },
    },
    mysql: {
        port: 3307,
        logs: ["error", "slowquery"],
        tls: "require_secure_transport",
        parameters: {
            require_secure_transport: "1",
            slow_query_log: "1",
            long_query_time: "1",
            log_output: "FILE",
        },
    },
};

/** The database within the server, the administrator (whom only RDS's own secret knows), and the users of links. */
export const names = { database: "app", admin: "keeper", write: "app", read: "reader" } as const;

/** What RDS takes only with the next start. */
const atStart = new Set([
    ...[
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "huge_pages",
        "max_connections",
        "max_files_per_process",
    ],
    ...["max_locks_per_transaction", "max_prepared_transactions", "max_replication_slots", "max_wal_senders"],
    ...["max_worker_processes", "rds.logical_replication", "shared_buffers", "shared_preload_libraries"],
    ...["superuser_reserved_connections", "track_activity_query_size", "track_commit_timestamp", "wal_buffers"],
    ...["back_log", "innodb_buffer_pool_instances", "innodb_log_buffer_size", "innodb_read_io_threads"],
    ...["innodb_write_io_threads", "lower_case_table_names", "performance_schema", "skip_name_resolve"],
    ...["table_open_cache_instances", "log_bin_use_v1_row_events", "innodb_purge_threads"],
]);

/** The parameters of a group. None is given that would let in somebody without TLS: see checks.ts. */
export function parametersOf(engine: "postgres" | "mysql", given: DatabaseSpec["parameters"]) {
    return Object.entries({ ...engines[engine].parameters, ...given })
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([parameter, value]) => ({
            name: parameter,
            value,
            applyMethod: engine === "mysql" && parameter === "max_connections" ? "immediate" : when(parameter),
        }));
}

function when(parameter: string): string {
    return atStart.has(parameter) ? "pending-reboot" : "immediate";
}
