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

/** Writes each, of the stack whose agent is at `place`. */
export async function keep(place: Place): Promise<void> {
    const files = filesOf({ place });
    await files.send(new PutObjectCommand({ Bucket: files.bucket, Key: "a.txt", Body: text }));
    files.destroy();
    const { table, client } = tableOf(place);
    await client.send(new PutItemCommand({ TableName: table, Item: { key: { S: "a" }, text: { S: text } } }));
    client.destroy();
    await inDatabase(place, async (database) => {
        await database.query("create table kept (text text)");
        await database.query("insert into kept values ($1)", [text]);
    });
}

/** Which of them are there, and are what they were. */
export async function keptAt(place: Place): Promise<Aim> {
    const there: string[] = [];
    const files = filesOf({ place });
    if ((await textOf(files, "a.txt")) === text) there.push("a file");
    files.destroy();
    const { table, client } = tableOf(place);
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { key: { S: "a" } } }));
    client.destroy();
    if (Item?.text?.S === text) there.push("a value of a KV");
    const database = await inDatabase(place, (one) => one.query<{ text: string }>("select text from kept"));
    if (database?.rows[0]?.text === text) there.push("a row of a database");
    const wanted = ["a file", "a value of a KV", ...(database ? ["a row of a database"] : [])].join(", ");
    return { got: there.join(", "), wanted, met: there.join(", ") === wanted };
}

/** The table, and a client of it with the web container's own credentials. */
export function tableOf(place: Place): { table: string; client: DynamoDBClient } {
    const record = path.join(place.folder, "records", "Table", "small-carts.json");
    const { outputs } = JSON.parse(fs.readFileSync(record, "utf8")) as {
        outputs: { table: string; endpoint: string };
    };
    const { table, endpoint } = outputs;
    const credentials = credentialsOf(place);
    return { table, client: new DynamoDBClient({ region: "local", endpoint, maxAttempts: 1, credentials }) };
}

/** Where there is a database: by the address that the web container has. */
async function inDatabase<T>(place: Place, work: (client: Client) => Promise<T>): Promise<T | undefined> {
    const environments = runningIn(place.folder)
        .filter(({ command }) => webs.test(command))
        .map(({ pid }) => fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"));
    const url = environments.flat().find((line) => line.startsWith("DB_URL="));
    if (url === undefined) return undefined;
    const client = new Client({ connectionString: url.slice("DB_URL=".length) });
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
