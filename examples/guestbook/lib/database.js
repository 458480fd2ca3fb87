import pg from "pg";
import { cause, log } from "./log.js";

/** Any number will do, as long as all replicas use the same. */
const schemaLock = 3_141_592;

const schema = `
    create table if not exists entries (
        id bigint generated always as identity primary key,
        name text not null,
        message text not null,
        picture text,
        created_at timestamptz not null default now(),
        words integer,
        held boolean not null default false
    );
    create index if not exists entries_unread on entries (id) where words is null;`;

/** A few connections: replicas times this must stay below what the database allows. */
export function openDatabase(url) {
    if (!url)
        throw new Error(
            "DB_URL is not set: the address of a PostgreSQL database, such as postgres://user:password@host/name",
        );
    const pool = new pg.Pool({
        connectionString: asLibpq(url),
        max: 5,
        connectionTimeoutMillis: 5_000,
        idleTimeoutMillis: 30_000,
    });
    // An idle connection that breaks is replaced at the next query.
    pool.on("error", (error) => log("warn", "a connection to the database was lost", cause(error)));
    return pool;
}

/**
 * `sslmode` as PostgreSQL itself means it: with `require` all is encrypted, and only `verify-full` asks who signed the
 * server's certificate. pg takes `require` for `verify-full`, and so refuses a managed database: its cloud signs with an
 * authority of its own, which is on no machine. To check it too, name its file: `sslmode=verify-full&sslrootcert=…`.
 */
function asLibpq(url) {
    return `${url}${url.includes("?") ? "&" : "?"}uselibpqcompat=true`;
}

/** Makes the table if there is none. Two replicas that start together do it one after the other. */
export async function prepare(pool) {
    const client = await pool.connect();
    try {
        await client.query("begin");
        await client.query("select pg_advisory_xact_lock($1)", [schemaLock]);
        await client.query(schema);
        await client.query("commit");
    } catch (error) {
        await client.query("rollback").catch((second) => log("warn", "the rollback failed too", cause(second)));
        throw error;
    } finally {
        client.release();
    }
}

/** Calls `work` until it succeeds: a database may start later than we do. Gives up when `signal` is aborted. */
export async function patiently(what, work, signal) {
    for (let wait = 200; ; wait = Math.min(wait * 2, 5_000)) {
        try {
            return await work();
        } catch (error) {
            if (signal?.aborted) throw error;
            log("warn", `${what} failed, and is tried again`, { inMilliseconds: wait, ...cause(error) });
            await new Promise((resolve) => setTimeout(resolve, wait));
        }
    }
}
