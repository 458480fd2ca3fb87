import { expect } from "chai";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { databaseKind, type DatabaseKind, type DatabaseOutputs } from "../../agent/database/kind";
import { signalProcess } from "../../agent/process/records";
import { processes } from "../../agent/process/table";
import { call, eventually, inputs, listens, refusal, sql, testHost, type TestHost } from "./harness";

describe("Database: PostgreSQL after a kill -9", function () {
    this.timeout(90_000);

    it("has every acknowledged commit after 10 kills of the server, of the agent, and of both", async () => {
        const host = testHost();
        const given = inputs("main");
        let agent = await startAgent(host.root, "new");
        let writer: Writer | undefined;
        try {
            const { url, port } = agent.outputs;
            await sql(url, "create table acked (n int primary key)");
            writer = new Writer(url);
            for (let round = 0; round < 10; round++) {
                const before = writer.acked;
                await eventually(() => Promise.resolve(expect(writer?.acked).to.be.above(before)));
                await pause(Math.random() * 100);
                const what = (["server", "agent", "both"] as const)[round % 3];
                if (what !== "agent") {
                    killServer(host.root);
                }
                if (what !== "server") {
                    agent.process.kill("SIGKILL");
                    await once(agent.process, "exit");
                    agent = await startAgent(host.root, "restoring");
                    expect(agent.outputs.port).to.equal(port);
                }
            }
            const last = writer.acked;
            await eventually(() => Promise.resolve(expect(writer?.acked).to.be.above(last)));
            await writer.stop();
            const [row] = await eventually(() => sql<{ count: number; top: number }>(url, sums));
            // The last one may be there without its answer.
            expect(row?.count).to.be.oneOf([writer.acked, writer.acked + 1]);
            expect(row?.top).to.equal(row?.count);
            expect(writer.acked).to.be.above(20);
            agent.process.send("stop");
            await once(agent.process, "exit");
            expect(await listens(port)).to.equal(false);
            // A server whose agent was killed is removed as well.
            agent = await startAgent(host.root, "restoring");
            agent.process.kill("SIGKILL");
            await once(agent.process, "exit");
            const kind = databaseKind(host);
            await kind.remove("main", given);
            expect(await listens(port)).to.equal(false);
            expect(existsSync(join(host.root, "database/main"))).to.equal(false);
            expect(processes().filter(({ pid }) => commandOf(pid).includes(host.root))).to.deep.equal([]);
        } finally {
            await writer?.stop();
            agent.process.kill("SIGKILL");
            await databaseKind(host).remove("main", undefined);
            rmSync(host.root, { recursive: true, force: true });
        }
    });
});

