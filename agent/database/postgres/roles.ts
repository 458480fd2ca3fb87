import { escapeIdentifier, escapeLiteral, type Client } from "pg";
import { adminName, scramVerifier } from "../credentials";
import { type Site } from "../types";
import { asAdmin } from "./session";

export function ownerOf(database: string): string {
    return database;
}

export function readerOf(database: string): string {
    return `${database}_reader`;
}

/** Makes the database and its two roles, or brings those which are there to the passwords of `site`. */
export async function settleRoles(site: Site): Promise<void> {
    const { database } = site.generation;
    const [owner, reader] = [ownerOf(database), readerOf(database)];
    await asAdmin(site, async (client) => {
        await role(client, owner, site.credentials.owner, "");
        await role(client, reader, site.credentials.reader, "");
        await client.query(`alter role ${id(reader)} set default_transaction_read_only = on`);
        await client.query(`alter role ${id(adminName)} set default_transaction_read_only = off`);
        // Its members read all tables that are there and that will be.
        await client.query(`grant pg_read_all_data to ${id(reader)}`);
        const { rowCount } = await client.query("select from pg_database where datname = $1", [database]);
        if (rowCount === 0) {
            await client.query(`create database ${id(database)} owner ${id(owner)}`);
        }
        await client.query(`revoke all on database ${id(database)} from public`);
        await client.query(`grant connect on database ${id(database)} to ${id(reader)}`);
    });
    await asAdmin(site, (client) => client.query(`alter schema public owner to ${id(owner)}`), database);
}

/** Gives a restored database the names that it has here. */
export async function renameRoles(site: Site, from: string): Promise<void> {
    const to = site.generation.database;
    if (from !== to) {
        await asAdmin(site, async (client) => {
            await client.query(`alter database ${id(from)} rename to ${id(to)}`);
            await client.query(`alter role ${id(ownerOf(from))} rename to ${id(ownerOf(to))}`);
            await client.query(`alter role ${id(readerOf(from))} rename to ${id(readerOf(to))}`);
        });
    }
}

/** The agent's password, as what the server keeps of it. */
export async function setAdminPassword(
    site: Pick<Site, "id" | "port" | "credentials">,
    password: string,
): Promise<void> {
    await asAdmin(site, (client) =>
        client.query(`alter role ${id(adminName)} password ${escapeLiteral(scramVerifier(password))}`),
    );
}

async function role(client: Client, name: string, password: string, options: string): Promise<void> {
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [name]);
    await client.query(
        `${rowCount === 0 ? "create" : "alter"} role ${id(name)} login ${options} ` +
            `password ${escapeLiteral(scramVerifier(password))}`,
    );
}

const id = escapeIdentifier;
