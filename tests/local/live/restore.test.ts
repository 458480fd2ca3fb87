import { expect } from "chai";
import { Client } from "pg";
import { Database } from "../../../components";
import { type Backup } from "../../../agent/database/kind";
import { findProgram } from "../../../agent/database/installed";
import { Connection } from "../../../agent/database/redis/connection";
import { refusal } from "../../agent/harness";
import { type Live, live } from "./support";

const backups = { pointInTime: false };
const redis = findProgram(["redis-server", "valkey-server"]) !== undefined;

describe("a particular backup, restored by what is declared", function () {
    this.timeout(240_000);
    this.bail(true);
    let stack: Live;
    /** What is restored: the database, or the backup, by engine. */
    let from: Partial<Record<"postgres" | "redis", string>> = {};
    let moment: string | undefined;

    before(async () => {
        stack = await live(async () => {
            const made = [
                new Database("words", { engine: "postgres", backups }),
                ...(redis ? [new Database("cache", { engine: "redis", backups })] : []),
                ...(["postgres", "redis"] as const)
                    .filter((engine) => from[engine] !== undefined)
                    .map(
                        (engine) =>
                            new Database(`${engine}-copy`, {
                                engine,
                                backups,
                                restore: { from: from[engine]!, ...(engine === "postgres" && { time: moment }) },
                            }),
                    ),
            ];
            return Object.fromEntries(made.map((each) => [each.shortName, each.nodes.local!.database!.url] as const));
        });
    });
    after(() => stack.close());

    const up = async () => {
        const { outputs } = await stack.up();
        return (name: string) => outputs[name].value as string;
    };

    it("by its id alone, which the agent lists, and of a database with whole backups only", async () => {
        const url = await up();
        await sql(url("words"), "create table words (word text)", "insert into words values ('kept')");
        if (redis) await command(url("cache"), ["SET", "word", "kept"]);
        const backup = async (id: string) => {
            const { id: one } = await stack.ask<Backup>("backupNow", { id });
            expect((await stack.ask<Backup[]>("listBackups", { id })).map((each) => each.id)).to.contain(one);
            return one;
        };
        from = { postgres: await backup("words"), ...(redis && { redis: await backup("cache") }) };
        await sql(url("words"), "insert into words values ('later')");
        if (redis) await command(url("cache"), ["SET", "word", "later"]);
        const copied = await up();
        expect(await sql(copied("postgres-copy"), "select word from words")).to.deep.equal([{ word: "kept" }]);
        if (redis) expect(await command(copied("redis-copy"), ["GET", "word"])).to.equal("kept");
        expect(await sql(copied("words"), "select word from words")).to.have.length(2);
        await stack.unchanged();
    });

    it("a moment is refused there, with what to write instead", async () => {
        const [id] = [from.postgres];
        from = {};
        await up();
        from = { postgres: "words" };
        moment = new Date().toISOString();
        const { message } = await refusal(stack.up());
        expect(message).to.match(/restore\.time: "words" was kept without backups\.pointInTime/);
        expect(message).to.match(new RegExp(`leave restore\\.time out, and give one of .*${id}.* as restore\\.from`));
    });
});

async function sql(connectionString: string, ...texts: string[]): Promise<unknown[]> {
    const client = new Client({ connectionString });
    await client.connect();
    try {
        let rows: unknown[] = [];
        for (const text of texts) ({ rows } = (await client.query(text)) as { rows: unknown[] });
        return rows;
    } finally {
        await client.end();
    }
}

function command(url: string, words: string[]) {
    const { port, username, password } = new URL(url);
    return Connection.use(Number(port), username, password, (connection) => connection.ask(...words));
}
