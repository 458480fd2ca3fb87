import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { queriesOf } from "../../agent/core/queries";
import { type AlarmInputs } from "../../agent/alarm/alarm";
import { alarmKind } from "../../agent/alarm/kind";
import { type Backup, databaseKind } from "../../agent/database/kind";
import { type Host, type Kind } from "../../agent/kind";
import { tableKind } from "../../agent/kv/table";
import { mailKind } from "../../agent/mail/kind";
import { type Letter } from "../../agent/mail/mailbox";
import { mailOf } from "../../agent/mail/mail";
import { openMetricStore } from "../../agent/metric/store";
import { openLogStore } from "../../agent/log/store";
import { type LogStore, type StoredLine } from "../../agent/log/types";
import { testHost, type TestHost, until } from "../process/host";
import { call } from "../kv/host";

describe("what an operator asks of an agent", function () {
    this.timeout(120_000);
    let test: TestHost;
    let kinds: Record<string, Kind>;
    let logs: LogStore;
    let ask: <T>(name: string, body?: object) => Promise<T>;

    before(() => {
        test = testHost();
        const metrics = openMetricStore(`${test.root}/metrics`);
        const host: Host = { ...test, metrics };
        kinds = Object.fromEntries(
            [mailKind(host), alarmKind(host), databaseKind(host), tableKind(host)].map((kind) => [
                kind.name,
                kind as unknown as Kind,
            ]),
        );
        logs = openLogStore(`${test.root}/asked-logs`);
        const queries = queriesOf({ logs, metrics, kind: (name) => kinds[name] });
        const unheard = { progress: () => undefined, signal: new AbortController().signal };
        // as it travels
        ask = async (name, body = {}) =>
            JSON.parse(JSON.stringify((await queries[name](body as never, unheard)) ?? null)) as never;
        stop = async () => {
            for (const kind of Object.values(kinds)) await kind.stop();
            metrics.stop();
            logs.stop();
            test.clean();
        };
        sendMail = async (subject) => (await mailOf(host)).send({ id: "one", to: ["a@b.co"], subject, text: "Look." });
    });
    let stop: () => Promise<void>;
    let sendMail: (subject: string) => Promise<void>;
    after(() => stop());

    it("alarms and mail: none at first, without opening anything", async () => {
        expect(await ask("mailList")).to.deep.equal([]);
        expect(await ask("mailRead", { id: "x" })).to.equal(null);
        expect(await ask("alarms")).to.deep.equal([]);
    });

    it("alarms: their states", async () => {
        const inputs: AlarmInputs = {
            name: "deep",
            metric: "depth",
            dimensions: {},
            statistic: "avg",
            comparison: ">",
            threshold: 1,
            periodSeconds: 60,
            periods: 1,
            missing: "ok",
            to: ["ops@example.com"],
            description: "Deep.",
        };
        await kinds.Alarm.apply("deep", inputs, call);
        const [alarm] = await ask<object[]>("alarms");
        expect(alarm).to.deep.include({ id: "deep", state: "insufficient", history: [] });
    });

    it("mail: what is in the mailbox, and the text of one", async () => {
        await sendMail("Deep");
        let letters: Letter[] = [];
        await until(async () => (letters = await ask("mailList")).length > 0);
        expect(letters[0]).to.include({ subject: "Deep", to: "a@b.co" });
        expect(await ask("mailRead", { id: letters[0].id })).to.contain("Look.");
        expect(await ask("mailRead", { id: "../../vault.key" })).to.equal(null);
    });

    it("key-values: a table is filled with what another one held", async () => {
        const table = (name: string) => ({
            name,
            partitionKey: { name: "id", type: "string" },
            pointInTimeRecovery: true,
            forceDestroy: true,
        });
        const { endpoint } = (await kinds.Table.apply("carts", table("carts"), call)) as { endpoint: string };
        await kinds.Table.apply("again", table("again"), call);
        const permits = ["carts", "again"].map((id) => ({ kind: "Table", id, access: ["write"] }));
        const credentials = test.identities.issue("Container/web", permits);
        const db = new DynamoDBClient({ endpoint, region: "local", credentials });
        const put = (id: string) => db.send(new PutItemCommand({ TableName: "carts", Item: { id: { S: id } } }));
        await put("before");
        await sleep(5);
        const time = Date.now();
        await sleep(5);
        await put("after");
        expect(await ask("restore", { source: "carts", time, target: "again" })).to.deep.equal({ items: 1 });
        const { Items } = await db.send(new ScanCommand({ TableName: "again" }));
        expect(Items).to.deep.equal([{ id: { S: "before" } }]);
        db.destroy();
        const fault = await ask("restore", { source: "none", time, target: "again" }).catch((error: Error) => error);
        expect(fault).to.have.property("message", "Table none: there is no such table: there are again, carts");
        const wrong = async (at: unknown) =>
            ((await ask("restore", { source: "carts", time: at, target: "again" }).catch((error) => error)) as Error)
                .message;
        const old = await wrong(5);
        expect(old).to.match(/^Table carts: time: 1970-01-01T00:00:00.005Z is before what is kept of it, which begins/);
        expect(old).to.match(/ at 2\d{3}-.*Z: give that moment or a later one$/);
        expect(await wrong(time + 3_600_000)).to.match(
            /^Table carts: time: .*Z has not come yet: give a moment in the past$/,
        );
        for (const at of ["2026-11-23T04:00:00Z", "tomorrow", undefined, null, 1.5, 1e300])
            expect(await wrong(at)).to.match(/^Table carts: time: .* is no time in milliseconds since 1970: give one$/);
        const plain = { ...table("plain"), pointInTimeRecovery: false };
        await kinds.Table.apply("plain", plain, call);
        const never = await ask("restore", { source: "plain", time, target: "again" }).catch((error: Error) => error);
        expect(never)
            .to.have.property("message")
            .that.matches(/^Table plain: was kept without pointInTime, so .*: declare it with pointInTime/);
    });

    it("logs: the newest lines, in order of time; from the oldest or the newest on where that is said", async () => {
        const start = Date.now() - 1000;
        const write = (log: string, index: number) =>
            logs.append(log, { time: start + index, source: "web/1", stream: "stdout", text: `${log} ${index}` });
        for (let index = 0; index < 6; index++) write(index % 2 ? "odd" : "even", index);
        const texts = async (body: object) => (await ask<StoredLine[]>("logs", body)).map(({ text }) => text);
        expect(await texts({ limit: 1 })).to.deep.equal(["odd 5"]);
        expect(await texts({ limit: 3 })).to.deep.equal(["odd 3", "even 4", "odd 5"]);
        expect(await texts({ log: "even", limit: 2 })).to.deep.equal(["even 2", "even 4"]);
        expect(await texts({ limit: 2, to: start + 4 })).to.deep.equal(["even 2", "odd 3"]);
        expect(await texts({ limit: 2, order: "asc" })).to.deep.equal(["even 0", "odd 1"]);
        expect(await texts({ limit: 2, order: "desc" })).to.deep.equal(["odd 5", "even 4"]);
        expect(await texts({})).to.have.length(6);
    });

    it("databases: backups are made, listed and tried", async () => {
        const inputs = {
            name: "db",
            engine: "postgres",
            storageGiB: 1,
            backup: { retentionDays: 7, window: "03:00", pointInTime: true },
            parameters: {},
            forceDestroy: true,
        };
        expect(await ask("listBackups", { id: "db" })).to.deep.equal([]);
        await kinds.Database.apply("db", inputs, call);
        const made = await ask<Backup>("backupNow", { id: "db" });
        const listed = await ask<Backup[]>("listBackups", { id: "db" });
        expect(listed.map(({ id }) => id)).to.include(made.id);
        const { backup, seconds } = await ask<{ backup: string; seconds: number }>("testRestore", { id: "db" });
        expect(backup).to.equal(listed.at(-1)!.id);
        expect(seconds).to.be.above(0);
        const fault = await ask("backupNow", { id: "none" }).catch((error: Error) => error);
        expect(fault).to.have.property("message").that.contains("Database none: it does not run");
    });
});
