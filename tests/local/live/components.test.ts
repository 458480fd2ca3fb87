import { expect } from "chai";
import * as path from "node:path";
import { DescribeContinuousBackupsCommand, DescribeTimeToLiveCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
    GetBucketCorsCommand,
    GetBucketLifecycleConfigurationCommand,
    GetBucketVersioningCommand,
    S3Client,
} from "@aws-sdk/client-s3";
import { contentOf, filesIn } from "../../support/content";
import { type LogInfo } from "../../../agent/log/types";
import { type Attempt } from "../../../agent/job/job";
import { refusal, until } from "../../agent/harness";
import { planted, shop, type Shop } from "./shop";
import { ask, changesOf, echo, listens, type Live, live, patience, probeIn, processesOf, refused } from "./support";
import { listenPort } from "./shop";

type Env = Record<string, string>;
interface Outputs {
    [name: string]: string;
}

describe("the components, on this machine for real", function () {
    this.timeout(240_000);
    this.bail(true);
    let stack: Live;
    let to: Outputs;
    let want: Shop;
    const up = async (): Promise<string[]> => {
        const { outputs, steps } = await stack.up();
        to = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as string]));
        return steps;
    };

    before(async () => {
        stack = await live(async () => shop(want));
        want = { folder: probeIn(stack.home.root), version: 1, made: 1, databaseVersion: "18" };
    });
    after(() => stack.close());

    describe("made", () => {
        it("say what they are", async () => {
            await up();
            const inside = /^http:\/\/127\.0\.0\.1:\d+$/;
            for (const name of ["all", "less", "box", "peer"]) expect(to[name], name).to.match(inside);
            for (const name of ["none", "front"]) expect(to[name], name).to.match(/^http:\/\/localhost:\d+$/);
            expect(to.uploads).to.match(/^s3:\/\/uploads\?region=local&endpoint=http%3A%2F%2F127\.0\.0\.1%3A\d+$/);
            expect(to.visits).to.match(/^dynamodb:\/\/visits\?region=local&.*partition_key=key&ttl=expires$/);
            expect(to.vault).to.match(/^awskms:\/\/vault\?region=local&endpoint=/);
            expect(to.boxAddresses).to.deep.equal([new URL(to.box).host]);
            expect(to).to.include({ address: "127.0.0.1", host: "127.0.0.1", vaultId: "vault", tick: "tick" });
            expect(to.port).to.be.a("number");
            expect(to.reference).to.equal(`probe@${to.digest}`);
        });

        it("have no changes in a second preview", () => stack.unchanged());

        it("a job ran at once, and one by schedule is run by hand", async () => {
            await stack.line("book", "once: first 127.0.0.1");
            expect(to.lastRun).to.deep.include({ outcome: "succeeded", exitCode: 0 });
            expect(to).to.not.have.property("noLastRun");
            const { run } = await stack.ask<{ run: string }>("run", { id: "tick" });
            const attempt = await until(
                "it has run",
                async () => {
                    const { runs } = await stack.ask<{ runs: Attempt[] }>("runs", { id: "tick" });
                    return runs.find((each) => each.run === run && each.outcome);
                },
                patience,
            );
            expect(attempt).to.include({ outcome: "succeeded", cause: "operator", exitCode: 0 });
        });
    });

    describe("linked", () => {
        it("blob: write and read, read only, and nothing without a link", async () => {
            await ask(to.all, "put", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a", "hello");
            expect(await ask(to.all, "get", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a")).to.equal("hello");
            expect(await ask(to.less, "get", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a")).to.equal("hello");
            for (const deed of [
                ["put", "$UPLOADS_URL", "$UPLOADS_BUCKET", "b", "no"],
                ["delete", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a"],
            ])
                expect(await refused(to.less, ...deed)).to.contain("AccessDenied");
            for (const who of [to.all, to.none]) {
                expect(await refused(who, "list", to.hidden, "hidden")).to.contain("AccessDenied");
                expect(await refused(who, "put", to.hidden, "hidden", "a", "no")).to.contain("AccessDenied");
            }
            expect(await refused(to.none, "get", to.uploads, "uploads", "a")).to.contain("AccessDenied");
        });

        it("key-values: write and read, read only, and nothing without a link", async () => {
            await ask(to.all, "putItem", "$VISITS_URL", "$VISITS_TABLE", "a", "hello");
            expect(await ask(to.less, "getItem", "$VISITS_URL", "$VISITS_TABLE", "a")).to.equal("hello");
            const denied = "AccessDeniedException";
            expect(await refused(to.less, "putItem", "$VISITS_URL", "$VISITS_TABLE", "a", "no")).to.contain(denied);
            for (const who of [to.all, to.none]) {
                expect(await refused(who, "scan", to.hiddenKv, "hidden-kv")).to.contain(denied);
                expect(await refused(who, "putItem", to.hiddenKv, "hidden-kv", "a", "no")).to.contain(denied);
            }
            expect(await refused(to.none, "getItem", to.visits, "visits", "a")).to.contain(denied);
        });

        it("database: write and read, read only, and no URL without a link", async () => {
            await ask(to.all, "sql", "$DB_URL", "create table words (word text)");
            await ask(to.all, "sql", "$DB_URL", "insert into words values ('kept')");
            const read = [{ word: "kept" }];
            expect(await ask(to.all, "sql", "$DB_URL", "select * from words")).to.deep.equal(read);
            expect(await ask(to.less, "sql", "$DB_URL", "select * from words")).to.deep.equal(read);
            for (const query of [
                "insert into words values ('no')",
                "drop table words",
                "create table mine (a int)",
                "set default_transaction_read_only = off; insert into words values ('no')",
            ])
                expect(await refused(to.less, "sql", "$DB_URL", query), query).to.match(/42501|25006/);
            expect(await refused(to.none, "sql", "$DB_URL", "select 1")).to.contain("there is no variable");
            const open = `postgres://db@${to.host}:${to.port}/db`;
            expect(await refused(to.none, "sql", open, "select 1")).to.match(/password|SASL|28P01/);
        });

        it("key: each verb, and no other", async () => {
            const sealed = await ask<string>(to.all, "encrypt", "$VAULT_URL", "$VAULT_ID", "plain");
            expect(await ask(to.all, "decrypt", "$VAULT_URL", "$VAULT_ID", sealed)).to.equal("plain");
            await ask(to.less, "encrypt", "$VAULT_URL", "$VAULT_ID", "plain");
            const denied = "AccessDeniedException";
            expect(await refused(to.less, "decrypt", "$VAULT_URL", "$VAULT_ID", sealed)).to.contain(denied);
            const signature = await ask<string>(to.all, "sign", "$SIGNER_URL", "$SIGNER_ID", "text");
            for (const who of [to.all, to.less])
                expect(await ask(who, "verify", "$SIGNER_URL", "$SIGNER_ID", "text", signature)).to.equal(true);
            expect(await refused(to.less, "verify", "$SIGNER_URL", "$SIGNER_ID", "other", signature)).to.contain(
                "KMSInvalidSignature",
            );
            expect(await refused(to.less, "sign", "$SIGNER_URL", "$SIGNER_ID", "text")).to.contain(denied);
            for (const who of [to.all, to.none])
                expect(await refused(who, "encrypt", to.hiddenKey, "hidden-key", "plain")).to.contain(denied);
        });

        it("secret: as a variable and as a file, for who is linked and nobody else", async () => {
            const env = await ask<Env>(to.all, "env");
            expect(env.TOKEN).to.equal(planted.token[0]);
            const file = await ask<{ text: string; mode: string }>(to.all, "file", env.MADE_FILE);
            expect(file.text).to.match(/^[0-9a-f]{24}$/);
            expect(file.mode).to.equal("400");
            expect(await ask(to.all, "file", env.TOKEN_TOO_FILE)).to.include({ text: planted.token[0] });
            for (const who of [to.less, to.none, to.peer]) {
                const other = JSON.stringify(await ask<Env>(who, "env"));
                expect(other).to.not.contain("planted").and.not.contain(file.text);
                if (process.getuid?.() === 0)
                    expect(await refused(who, "file", "/proc/1/environ"), "another's process").to.contain("EACCES");
            }
            expect(JSON.stringify(env)).to.not.contain(planted.hidden);
            await stack.line("book", "beside: helper SHARED_BUCKET SHARED_TOKEN_FILE SHARED_URL");
        });

        it("metric and log: over OTLP, by whom they are linked to", async () => {
            await ask(to.all, "count", "$ORDERS_URL", "7"); // for the alarm, below
            const refusedByAgent = await ask<{ text: string }>(to.all, "metric", "anew-metric", "7");
            expect(refusedByAgent.text).to.contain("no link that may write to it");
            await ask(to.all, "record", "a line over OTLP");
            expect((await stack.line("book", "a line over OTLP")).source).to.equal("all/otlp");
            expect((await ask<Env>(to.none, "env")).OTEL_EXPORTER_OTLP_HEADERS).to.equal(undefined);
        });

        it("log: read by the cloud's client as it is, by who has a link to read it", async () => {
            const search = (who: string, ...more: string[]) => ask(who, "search", "book", '"over OTLP"', ...more);
            expect(await search(to.less)).to.deep.equal(["a line over OTLP"]);
            const env = await ask<Env>(to.less, "env");
            expect(env.BOOK_NAME).to.equal("book");
            expect(env.OTEL_EXPORTER_OTLP_HEADERS).to.equal(undefined);
            const endpoint = env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS!;
            for (const who of [to.all, to.none])
                expect((await refusal(search(who, endpoint))).message).to.contain("AccessDenied");
        });

        it("container and machine: where they are", async () => {
            expect(await ask(to.all, "fetch", "$PEER_URL")).to.equal("? plain /");
            expect(await ask(to.all, "fetch", "$BOX_URL")).to.equal("? box-one /");
            expect(await refused(to.none, "fetch", "$PEER_URL")).to.contain("there is no variable");
        });

        it("load balancer: routes, redirects, TCP", async () => {
            const get = async (where: string) => (await fetch(`${to.front}${where}`, { redirect: "manual" })).text();
            expect(await get("/x")).to.equal("one all-one /x");
            expect(await get("/none/y")).to.equal("none plain /none/y");
            expect(await get("/nonesuch")).to.equal("one all-one /nonesuch");
            const moved = await fetch(`${to.front}/old`, { redirect: "manual" });
            expect([moved.status, moved.headers.get("location")]).to.deep.equal([302, "https://one.example/"]);
            expect(await echo(listenPort, "hello")).to.equal("hello");
            await stack.line("front-access", "/none/y");
        });

        it("what is secret stands nowhere in plain text", async () => {
            const env = await ask<Env>(to.all, "env");
            const values = [planted.token[0], planted.hidden, env.DB_PASSWORD, env.AWS_SECRET_ACCESS_KEY];
            const made = (await ask<{ text: string }>(to.all, "file", env.MADE_FILE)).text;
            // Where a container's own files are, its secret files are.
            const own = /\/run\/[^/]+\/files\//;
            const found = filesIn(stack.home.root).filter(
                (file) => !own.test(file) && [...values, made].some((value) => contentOf(file).includes(value)),
            );
            expect(found).to.deep.equal([]);
            const shown = await ask<string>(to.all, "ps");
            const lines = JSON.stringify(await stack.ask("logs", { limit: 100_000 }));
            for (const value of [...values, made]) {
                expect(shown, "ps").to.not.contain(value);
                expect(lines, "logs").to.not.contain(value);
            }
        });
    });

    describe("changed", () => {
        const clients = async () => {
            const env = await ask<Env>(to.all, "env");
            const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
            const endpoint = (url: string) => new URL(url).searchParams.get("endpoint")!;
            const region = "local";
            return {
                s3: new S3Client({ region, credentials, endpoint: endpoint(to.uploads), forcePathStyle: true }),
                kv: new DynamoDBClient({ region, credentials, endpoint: endpoint(to.visits) }),
            };
        };

        it("are updated in place, and only what was changed", async () => {
            want = { ...want, version: 2 };
            const steps = await up();
            expect(steps).to.deep.equal(
                [
                    "all",
                    "book",
                    "box",
                    "db",
                    "front",
                    "less", // the URL that it has of `visits` says which attribute is the time to live
                    "once",
                    "orders",
                    "orders-alarm-many",
                    "peer",
                    "tick",
                    "token",
                    "uploads",
                    "vault",
                    "visits",
                ].map((name) => `update ${name}`),
            );
            await stack.unchanged();
        });

        it("blob: versions, lifecycle and CORS", async () => {
            const { s3 } = await clients();
            const Bucket = "uploads";
            expect(await s3.send(new GetBucketVersioningCommand({ Bucket }))).to.include({ Status: "Enabled" });
            const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
            expect(Rules).to.have.length(1);
            expect(Rules![0]).to.deep.include({
                Expiration: { Days: 9 },
                NoncurrentVersionExpiration: { NoncurrentDays: 2 },
            });
            const { CORSRules } = await s3.send(new GetBucketCorsCommand({ Bucket }));
            expect(CORSRules).to.deep.equal([
                {
                    AllowedOrigins: ["https://a.example"],
                    AllowedMethods: ["PUT"],
                    AllowedHeaders: ["x-a"],
                    MaxAgeSeconds: 60,
                },
            ]);
            expect(await ask(to.all, "get", "$UPLOADS_URL", "$UPLOADS_BUCKET", "a")).to.equal("hello");
            s3.destroy();
        });

        it("key-values: time to live, point in time", async () => {
            const { kv } = await clients();
            const TableName = "visits";
            const { TimeToLiveDescription } = await kv.send(new DescribeTimeToLiveCommand({ TableName }));
            expect(TimeToLiveDescription).to.deep.include({ AttributeName: "gone", TimeToLiveStatus: "ENABLED" });
            const { ContinuousBackupsDescription } = await kv.send(new DescribeContinuousBackupsCommand({ TableName }));
            expect(ContinuousBackupsDescription!.PointInTimeRecoveryDescription!.PointInTimeRecoveryStatus).to.equal(
                "DISABLED",
            );
            expect(await ask(to.all, "getItem", "$VISITS_URL", "$VISITS_TABLE", "a")).to.equal("hello");
            kv.destroy();
        });

        it("database: parameters, and its data are kept", async () => {
            expect(await ask(to.all, "sql", "$DB_URL", "show work_mem")).to.deep.equal([{ work_mem: "6MB" }]);
            expect(await ask(to.all, "sql", "$DB_URL", "select * from words")).to.deep.equal([{ word: "kept" }]);
        });

        it("log: retention and filters; secret; key", async () => {
            const logs = await stack.ask<LogInfo[]>("logList");
            expect(logs.find(({ name }) => name === "book")).to.include({ retentionDays: 6 });
            await ask(to.all, "say", "a FAILURE to count");
            await ask(to.all, "say", "an ERROR no longer counted");
            await stack.line("book", "no longer counted");
            const range = { from: Date.now() - 600_000, to: Date.now() + 60_000, step: 60, statistic: "sum" };
            const counted = await until(
                "it is counted",
                async () => {
                    const points = await stack.ask<{ value: number | null }[]>("metrics", { name: "errors", ...range });
                    return points.reduce((sum, { value }) => sum + (value ?? 0), 0);
                },
                patience,
            );
            expect(counted).to.equal(1);
            const env = await ask<Env>(to.all, "env");
            expect(env.TOKEN).to.equal(planted.token[1]);
            expect(await ask(to.all, "file", env.TOKEN_TOO_FILE)).to.include({ text: planted.token[1] });
        });

        it("container: variables, command, size, health, sidecars; replicas", async () => {
            expect(await ask(to.all, "fetch", `${to.all}/x`)).to.equal("two all-two /x");
            await stack.line("book", "told to end");
            await stack.line("book", "beside: keeper");
            const replicas = await until(
                "both answer",
                async () => {
                    const all = await Promise.all(Array.from({ length: 20 }, () => ask<Env>(to.peer, "env")));
                    const names = [...new Set(all.map(({ MVI_REPLICA }) => MVI_REPLICA))].sort();
                    return names.length > 1 && names;
                },
                patience,
            );
            expect(replicas).to.have.length(2);
        });

        it("load balancer: routes, redirects, TCP, who may come", async () => {
            expect((await fetch(`${to.front}/all`)).status).to.equal(403);
            expect(await listens(listenPort)).to.equal(false);
        });

        it("machine: its command and ports, on the disk it had", async () => {
            expect(await ask(to.all, "fetch", "$BOX_URL")).to.equal("? box-two /");
            const { BOX_URL, BOX_MORE_URL } = await ask<Env>(to.all, "env");
            expect(to.boxAddresses).to.deep.equal([BOX_URL, BOX_MORE_URL].map((url) => new URL(url).host));
            const env = await ask<Env>(to.box, "env");
            expect(env).to.have.property("MORE_PORT");
            expect(await ask(to.box, "file", `${env.HOME}/kept`)).to.include({ text: "kept\n" });
        });

        it("job: a changed one runs again, a schedule is the new one", async () => {
            await stack.line("book", "once: second 127.0.0.1");
            const { ended } = to.lastRun as unknown as { ended: string };
            expect(Date.now() - Date.parse(ended)).to.be.within(0, 240_000);
            const { next } = await stack.ask<{ next: number }>("runs", { id: "tick" });
            const berlin = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", timeStyle: "short" });
            expect(berlin.format(next)).to.equal("06:30");
        });

        it("metric: its alarm has fired, and has written to whom it was told", async () => {
            const letter = await until("a letter", () => lettersIn(stack.agent.place.folder)[0], patience);
            expect(letter).to.match(/^Delivered-To: ops@example\.com/m);
            expect(letter).to.match(/^Subject: .*orders-many/m);
        });

        it("what cannot change in place is made anew, the old one first", async () => {
            want = { ...want, made: 2 };
            const { steps } = await stack.up();
            for (const name of ["anew-kv", "anew-key", "anew-metric"])
                expect(steps.filter((step) => step.endsWith(` ${name}`))).to.deep.equal([
                    `create-replacement ${name}`,
                    `delete-replaced ${name}`,
                    `replace ${name}`,
                ]);
            expect(steps).to.have.length(9);
            await stack.unchanged();
        });

        it("what would lose data is refused, and nothing is changed", async () => {
            want = { ...want, databaseVersion: "17" };
            // Where that version is not installed, this is said before the agent is asked.
            expect((await refusal(stack.up())).message).to.match(
                /Database db: version: it is postgres 18|version: is not on this machine, which has PostgreSQL 18/,
            );
            want = { ...want, databaseVersion: "18" };
            await stack.unchanged();
            expect(await ask(to.all, "sql", "$DB_URL", "select * from words")).to.deep.equal([{ word: "kept" }]);
        });
    });

    describe("drifted", () => {
        it("a refresh sees what was changed by hand, and an up mends it", async () => {
            const gone = [
                ["Bucket", "hidden"],
                ["Table", "hidden-kv"],
                ["Alarm", "orders-alarm-many"],
                ["Balancer", "front"],
            ];
            for (const [kind, id] of gone) {
                await stack.ask("remove", {
                    kind,
                    id: id === "orders-alarm-many" ? "orders-many" : id,
                });
            }
            await stack.stack.refresh();
            expect((await changesOf(stack.stack)).sort()).to.deep.equal(
                gone.map(([, name]) => `create ${name} ()`).sort(),
            );
            expect((await up()).sort()).to.deep.equal(gone.map(([, name]) => `create ${name}`).sort());
            await stack.unchanged();
        });
    });

    describe("destroyed", () => {
        it("leave no process, port or file", async () => {
            await stack.stack.destroy();
            await stack.nothingLeft();
            for (const url of [to.all, to.none, to.box])
                expect(await listens(Number(new URL(url).port)), url).to.equal(false);
            expect(await listens(Number(to.port))).to.equal(false);
            expect(processesOf(stack.home.agents)).to.deep.equal([]);
        });
    });
});

/** The letters in the mailbox of the agent. */
function lettersIn(folder: string): string[] {
    return filesIn(path.join(folder, "data"))
        .filter((file) => /\/mail\/(.*\/)?new\//.test(file))
        .map((file) => contentOf(file).toString());
}
