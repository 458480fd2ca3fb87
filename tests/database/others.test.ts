import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { databaseKind } from "../../agent/database/kind";
import { findProgram } from "../../agent/database/installed";
import { Connection } from "../../agent/database/redis/connection";
import { contentOf, filesIn } from "../support/content";
import { call, eventually, inputs, listens, refusal, withKind } from "./harness";

const daily = { retentionDays: 2, window: "03:00", pointInTime: false };

describe("Database: MySQL", function () {
    this.timeout(90_000);
    const given = inputs("shop-db", { engine: "mysql", backup: daily });

    before(function () {
        if (findProgram(["mariadbd", "mysqld"]) === undefined) {
            console.log("      skipped: no MySQL or MariaDB server on this machine: apt-get install mariadb-server");
            this.skip();
        }
    });

    it("serves, outlives kills and restarts, restores its backup, and leaves nothing", () =>
        withKind(async (kind, host) => {
            const out = await kind.apply("shop-db", given, call());
            expect(out.url).to.match(/^mysql:\/\/shop_db:/);
            await ask(out.url, "create table t (i int) engine=innodb");
            await ask(out.url, "insert into t values (1)");
            expect(await ask(out.readOnlyUrl, "select i from t")).to.deep.equal([{ i: 1 }]);
            await rejects(ask(out.readOnlyUrl, "insert into t values (9)"), /command denied/);
            await rejects(ask(out.url.replace(out.password, "wrong"), "select 1"), /Access denied/);
            await rejects(ask(`mysql://root@127.0.0.1:${out.port}/mysql`, "select 1"), /Access denied/);
            expect(await refusal(kind.remove("shop-db", { ...given, forceDestroy: false }))).to.contain("forceDestroy");

            const backup = await kind.backupNow("shop-db");
            await ask(out.url, "insert into t values (2)");
            process.kill(Number(readFileSync(join(host.root, "database/shop-db/data/server.pid"), "utf8")), "SIGKILL");
            expect(await eventually(() => ask(out.url, "select i from t"))).to.deep.equal([{ i: 1 }, { i: 2 }]);

            const sized = { ...given, parameters: { max_connections: "33" } };
            await kind.apply("shop-db", sized, call(given));
            expect(await ask(out.url, "select @@max_connections as n")).to.deep.equal([{ n: 33 }]);
            const said = call(sized);
            await kind.apply("shop-db", { ...given, parameters: { table_open_cache_instances: "3" } }, said);
            expect(said.said.join()).to.contain("restarts, because max_connections, table_open_cache_instances cannot");
            expect(await ask(out.url, "select @@table_open_cache_instances as n")).to.deep.equal([{ n: 3 }]);
            const bad = { ...given, parameters: { no_such: "1" } };
            expect(await refusal(kind.apply("shop-db", bad, call(given)))).to.contain("no_such");
            expect(await ask(out.url, "select i from t")).to.have.length(2);

            expect((await kind.testRestore("shop-db")).backup).to.equal(kind.listBackups("shop-db").at(-1)?.id);
            const restore = { from: backup.id };
            const copy = await kind.apply("copy", { ...given, name: "copy", restore }, call());
            expect(await ask(copy.url, "select i from t")).to.deep.equal([{ i: 1 }]);
            expect(secretsIn(host.root, [out.password, out.readOnlyPassword])).to.deep.equal([]);

            await kind.watch("shop-db");
            expect(host.gauges.get("database_connections")).to.be.at.least(1);
            await kind.stop();
            const again = databaseKind(host);
            expect(await again.apply("shop-db", given, call(undefined, true))).to.deep.equal(out);
            await again.remove("shop-db", given);
            await again.remove("copy", given);
            expect(await listens(out.port)).to.equal(false);
            expect(readdirSync(join(host.root, "database"))).to.deep.equal([]);
        }));

    it("says which server is used when it is another than was asked for, and keeps its data", () =>
        withKind(async (kind) => {
            const asked = { ...given, version: "8.4" };
            const first = call();
            const out = await kind.apply("shop-db", asked, first);
            expect(first.said.join()).to.match(/^(MariaDB|MySQL) \d+\.\d+ is installed and used, not mysql 8\.4$/m);
            await ask(out.url, "create table t (i int) engine=innodb");
            const other = call(asked);
            await kind.apply("shop-db", { ...asked, version: "8.0" }, other);
            expect(other.said.join()).to.contain("not mysql 8.0");
            expect(await ask(out.url, "select i from t")).to.deep.equal([]);
            const quiet = call(asked);
            await kind.apply("shop-db", asked, quiet);
            expect(quiet.said).to.deep.equal([]);
            await kind.remove("shop-db", asked);
        }));

    it("refuses a moment to restore to, which it cannot have", () =>
        withKind(async (kind) => {
            const moment = { ...given, backup: { ...daily, pointInTime: true } };
            expect(await refusal(kind.apply("shop-db", moment, call()))).to.contain("backups.pointInTime");
        }));
});

