import { Client } from "pg";
import { adminName } from "../credentials";
import { type Site } from "../types";

/** Opens a connection as the agent, and closes it after `use`. */
export async function asAdmin<T>(
    site: Pick<Site, "id" | "port" | "credentials">,
    use: (client: Client) => Promise<T>,
    database = "postgres",
): Promise<T> {
    const client = new Client({
        host: "127.0.0.1",
        port: site.port,
        user: adminName,
        password: site.credentials.admin,
        database,
        application_name: "mvi-agent",
        connectionTimeoutMillis: 10_000,
    });
    // A server that ends makes the query fail as well: that is where it is answered.
    client.on("error", () => undefined);
    await client.connect();
    try {
        return await use(client);
    } finally {
        await client.end();
    }
}

/** One row of a query without parameters. */
export async function row<R extends object>(client: Client, sql: string): Promise<R> {
    const { rows } = await client.query<R>(sql);
    if (rows[0] === undefined) {
        throw new Error(`no row from: ${sql}`);
    }
    return rows[0];
}
