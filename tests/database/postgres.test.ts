import { expect } from "chai";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { databaseKind, type DatabaseKind, type DatabaseOutputs } from "../../agent/database/kind";
import { processes } from "../../agent/process/table";
import { contentOf, entriesIn, filesIn } from "../support/content";
import { call, eventually, inputs, listens, refusal, sql, testHost, type TestHost } from "./harness";
import { rmSync } from "node:fs";

describe("Database: PostgreSQL", function () {
    this.timeout(60_000);
    let host: TestHost;
    let kind: DatabaseKind;
    let main: DatabaseOutputs;
    const given = inputs("main-db");

    before(async () => {
        host = testHost();
        kind = databaseKind(host);
        main = await kind.apply("main-db", given, call());
    });

    after(async () => {
        await kind.stop();
        rmSync(host.root, { recursive: true, force: true });
    });

    it("serves on loopback only, with a password, under its own name", async () => {
        expect(main).to.include({ host: "127.0.0.1", database: "main_db", username: "main_db", version: "18.4" });
        const [row] = await sql<{ who: string; on: string }>(
            main.url,
            "select current_user as who, inet_server_addr()::text as on",
        );
        expect(row).to.deep.equal({ who: "main_db", on: "127.0.0.1/32" });
        const port = main.port.toString(16).toUpperCase().padStart(4, "0");
        const listening = ["tcp", "tcp6"]
            .flatMap((name) => readFileSync(`/proc/net/${name}`, "utf8").split("\n"))
            .map((line) => line.trim().split(/\s+/))
            .filter(([, local = "", , state]) => state === "0A" && local.endsWith(`:${port}`));
        expect(listening.map(([, local]) => local)).to.deep.equal([`0100007F:${port}`]);
        const wrong = main.url.replace(main.password, "wrong");
        await sql(wrong, "select 1").then(
            () => expect.fail("a wrong password was taken"),
            (error: Error) => expect(error.message).to.match(/password authentication failed/),
        );
    });

    it("lets the owner make schemas, and not rule the server", async () => {
        await sql(
            main.url,
            "create schema s; create table s.t (i int); create extension pgcrypto; drop schema s cascade",
        );
        await sql(main.url, "create table t (i int)");
        for (const query of ["create role x superuser", "alter system set fsync = off", "copy t from program 'id'"]) {
            await sql(main.url, query).then(
                () => expect.fail(`it may: ${query}`),
                (error: Error) => expect(error.message).to.match(/permission denied/),
            );
        }
    });

    it("gives read links all tables, present and future, and no writes", async () => {
        await sql(main.url, "create table before (i int); insert into before values (1)");
        expect(await sql(main.readOnlyUrl, "select i from before")).to.deep.equal([{ i: 1 }]);
        await sql(main.url, "create schema later; create table later.t (i int); insert into later.t values (2)");
        expect(await sql(main.readOnlyUrl, "select i from later.t")).to.deep.equal([{ i: 2 }]);
        const writes = ["insert into before values (9)", "create table mine (i int)", "create temp table mine (i int)"];
        for (const write of writes) {
            // Even when it lifts the default that guards against mistakes.
            const lifted = `set default_transaction_read_only = off; commit; begin; set transaction read write; ${write}`;
            for (const query of [write, lifted]) {
                await sql(main.readOnlyUrl, query).then(
                    () => expect.fail(`it may: ${query}`),
                    (error: Error) => expect(error.message).to.match(/permission denied|read-only transaction/),
                );
            }
        }
        expect(await sql(main.url, "select i from before")).to.deep.equal([{ i: 1 }]);
    });

    it("keeps its data over a stop and a start, and its port and passwords", async () => {
        await sql(main.url, "create table kept (i int); insert into kept values (7)");
        await kind.stop();
        expect(await listens(main.port)).to.equal(false);
        kind = databaseKind(host);
        const again = await kind.apply("main-db", given, call(undefined, true));
        expect(again).to.deep.equal(main);
        expect(await sql(main.url, "select i from kept")).to.deep.equal([{ i: 7 }]);
    });

    it("starts again when the postmaster is killed", async () => {
        await sql(main.url, "create table survived (i int); insert into survived values (1)");
        const first = postmaster(host, "main-db");
        process.kill(first, "SIGKILL");
        await eventually(() => sql(main.url, "select i from survived"));
        expect(postmaster(host, "main-db")).to.not.equal(first);
    });

    it("changes parameters in place, restarts only for those which need it, and refuses bad ones unharmed", async () => {
        const pid = postmaster(host, "main-db");
        const live = inputs("main-db", { parameters: { work_mem: "8MB" } });
        const quiet = call(given);
        await kind.apply("main-db", live, quiet);
        expect(await sql(main.url, "show work_mem")).to.deep.equal([{ work_mem: "8MB" }]);
        expect([postmaster(host, "main-db"), quiet.said]).to.deep.equal([pid, []]);

        const restarting = inputs("main-db", { parameters: { work_mem: "8MB", max_connections: "40" } });
        const loud = call(live);
        await kind.apply("main-db", restarting, loud);
        expect(await sql(main.url, "show max_connections")).to.deep.equal([{ max_connections: "40" }]);
        expect(loud.said.join()).to.contain("restarts, because max_connections cannot change while it runs");

        const running = postmaster(host, "main-db");
        const bad = (parameters: Record<string, string>) =>
            refusal(kind.apply("main-db", inputs("main-db", { parameters }), call(restarting)));
        expect(await bad({ work_mem: "much" })).to.contain('invalid value for parameter "work_mem": "much"');
        expect(await bad({ no_such: "1" })).to.contain('unrecognized configuration parameter "no_such"');
        expect(await bad({ fsync: "off" })).to.contain("fsync");
        expect(postmaster(host, "main-db")).to.equal(running);

        // The server takes this one, and cannot start with it.
        expect(await bad({ shared_buffers: "4000GB" })).to.contain("ended (exit code 1) instead of serving");
        expect(await sql(main.url, "show max_connections")).to.deep.equal([{ max_connections: "40" }]);
    });

    it("refuses a change of version, which its files would not survive, and one that is not here", async () => {
        const other = inputs("main-db", { version: "17" });
        expect(await refusal(kind.apply("main-db", other, call(given)))).to.contain("nothing was changed");
        const none = inputs("other", { version: "99" });
        expect(await refusal(kind.apply("other", none, call()))).to.contain("PostgreSQL 99 is not on this machine");
        await kind.stop();
        const file = join(host.root, "database/main-db/data/PG_VERSION");
        writeFileSync(file, "17\n");
        kind = databaseKind(host);
        const said = await refusal(kind.apply("main-db", given, call(undefined, true)));
        expect(said).to.contain("its files are of PostgreSQL 17, and 18 is to run");
        writeFileSync(file, "18\n");
        await kind.apply("main-db", given, call(undefined, true));
        expect(await sql(main.url, "select i from kept")).to.deep.equal([{ i: 7 }]);
    });

    it("refuses when its port is taken", async () => {
        await kind.stop();
        const intruder = createServer().listen(main.port, "127.0.0.1");
        kind = databaseKind(host);
        expect(await refusal(kind.apply("main-db", given, call(undefined, true)))).to.contain(
            `port ${main.port} is taken`,
        );
        await new Promise((done) => intruder.close(done));
        await kind.apply("main-db", given, call(undefined, true));
    });

    it("takes no writes when the storage is used up, and takes them again", async () => {
        const small = inputs("main-db", { storageGiB: 0.001 });
        await kind.apply("main-db", small, call(given));
        await kind.watch("main-db");
        await sql(main.url, "insert into kept values (8)").then(
            () => expect.fail("it took a write"),
            (error: Error) => expect(error.message).to.contain("read-only transaction"),
        );
        expect(host.gauges.get("database_storage_used_ratio")).to.be.above(1);
        await kind.apply("main-db", given, call(small));
        await kind.watch("main-db");
        await sql(main.url, "insert into kept values (8)");
        expect([...host.gauges.keys()]).to.include.members(["database_connections", "database_cache_hit_ratio"]);
    });

    it("keeps the passwords in no file, no command line, no environment and no log", async () => {
        await kind.backupNow("main-db");
        const secrets = [main.password, main.readOnlyPassword];
        const found = (text: string) => secrets.some((secret) => text.includes(secret));
        expect(filesIn(host.root).filter((path) => found(contentOf(path).toString("latin1")))).to.deep.equal([]);
        const open = entriesIn(host.root).filter(([, entry]) => entry.isFile() && (entry.mode & 0o077) !== 0);
        expect(open.filter(([path]) => !path.includes(".json") || path.includes("database/"))).to.deep.equal([]);
        expect(host.lines.filter(({ text }) => found(text))).to.deep.equal([]);
        for (const { pid } of processes()) {
            for (const file of ["cmdline", "environ"].map((name) => `/proc/${pid}/${name}`)) {
                try {
                    expect(found(readFileSync(file, "latin1")), file).to.equal(false);
                } catch (error) {
                    // It has ended since, or is not ours to read.
                    if (!["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) {
                        throw error;
                    }
                }
            }
        }
    });

    it("keeps slow queries and faults as lines of its log", async () => {
        await sql(main.url, "select pg_sleep(1.05)");
        const line = await eventually(async () => {
            const [slow] = host.lines.filter(({ text }) => /duration: 1\d{3}.* pg_sleep/.test(text));
            expect(slow).to.not.equal(undefined);
            return slow;
        });
        expect(line).to.include({ source: "main-db/1", stream: "stderr" });
    });

    it("runs two side by side, and removes one without a trace", async () => {
        const other = inputs("other", { forceDestroy: false });
        const second = await kind.apply("other", other, call());
        await sql(second.url, "create table t (i int)");
        await sql(main.url, "select 1");
        const across = second.url.replace(String(second.port), String(main.port));
        await sql(across, "select 1").then(
            () => expect.fail("one's password opened the other"),
            (error: Error) => expect(error.message).to.match(/password authentication failed|no pg_hba.conf entry/),
        );
        expect(await refusal(kind.remove("other", other))).to.contain("forceDestroy");
        expect(await sql(second.url, "select * from t")).to.deep.equal([]);
        const pid = postmaster(host, "other");
        await kind.remove("other", { ...other, forceDestroy: true });
        expect(await listens(second.port)).to.equal(false);
        expect(processes().filter((row) => row.pid === pid || row.parent === pid)).to.deep.equal([]);
        expect(existsSync(join(host.root, "database/other"))).to.equal(false);
        expect(await kind.read("other", { inputs: other, outputs: second })).to.equal(undefined);
        await kind.dropBackups("other");
        expect(existsSync(join(host.root, "backups/other"))).to.equal(false);
        await kind.remove("other", undefined);
    });

    it("shows a server that does not run as drift", async () => {
        await kind.stop();
        const read = await kind.read("main-db", { inputs: given, outputs: main });
        expect(read?.inputs).to.not.deep.equal(given);
        kind = databaseKind(host);
        await kind.apply("main-db", given, call(undefined, true));
        expect((await kind.read("main-db", { inputs: given, outputs: main }))?.inputs).to.deep.equal(given);
    });
});

function postmaster(host: TestHost, id: string): number {
    return Number.parseInt(readFileSync(join(host.root, `database/${id}/data/postmaster.pid`), "utf8"), 10);
}