describe("Database: PostgreSQL's backups", function () {
    this.timeout(60_000);
    let host: TestHost;
    let kind: DatabaseKind;
    let main: DatabaseOutputs;
    let between: Date;
    let umask: number;
    let id: string;

    before(async () => {
        // As narrow as an agent may have it: the server must reach its archive nevertheless.
        umask = process.umask(0o077);
        host = testHost();
        kind = databaseKind(host);
        main = await kind.apply("main", inputs("main"), call());
        await sql(main.url, "create table t (what text); insert into t values ('in the backup')");
        id = (await kind.backupNow("main")).id;
        await sql(main.url, "insert into t values ('after it')");
        await pause(30);
        between = new Date();
        await pause(30);
        await sql(main.url, "insert into t values ('a mistake')");
    });

    after(async () => {
        process.umask(umask);
        await kind.stop();
        rmSync(host.root, { recursive: true, force: true });
    });

    const restored = async (name: string, time?: string, from = "main") => {
        const said = call();
        const outputs = await kind.apply(name, inputs(name, { restore: { from, time } }), said);
        expect(said.said.join()).to.contain(`restored from "${from}"`);
        const rows = await sql<{ what: string }>(outputs.url, "select what from t");
        await sql(outputs.url, "insert into t values ('it can be written')");
        await sql(outputs.readOnlyUrl, "select what from t");
        await kind.remove(name, inputs(name));
        return rows.map(({ what }) => what);
    };

    it("restores another database to a moment between two commits", async () => {
        expect(await restored("copy", between.toISOString())).to.deep.equal(["in the backup", "after it"]);
    });

    it("restores the latest state of one that runs, without losing what came last", async () => {
        expect(await restored("copy", "latest")).to.deep.equal(["in the backup", "after it", "a mistake"]);
    });

    it("restores one backup, by its id", async () => {
        expect(await restored("copy", undefined, id)).to.deep.equal(["in the backup"]);
        expect(await restored("copy", undefined, `main/${id}`)).to.deep.equal(["in the backup"]);
    });

    it("restores to a moment after the last commit", async () => {
        await pause(20);
        expect(await restored("copy", new Date().toISOString())).to.have.length(3);
    });

    it("tests a restore, and leaves nothing of it", async () => {
        const { seconds, backup } = await kind.testRestore("main");
        expect(seconds).to.be.within(0.1, 30);
        expect(backup).to.equal(kind.listBackups("main").at(-1)?.id);
        expect(host.gauges.get("backup_restore_seconds")).to.equal(seconds);
        expect(host.gauges.get("backup_last_success_time")).to.be.closeTo(Date.now() / 1000, 60);
        expect(readdirSync(join(host.root, "database")).sort()).to.deep.equal(["main"]);
        expect(await sql(main.url, "select count(*)::int as count from t")).to.deep.equal([{ count: 3 }]);
    });

    it("makes the first backup by itself", async () => {
        await kind.apply("fresh", inputs("fresh"), call());
        await eventually(() => Promise.resolve(expect(kind.listBackups("fresh")).to.have.length(1)));
        await kind.remove("fresh", inputs("fresh"));
    });

    it("refuses what cannot be restored, and leaves nothing half made", async () => {
        const refused = async (from: string, time?: string) => {
            const said = await refusal(kind.apply("bad", inputs("bad", { restore: { from, time } }), call()));
            expect(existsSync(join(host.root, "database/bad"))).to.equal(false);
            return said;
        };
        expect(await refused("nothing")).to.contain('there is no backup of a database named "nothing"');
        expect(await refused("main", "yesterday")).to.match(new RegExp(`one of the backups .*${id}.* as restore.from`));
        expect(await refused("20200101T000000Z")).to.contain("nor one with that id; there are some of");
        expect(await refused(`other/${id}`)).to.contain("nor one with that id");
        expect(await refused("../main")).to.contain("must be a database, or one of its backups");
        expect(await refused(id, between.toISOString())).to.contain("does not go with one backup");
        expect(await refused("main", "2020-01-01T00:00:00Z")).to.contain("is before the oldest backup of main");
        expect(await refused("main", "2999-01-01T00:00:00Z")).to.contain("has not come yet");
    });

    it("restores the same database after it was removed, and from its new life as well", async () => {
        await kind.remove("main", inputs("main"));
        const latest = inputs("main", { restore: { from: "main" } });
        const again = await kind.apply("main", latest, call());
        expect(await sql(again.url, "select what from t")).to.have.length(3);
        await kind.backupNow("main");
        await sql(again.url, "insert into t values ('new life')");
        expect(await restored("copy", "latest")).to.include.members(["a mistake", "new life"]);
        // The moment before the mistake is still there, in its former life.
        expect(await restored("copy", between.toISOString())).to.deep.equal(["in the backup", "after it"]);
        // A restore that is done may be left out of the program; another one is refused.
        await kind.apply("main", inputs("main"), call(latest));
        const other = inputs("main", { restore: { from: "other" } });
        expect(await refusal(kind.apply("main", other, call(inputs("main"))))).to.contain("is for a new database");
    });
});

const sums = "select count(*)::int as count, max(n) as top from acked";

/** Writer commits 1, 2, 3 … and knows up to which one it was told that it is kept. */
class Writer {
    acked = 0;
    #stopped = false;
    readonly #done: Promise<void>;

    constructor(private readonly url: string) {
        this.#done = this.#run();
    }

    async stop(): Promise<void> {
        this.#stopped = true;
        await this.#done;
    }

    async #run(): Promise<void> {
        while (!this.#stopped) {
            const client = new Client({ connectionString: this.url });
            client.on("error", () => undefined);
            try {
                await client.connect();
                const { rows } = await client.query<{ top: number | null }>("select max(n) as top from acked");
                // One whose answer was lost is known by now.
                this.acked = Math.max(this.acked, rows[0]?.top ?? 0);
                expect(rows[0]?.top ?? 0).to.be.at.least(this.acked);
                while (!this.#stopped) {
                    await client.query("insert into acked values ($1)", [this.acked + 1]);
                    this.acked++;
                }
            } catch (error) {
                if (error instanceof Error && error.name === "AssertionError") {
                    throw error;
                }
                await pause(20);
            } finally {
                await client.end().catch(() => undefined);
            }
        }
    }
}

async function startAgent(
    root: string,
    how: "new" | "restoring",
): Promise<{ process: ChildProcess; outputs: DatabaseOutputs }> {
    const file = join(__dirname, "agent.ts");
    const child = fork(file, [root, JSON.stringify(inputs("main")), how], { execArgv: ["--require", "tsx/cjs"] });
    const [outputs] = (await once(child, "message")) as [DatabaseOutputs & { error?: string }];
    expect(outputs.error).to.equal(undefined);
    return { process: child, outputs };
}

function killServer(root: string): void {
    const pid = Number.parseInt(readFileSync(join(root, "database/main/data/postmaster.pid"), "utf8"), 10);
    const rows = processes().filter((row) => row.pid === pid || row.parent === pid);
    rows.forEach((row) => signalProcess(row.pid, "SIGKILL"));
}

function commandOf(pid: number): string {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
        // It has ended since.
        return "";
    }
}
