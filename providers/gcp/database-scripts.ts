/** What the job does, in the shell of its image. Each step may have been done before. */

import { names } from "./database-engine";

const { database, admin, write: owner } = names;

/** Through a new endpoint, from a network that it has just come into, the first connection may take minutes. */
function whenReached(check: string): string[] {
    return [
        "left=60",
        `until ${check}; do`,
        '    [ "$left" -gt 0 ] || exit 1',
        "    left=$((left - 1)); sleep 5",
        "done",
    ];
}

/**
 * The owner owns the database, and the reader reads what the owner has made and will make. `\password` hashes in the job:
 * what says "alter role" is written down by the server, and has no password in it.
 *
 * @param sslmode - not `require` only where there is no network between
 */
export function postgresScript(access: "write" | "read", sslmode = "require"): string {
    const user = names[access];
    const roles = [...new Set([owner, user])].map((name) => `'${name}'`).join(", ");
    return [
        "set -eu",
        `export PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGUSER=${admin} PGPASSWORD="$ADMIN_PASSWORD" PGSSLMODE=${sslmode} PGDATABASE=postgres`,
        'run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }',
        ...whenReached("run --command 'select 1' >/dev/null"),
        "run <<'SQL'",
        // Two of us at the same time would be in each other's way.
        "select pg_advisory_lock(7001);",
        `select format('create role %I login', name) from unnest(array[${roles}]) as name`,
        "    where not exists (select from pg_roles where rolname = name) \\gexec",
        `grant ${owner} to current_user;`,
        `select 'create database ${database}' where not exists (select from pg_database where datname = '${database}') \\gexec`,
        `alter database ${database} owner to ${owner};`,
        "SQL",
        // Without a terminal it reads both lines from here.
        `printf '%s\\n%s\\n' "$USER_PASSWORD" "$USER_PASSWORD" | run --command '\\password ${user}'`,
        `PGDATABASE=${database} run <<'SQL'`,
        "select pg_advisory_lock(7001);",
        `set role ${owner};`,
        `revoke all on database ${database} from public;`,
        ...(access === "read" ? reading(user) : []),
        "SQL",
        "",
    ].join("\n");
}

function reading(user: string): string[] {
    const everySchema = (what: string) =>
        `select format('${what} to ${user}', nspname) from pg_namespace where pg_has_role(current_user, nspowner, 'usage') \\gexec`;
    return [
        `grant connect on database ${database} to ${user};`,
        `alter default privileges grant select on tables to ${user};`,
        `alter default privileges grant select on sequences to ${user};`,
        `alter default privileges grant usage on schemas to ${user};`,
        everySchema("grant usage on schema %I"),
        everySchema("grant select on all tables in schema %I"),
        everySchema("grant select on all sequences in schema %I"),
        "reset role;",
        // To fail at once is kinder than a rollback later.
        `alter role ${user} set default_transaction_read_only = on;`,
    ];
}

/** A user who comes over TLS only. MySQL leaves passwords out of what it writes down. */
export function mysqlScript(access: "write" | "read"): string {
    const who = `'${names[access]}'@'%'`;
    const may = access === "write" ? "all privileges" : "select, show view";
    return [
        "set -eu",
        'export MYSQL_PWD="$ADMIN_PASSWORD"',
        `run() { mysql --host="$DB_HOST" --port="$DB_PORT" --user=${admin} --ssl-mode=REQUIRED --batch "$@"; }`,
        ...whenReached("run --execute='select 1' >/dev/null"),
        "run <<SQL",
        `create database if not exists ${database};`,
        `create user if not exists ${who} identified by '$USER_PASSWORD' require ssl;`,
        `alter user ${who} identified by '$USER_PASSWORD' require ssl;`,
        `grant ${may} on ${database}.* to ${who};`,
        "SQL",
        "",
    ].join("\n");
}
