// What must not be lost: a file, a value and a row, written and looked for as the web container could.
import * as fs from "node:fs";
import * as path from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { Client } from "pg";
import { type Place } from "../../agent/core/place";
import { type Aim } from "../support/proof";
import { runningIn, webs } from "./machine";
import { credentialsOf, filesOf, textOf, type Version, withFiles } from "./support";

/** A database besides, for what may take the seconds that one needs. */
export const withDatabase: Pick<Version, "more" | "uses"> = {
    more: { ...withFiles.more, databases: { db: { engine: "postgres" } } },
    uses: [...withFiles.uses!, "db"],
};

const text = "what must not be lost";

/** What is kept of a stack, in the order in which it is told. */
export type Kept = "a file" | "a value of a KV" | "a row of a database";

/** What {@link keep} is to keep of such an app: all of it is wanted again, also when a way to it is lost. */
export const keepsOf = ({ uses = [] }: Pick<Version, "uses">): Kept[] => [
    ...(uses.includes("files") ? ["a file" as const] : []),
    ...(uses.includes("carts") ? ["a value of a KV" as const] : []),
    ...(uses.includes("db") ? ["a row of a database" as const] : []),
];

/** Writes each, of the stack whose agent is at `place`. */
export async function keep(place: Place, expected: readonly Kept[]): Promise<void> {
    for (const each of expected) await write[each](place);
}

/** Which of them are there, and are what they were. @param off - of the agent's clock, in milliseconds */
export async function keptIn(place: Place, expected: readonly Kept[], off = 0): Promise<Kept[]> {
    const there: Kept[] = [];
    for (const each of expected) if ((await read[each](place, off)) === text) there.push(each);
    return there;
}

/** As a figure: all that is expected is wanted. */
export async function keptAt(place: Place, expected: readonly Kept[], off = 0): Promise<Aim> {
    const [got, wanted] = [(await keptIn(place, expected, off)).join(", "), expected.join(", ")];
    return { got, wanted, met: got === wanted };
}

const write: Record<Kept, (place: Place) => Promise<unknown>> = {
    "a file": async (place) => {
        const files = filesOf({ place });
        await files.send(new PutObjectCommand({ Bucket: files.bucket, Key: "a.txt", Body: text }));
        files.destroy();
    },
    "a value of a KV": async (place) => {
        const { table, client } = tableOf(place);
        await client.send(new PutItemCommand({ TableName: table, Item: { key: { S: "a" }, text: { S: text } } }));
        client.destroy();
    },
    "a row of a database": (place) =>
        inDatabase(place, async (database) => {
            await database.query("create table if not exists kept (text text primary key)");
            await database.query("insert into kept values ($1) on conflict do nothing", [text]);
        }),
};

const read: Record<Kept, (place: Place, off: number) => Promise<string | undefined>> = {
    "a file": async (place, off) => {
        const files = filesOf({ place }, off);
        const found = await textOf(files, "a.txt").catch(noneIf("NoSuchKey"));
        files.destroy();
        return found;
    },
    "a value of a KV": async (place, off) => {
        const { table, client } = tableOf(place, off);
        const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { key: { S: "a" } } }));
        client.destroy();
        return Item?.text?.S;
    },
    "a row of a database": (place) =>
        inDatabase(place, async (one) => {
            const { rows } = await one.query<{ there: boolean }>("select to_regclass('kept') is not null as there");
            if (!rows[0]!.there) return undefined;
            return (await one.query<{ text: string }>("select text from kept")).rows[0]?.text;
        }),
};

function noneIf(name: string): (error: Error) => undefined {
    return (error) => {
        if (error.name !== name) throw error;
    };
}

/** The table, and a client of it with the web container's own credentials. @param off - of its clock, in milliseconds */
export function tableOf(place: Place, off = 0): { table: string; client: DynamoDBClient } {
    const record = path.join(place.folder, "records", "Table", "small-carts.json");
    const { outputs } = JSON.parse(fs.readFileSync(record, "utf8")) as {
        outputs: { table: string; endpoint: string };
    };
    const { table, endpoint } = outputs;
    const credentials = credentialsOf(place);
    const client = new DynamoDBClient({
        region: "local",
        endpoint,
        maxAttempts: 1,
        credentials,
        systemClockOffset: off,
    });
    return { table, client };
}

/** By the address that the web container has. @throws when it has none, or nobody answers there */
export async function inDatabase<T>(place: Place, work: (client: Client) => Promise<T>): Promise<T> {
    const environments = runningIn(place.folder)
        .filter(({ command }) => webs.test(command))
        .map(({ pid }) => fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"));
    const url = environments.flat().find((line) => line.startsWith("DB_URL="));
    if (url === undefined) throw new Error(`none of ${environments.length} web processes has a DB_URL`);
    const client = new Client({ connectionString: url.slice("DB_URL=".length) });
    client.on("error", () => undefined); // the server may end under it: who asks then is told
    await client.connect();
    try {
        return await work(client);
    } finally {
        await client.end();
    }
}

/** The line of a message that says it, without what is another on each machine. */
export function lineOf(message: string, says: RegExp, root: string): string {
    const line = message.split("\n").find((each) => says.test(each)) ?? message;
    return line
        .replaceAll(root, "…")
        .replace(/^.*?error: /, "")
        .trim();
}
