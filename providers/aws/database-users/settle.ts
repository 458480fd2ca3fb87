/** A function within the network: makes a user of a database, or brings the one that is there to its password. It reaches nothing else. */

import * as fs from "node:fs";

export interface Settle {
    readonly engine: "postgres" | "mysql";
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly admin: { readonly username: string; readonly password: string };
    /** The one that owns the database; it is there in any case, since those who read are given what is its. */
    readonly owner: string;
    readonly user: { readonly name: string; readonly password: string; readonly access: "write" | "read" };
}

export async function handler(event: Settle): Promise<void> {
    if (event.engine === "postgres") await settlePostgres(event, tls());
    else await settleMysql(event, tls());
}

/** The database's certificate must be of Amazon's authority for databases: Lambda has it in this file, and loads it for nobody. */
function tls(): { ca: string; rejectUnauthorized: true } {
    return { ca: fs.readFileSync("/var/runtime/ca-cert.pem", "utf8"), rejectUnauthorized: true };
}

/** @param ssl - false only where there is no network between */
export async function settlePostgres(event: Settle, ssl: object | false): Promise<void> {
    const { Client, escapeIdentifier: id, escapeLiteral: text } = await import("pg");
    const { host, port, database, admin, owner, user } = event;
    const client = new Client({ host, port, database, user: admin.username, password: admin.password, ssl });
    await client.connect();
    try {
        // Two of us at the same time would be in each other's way.
        await client.query("select pg_advisory_lock(7001)");
        await client.query("set password_encryption = 'scram-sha-256'");
        for (const name of new Set([owner, user.name])) {
            const { rowCount } = await client.query("select from pg_roles where rolname = $1", [name]);
            if (rowCount === 0) await client.query(`create role ${id(name)}`);
        }
        await client.query(`alter role ${id(user.name)} with login password ${text(user.password)}`);
        await client.query(`grant ${id(owner)} to current_user`);
        await client.query(`alter database ${id(database)} owner to ${id(owner)}`);
        await client.query(`set role ${id(owner)}`);
        await client.query(`revoke all on database ${id(database)} from public`);
        if (user.access === "read") {
            const reader = id(user.name);
            await client.query(`grant connect on database ${id(database)} to ${reader}`);
            for (const [what, all] of [
                ["select", "tables"],
                ["select", "sequences"],
                ["usage", "schemas"],
            ])
                await client.query(`alter default privileges grant ${what} on ${all} to ${reader}`);
            const schemas = await client.query<{ nspname: string }>(
                "select nspname from pg_namespace where pg_has_role(current_user, nspowner, 'usage')",
            );
            for (const { nspname } of schemas.rows) {
                await client.query(`grant usage on schema ${id(nspname)} to ${reader}`);
                await client.query(`grant select on all tables in schema ${id(nspname)} to ${reader}`);
                await client.query(`grant select on all sequences in schema ${id(nspname)} to ${reader}`);
            }
            await client.query("reset role");
            // To fail at once is kinder than a rollback later.
            await client.query(`alter role ${reader} set default_transaction_read_only = on`);
        }
    } finally {
        await client.end();
    }
}

async function settleMysql(event: Settle, ssl: object): Promise<void> {
    const { createConnection } = await import("mysql2/promise");
    const { host, port, database, admin, user } = event;
    const client = await createConnection({ host, port, user: admin.username, password: admin.password, ssl });
    try {
        await client.query("select get_lock('mvi-users', 60)");
        for (const statement of mysqlStatements(database, user, (value) => client.escape(value)))
            await client.query(statement);
    } finally {
        await client.end();
    }
}

/** What makes a MySQL user who comes over TLS only. */
export function mysqlStatements(
    database: string,
    user: Settle["user"],
    escape: (value: string) => string,
): readonly string[] {
    const who = `${escape(user.name)}@'%'`;
    // In a grant `_` stands for any letter.
    const on = `\`${database.replace(/[_%]/g, "\\$&")}\`.*`;
    const may = user.access === "write" ? "all privileges" : "select, show view";
    return [
        `create user if not exists ${who} identified by ${escape(user.password)} require ssl`,
        `alter user ${who} identified by ${escape(user.password)} require ssl`,
        `grant ${may} on ${on} to ${who}`,
    ];
}