describe("Database: Redis", function () {
    this.timeout(60_000);
    const given = inputs("cache", { engine: "redis", backup: daily });

    before(function () {
        if (findProgram(["redis-server", "valkey-server"]) === undefined) {
            console.log("      skipped: no Redis or Valkey server on this machine: apt-get install redis-server");
            this.skip();
        }
    });

    it("says which server is used when it is another than was asked for", () =>
        withKind(async (kind) => {
            const said = call();
            await kind.apply("cache", { ...given, version: "99" }, said);
            expect(said.said.join()).to.match(/^(redis|valkey) \d+ is installed and used, not redis 99$/);
            await kind.remove("cache", given);
        }));

    it("serves, loses nothing acknowledged by kills, restores its backup, and leaves nothing", () =>
        withKind(async (kind, host) => {
            const out = await kind.apply("cache", given, call());
            const redis = (...words: string[]) =>
                Connection.use(out.port, out.username, out.password, (connection) => connection.ask(...words));
            const reader = (...words: string[]) =>
                Connection.use(out.port, out.readOnlyUsername, out.readOnlyPassword, (one) => one.ask(...words));
            expect(out.url).to.match(/^redis:\/\/cache:.*\/0$/);
            expect(await redis("SET", "a", "1")).to.equal("OK");
            expect(await reader("GET", "a")).to.equal("1");
            await rejects(reader("SET", "a", "2"), /NOPERM/);
            await rejects(redis("CONFIG", "SET", "dir", "/tmp"), /NOPERM/);
            await rejects(redis("SHUTDOWN"), /NOPERM/);
            await rejects(
                Connection.use(out.port, "default", "", (one) => one.ask("PING")),
                /WRONGPASS/,
            );
            expect(await refusal(kind.remove("cache", { ...given, forceDestroy: false }))).to.contain("forceDestroy");

            const backup = await kind.backupNow("cache");
            for (let round = 1; round <= 5; round++) {
                for (let n = 0; n < 20; n++) {
                    expect(await redis("INCR", "count")).to.equal((round - 1) * 20 + n + 1);
                }
                process.kill(Number(readFileSync(join(host.root, "database/cache/data/redis.pid"), "utf8")), "SIGKILL");
                expect(await eventually(() => redis("GET", "count"))).to.equal(String(round * 20));
            }

            const said = call(given);
            const parameters = { maxmemory: "50mb", databases: "4" };
            await kind.apply("cache", { ...given, parameters }, said);
            expect(said.said.join()).to.contain("restarts, because databases cannot change");
            expect(await redis("SELECT", "3")).to.equal("OK");
            await rejects(redis("SELECT", "4"), /out of range/);
            const bad = { ...given, parameters: { "no-such": "1" } };
            expect(await refusal(kind.apply("cache", bad, call(given)))).to.contain("no-such");
            expect(await redis("GET", "count")).to.equal("100");

            await kind.testRestore("cache");
            const copy = await kind.apply(
                "copy",
                { ...given, name: "copy", restore: { from: `cache/${backup.id}` } },
                call(),
            );
            const there = (...words: string[]) =>
                Connection.use(copy.port, copy.username, copy.password, (one) => one.ask(...words));
            expect([await there("GET", "a"), await there("GET", "count")]).to.deep.equal(["1", null]);
            await there("SET", "b", "2");
            await kind.stop();
            const again = databaseKind(host);
            await again.apply("copy", { ...given, name: "copy" }, call(undefined, true));
            expect([await there("GET", "a"), await there("GET", "b")]).to.deep.equal(["1", "2"]);
            expect(secretsIn(host.root, [out.password, out.readOnlyPassword])).to.deep.equal([]);
            await again.remove("copy", given);
            await again.remove("cache", given);
            expect(await listens(out.port)).to.equal(false);
            expect(readdirSync(join(host.root, "database"))).to.deep.equal([]);
        }));
});

async function ask(url: string, query: string): Promise<RowDataPacket[]> {
    const connection = await createConnection(url);
    try {
        const [rows] = await connection.query<RowDataPacket[]>(query);
        return Array.isArray(rows) ? rows.map((row) => ({ ...row }) as RowDataPacket) : [];
    } finally {
        connection.destroy();
    }
}

async function rejects(task: Promise<unknown>, words: RegExp): Promise<void> {
    const said = await task.then(
        () => "nothing: it was done",
        (error: Error) => error.message,
    );
    expect(said).to.match(words);
}

function secretsIn(root: string, secrets: readonly string[]): string[] {
    return filesIn(root).filter((path) => secrets.some((secret) => contentOf(path).includes(secret)));
}
