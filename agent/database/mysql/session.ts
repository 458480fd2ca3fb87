import { createConnection, escape, type Connection, type RowDataPacket } from "mysql2/promise";
import { adminName } from "../credentials";
import { type Site } from "../types";

/** How the agent gets in: by the port, or, while a server is made, by its socket, as root without a password. */
export type Door = { readonly port: number; readonly password: string } | { readonly socketPath: string };

export function door(site: Site): Door {
    return { port: site.port, password: site.credentials.admin };
}

/** Opens a connection as the agent, and closes it after `use`. */
export async function asAdmin<T>(by: Door, use: (connection: Connection) => Promise<T>): Promise<T> {
    const user = "port" in by ? adminName : "root";
    const connection = await createConnection({ host: "127.0.0.1", ...by, user, connectTimeout: 10_000 });
    // A server that ends makes the query fail as well: that is where it is answered.
    connection.on("error", () => undefined);
    try {
        return await use(connection);
    } finally {
        connection.destroy();
    }
}

export async function rows(connection: Connection, sql: string): Promise<RowDataPacket[]> {
    const [found] = await connection.query<RowDataPacket[]>(sql);
    return found;
}

/** Makes the database and its two accounts, or brings those which are there to the passwords of `site`. */
export async function settle(site: Site, by: Door): Promise<void> {
    const { database } = site.generation;
    await asAdmin(by, async (connection) => {
        await connection.query(`create database if not exists \`${database}\``);
        // In a grant `_` stands for any letter.
        const on = `\`${database.replaceAll("_", "\\_")}\`.*`;
        await account(connection, adminName, site.credentials.admin, "all privileges on *.*", " with grant option");
        await account(connection, database, site.credentials.owner, `all privileges on ${on}`);
        await account(connection, `${database}_reader`, site.credentials.reader, `select, show view on ${on}`);
    });
}

async function account(
    connection: Connection,
    name: string,
    password: string,
    grant: string,
    more = "",
): Promise<void> {
    const who = `'${name}'@'127.0.0.1'`;
    await connection.query(`create user if not exists ${who} identified by ${escape(password)}`);
    await connection.query(`alter user ${who} identified by ${escape(password)}`);
    await connection.query(`grant ${grant} to ${who}${more}`);
}
