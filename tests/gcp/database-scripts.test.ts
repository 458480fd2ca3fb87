import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { adminName } from "../../agent/database/credentials";
import { databaseKind, type DatabaseKind } from "../../agent/database/kind";
import { mysqlScript, postgresScript } from "../../providers/gcp/database-scripts";
import { call, inputs, sql, testHost, type TestHost } from "../database/harness";

const shell = (script: string, env: Record<string, string>) =>
    spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env: { ...process.env, ...env }, timeout: 50_000 });

const absent = spawnSync("psql", ["--version"]).error;

if (absent) describe("The job of a PostgreSQL on GCP", () => it("is not tried here: there is no psql"));
else
    describe("The job of a PostgreSQL on GCP", function () {
        this.timeout(90_000);
        let host: TestHost;
        let kind: DatabaseKind;
        let port: number;
        const url = (user: string, password: string, database = "app") =>
            `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
        const settle = (access: "write" | "read", password: string) => {
            const env = { DB_HOST: "127.0.0.1", DB_PORT: `${port}`, ADMIN_PASSWORD: "k", USER_PASSWORD: password };
            const { status, stderr } = shell(postgresScript(access, "disable"), env);
            expect(status, stderr).to.equal(0);
        };

        before(async () => {
            host = testHost();
            const sealed: string[] = [];
            const { seal } = host.vault;
            (host.vault as { seal: typeof seal }).seal = (plain) => (sealed.push(plain), seal(plain));
            kind = databaseKind(host);
            ({ port } = await kind.apply("main-db", inputs("main-db"), call()));
            const admin = sealed
                .map((text) => /"admin":"([^"]+)"/.exec(text)?.[1])
                .find((found) => found !== undefined)!;
            const as = url(adminName, admin, "postgres");
            // The local cloud's own servers know no other users than its own.
            const [{ hba_file: rules }] = await sql<{ hba_file: string }>(as, "show hba_file");
            fs.appendFileSync(rules, "\nhost all all 127.0.0.1/32 scram-sha-256\n");
            await sql(as, "select pg_reload_conf()");
            // What Cloud SQL makes: no superuser, but allowed to make users and databases.
            await sql(as, "create role keeper with login createrole createdb password 'k'");
        });

        after(async () => {
            await kind.stop();
            fs.rmSync(host.root, { recursive: true, force: true });
        });

        it("makes a database, and who owns it, and is no more than that", async () => {
            settle("write", "one");
            await sql(
                url("app", "one"),
                "create schema shop; create table shop.orders (id int); create table plain (id int)",
            );
            await sql(url("app", "one"), "insert into shop.orders values (1)");
            for (const query of ["create role x", "create database y"])
                await refused(url("app", "one"), query, /permission denied/);
        });

        it("makes one that reads all that is there and will be, and writes nothing", async () => {
            settle("read", "two");
            expect(await sql(url("reader", "two"), "select id from shop.orders")).to.deep.equal([{ id: 1 }]);
            await sql(
                url("app", "one"),
                "create schema later; create table later.t (id int); insert into later.t values (2)",
            );
            expect(await sql(url("reader", "two"), "select id from later.t")).to.deep.equal([{ id: 2 }]);
            await refused(url("reader", "two"), "insert into plain values (9)", /read-only transaction/);
            await refused(url("reader", "two"), "begin read write; create table mine (i int)", /permission denied/);
        });

        it("brings one that is there to its password", async () => {
            settle("write", "three-and-more");
            settle("read", "four-and-more");
            await refused(url("app", "one"), "select 1", /password authentication failed/);
            expect(await sql(url("reader", "four-and-more"), "select id from shop.orders")).to.deep.equal([{ id: 1 }]);
        });
    });

it("The job of a PostgreSQL on GCP says no password in SQL, which the server writes down", () => {
    const lines = postgresScript("read").split("\n");
    const saying = lines.filter((line) => line.includes("USER_PASSWORD"));
    expect(saying).to.have.length(1);
    expect(saying[0]).to.match(/^printf .* --command '\\password reader'$/);
});

describe("The job of a MySQL on GCP", () => {
    it("says what a user may do, over TLS, once the server is reached", () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-mysql-"));
        // It is not reached at first; afterwards what it is asked is written down.
        const fake = `#!/bin/sh\necho "$@" >> ${folder}/asked\n[ -e ${folder}/up ] || { touch ${folder}/up; exit 1; }\ncase "$*" in *--execute*) ;; *) cat >> ${folder}/sql ;; esac\n`;
        fs.writeFileSync(path.join(folder, "mysql"), fake, { mode: 0o755 });
        fs.writeFileSync(path.join(folder, "sleep"), "#!/bin/sh\n", { mode: 0o755 });
        try {
            const { status, stderr } = shell(mysqlScript("read"), {
                PATH: `${folder}:${process.env.PATH}`,
                DB_HOST: "db.example",
                DB_PORT: "3306",
                ADMIN_PASSWORD: "k",
                USER_PASSWORD: "0a1b",
            });
            expect(status, stderr).to.equal(0);
            expect(fs.readFileSync(path.join(folder, "asked"), "utf8").split("\n")[0]).to.equal(
                "--host=db.example --port=3306 --user=keeper --ssl-mode=REQUIRED --batch --execute=select 1",
            );
            expect(fs.readFileSync(path.join(folder, "sql"), "utf8").trim().split("\n")).to.deep.equal([
                "create database if not exists app;",
                "create user if not exists 'reader'@'%' identified by '0a1b' require ssl;",
                "alter user 'reader'@'%' identified by '0a1b' require ssl;",
                "grant select, show view on app.* to 'reader'@'%';",
            ]);
        } finally {
            fs.rmSync(folder, { recursive: true, force: true });
        }
    });
});

async function refused(at: string, query: string, message: RegExp): Promise<void> {
    await sql(at, query).then(
        () => expect.fail(`it may: ${query}`),
        (error: Error) => expect(error.message).to.match(message),
    );
}
