import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";
import { type AlarmInputs } from "../../agent/alarm/alarm";
import { judge } from "../../agent/alarm/judge";
import { type AlarmKind, alarmKind } from "../../agent/alarm/kind";
import { type Call, type Host, Refusal } from "../../agent/kind";
import { mailKind } from "../../agent/mail/kind";
import { mailOf, stopMail } from "../../agent/mail/mail";
import { openOutbox } from "../../agent/mail/outbox";
import { openMetricStore } from "../../agent/metric/store";
import { type MetricStore } from "../../agent/metric/types";
import { FakeClock } from "../metric/fake-clock";
import { type TestHost, testHost, until } from "../process/host";

const MINUTE = 60_000;
const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };

describe("alarms", () => {
    let test: TestHost;
    let host: Host;
    let clock: FakeClock;
    let store: MetricStore;
    let kind: AlarmKind;
    const inputs: AlarmInputs = {
        name: "depth",
        metric: "depth",
        dimensions: {},
        statistic: "avg",
        comparison: ">",
        threshold: 10,
        periodSeconds: 60,
        periods: 2,
        missing: "ok",
        to: ["ops@example.com"],
        description: "The queue is too deep.",
    };
    const state = (): string => kind.alarms()[0].state;
    const minutes = async (...values: (number | null)[]): Promise<void> => {
        for (const value of values) {
            if (value !== null) store.gauge("depth", value);
            await clock.walk(MINUTE, 10_000);
        }
    };
    const subjects = async (): Promise<string[]> => {
        const mail = await mailOf(host);
        await until(() => mail.waiting().length === 0);
        return mail.mailbox
            .list()
            .map(({ subject }) => subject.split(":")[0])
            .reverse();
    };

    beforeEach(() => {
        test = testHost();
        clock = new FakeClock(Math.floor(Date.now() / MINUTE) * MINUTE);
        store = openMetricStore(path.join(test.root, "metrics"), { clock });
        host = { ...test, metrics: store };
        kind = alarmKind(host, { clock });
    });
    afterEach(async () => {
        await kind.stop();
        store.stop();
        test.clean();
    });

    it("writes when it begins and when it ends, and in no other case", async () => {
        await kind.apply("depth", inputs, call);
        await minutes(1, 1);
        expect(state()).to.equal("ok");
        await minutes(50, 1, 1);
        expect(state()).to.equal("ok"); // one period in a row only
        await minutes(50, 50, 50, 50);
        expect(state()).to.equal("alarm");
        await minutes(1, 1);
        expect(state()).to.equal("ok");
        expect(await subjects()).to.deep.equal(["ALARM", "OK"]);
        expect(kind.alarms()[0].history.map(({ to }) => to)).to.deep.equal(["ok", "alarm", "ok"]);
        const { mailbox } = await mailOf(host);
        const text = mailbox.read(mailbox.list()[1].id)!;
        expect(text)
            .to.contain("The queue is too deep.")
            .and.contain("was > 10 for 2 min")
            .and.contain("Delivered-To: ops@example.com");
        expect(mailbox.list()[1].subject).to.equal("ALARM: depth (test/dev): avg of depth is 50");
    });

    it("treats what is missing as it was told", async () => {
        for (const missing of ["ok", "breaching", "ignore"] as const) {
            await kind.apply(`on-${missing}`, { ...inputs, missing }, call);
            expect(kind.alarms().find(({ id }) => id === `on-${missing}`)!.state).to.equal("insufficient");
        }
        await minutes(50, 50, 50, null, null, null);
        expect(Object.fromEntries(kind.alarms().map(({ id, state: now }) => [id, now]))).to.deep.equal({
            "on-ok": "ok",
            "on-breaching": "alarm",
            "on-ignore": "alarm",
        });
    });

    it("does not hold against the app that the agent was not there", () => {
        const rule = { comparison: ">", threshold: 10, missing: "breaching" } as const;
        const points = [null, null, null].map((value, index) => ({ time: index * MINUTE, value }));
        expect(judge(rule, points, 0)).to.equal("alarm");
        expect(judge(rule, points, MINUTE)).to.equal(undefined);
        expect(judge(rule, points, 10 * MINUTE)).to.equal(undefined);
        expect(judge({ ...rule, missing: "ok" }, points, 10 * MINUTE)).to.equal(undefined);
        expect(judge({ ...rule, missing: "ignore" }, points, 0)).to.equal(undefined);
        expect(
            judge(
                rule,
                [
                    { time: 0, value: 11 },
                    { time: 1, value: 10 },
                ],
                0,
            ),
        ).to.equal("ok");
        for (const [comparison, at] of [
            [">", false],
            [">=", true],
            ["<", false],
            ["<=", true],
        ] as const) {
            expect(judge({ ...rule, comparison }, [{ time: 0, value: 10 }], 0)).to.equal(at ? "alarm" : "ok");
        }
    });

    it("has its state after the agent has started again, and does not write again", async () => {
        await kind.apply("depth", inputs, call);
        await minutes(50, 50, 50);
        expect(state()).to.equal("alarm");
        expect(await subjects()).to.deep.equal(["ALARM"]);
        await kind.stop();
        kind = alarmKind(host, { clock });
        await kind.apply("depth", inputs, { ...call, restoring: true });
        expect(state()).to.equal("alarm");
        await minutes(50, 50);
        expect(await subjects()).to.deep.equal(["ALARM"]);
        await minutes(1, 1);
        expect(await subjects()).to.deep.equal(["ALARM", "OK"]);
        await kind.remove("depth", undefined);
        expect(fs.readdirSync(host.folder("alarm"))).to.deep.equal([]);
    });

    it("is judged and told anew when its state is damaged, which is put aside, and no other one is", async () => {
        for (const id of ["depth", "other"]) await kind.apply(id, inputs, call);
        await minutes(50, 50, 50);
        expect(await subjects()).to.deep.equal(["ALARM", "ALARM"]);
        await kind.stop();
        const file = path.join(host.folder("alarm"), "depth.json");
        fs.truncateSync(file, 20);
        kind = alarmKind(host, { clock });
        for (const id of ["depth", "other"]) await kind.apply(id, inputs, { ...call, restoring: true });
        expect(kind.alarms().map((alarm) => alarm.state)).to.deep.equal(["insufficient", "alarm"]);
        expect(test.reports.join()).to.match(/depth.json could not be read, and is put aside: /);
        await minutes(50, 50, 50);
        expect(kind.alarms().map((alarm) => alarm.state)).to.deep.equal(["alarm", "alarm"]);
        expect(await subjects()).to.deep.equal(["ALARM", "ALARM", "ALARM"]);
    });

    it("sends a letter that a kill -9 left between state and outbox, once", async () => {
        await kind.apply("depth", inputs, call);
        await minutes(50, 50, 50);
        const file = path.join(host.folder("alarm"), "depth.json");
        const kept = JSON.parse(fs.readFileSync(file, "utf8")) as { history: { time: number }[] };
        const pending = {
            id: `alarm-depth-${kept.history[0].time}`,
            to: ["ops@example.com"],
            subject: "ALARM: again",
            text: "",
        };
        const lost = { ...pending, id: "alarm-depth-1", subject: "ALARM: lost" };
        for (const letter of [pending, lost]) {
            await kind.stop();
            fs.writeFileSync(file, JSON.stringify({ ...kept, pending: letter }));
            kind = alarmKind(host, { clock });
            await kind.apply("depth", inputs, { ...call, restoring: true });
            await clock.walk(MINUTE, 10_000);
        }
        await subjects();
        const all = (await mailOf(host)).mailbox.list().map(({ subject }) => subject);
        expect(all).to.have.length(2).and.include("ALARM: lost").and.not.include("ALARM: again");
    });

    it("waits for the values of apps, which come late", async () => {
        await kind.apply("depth", { ...inputs, periods: 1 }, call);
        const late = (value: number, ago: number): unknown =>
            store.write({
                name: "depth",
                kind: "gauge",
                time: clock.time - ago,
                count: 1,
                sum: value,
                min: value,
                max: value,
                last: value,
                origin: "app",
            });
        for (let round = 0; round < 4; round++) {
            await clock.walk(MINUTE, 10_000);
            late(50, 50_000); // sent each minute
        }
        await clock.walk(30_000, 10_000);
        expect(kind.alarms()[0].history.map(({ to }) => to)).to.deep.equal(["alarm"]);
    });

    it("refuses what cannot be", async () => {
        store.declare("depth", { unit: "1", kind: "gauge", dimensions: [] });
        for (const bad of [
            { statistic: "p99" },
            { periodSeconds: 15 },
            { periods: 0 },
            { threshold: NaN },
            { to: ["ops"] },
        ] as Partial<AlarmInputs>[]) {
            const error = await kind.apply("depth", { ...inputs, ...bad }, call).catch((fault: unknown) => fault);
            expect(error, JSON.stringify(bad)).to.be.instanceOf(Refusal);
        }
    });
});

describe("mail", () => {
    let host: TestHost;
    let relay: SMTPServer | undefined;
    beforeEach(() => (host = testHost()));
    afterEach(async () => {
        relay?.close();
        await stopMail(host);
        host.clean();
    });

    it("takes what apps send over SMTP, and keeps it over a restart", async () => {
        const identity = host.identities.issue("Container/web", []);
        const { mailbox } = await mailOf(host);
        const { port } = new URL(mailbox.url);
        const auth = { user: identity.accessKeyId, pass: identity.secretAccessKey };
        const message = {
            from: "shop@example.com",
            to: "a@example.com, b@example.com",
            subject: "Grüße, Ä=?",
            text: "Hällo\n.\n..dots",
        };
        await createTransport({ host: "127.0.0.1", port: Number(port), auth }).sendMail(message);
        await createTransport(mailbox.url).sendMail({ ...message, subject: "x".repeat(200) });
        const wrong = createTransport({ host: "127.0.0.1", port: Number(port), auth: { ...auth, pass: "wrong" } });
        expect(await wrong.sendMail(message).catch((error: Error) => error.message)).to.contain(
            "not the credentials of a workload",
        );
        const folder = path.join(host.folder("mail"), "box");
        fs.writeFileSync(path.join(folder, "tmp", "half"), "From: x");
        await stopMail(host);
        const again = (await mailOf(host)).mailbox;
        expect(
            again
                .list()
                .map(({ subject }) => subject)
                .sort(),
        ).to.deep.equal(["Grüße, Ä=?", "x".repeat(200)].sort());
        const letter = again.list().find(({ subject }) => subject.startsWith("G"))!;
        expect(letter).to.include({ from: "shop@example.com", to: "a@example.com, b@example.com" });
        expect(again.read(letter.id)).to.contain("Delivered-To: b@example.com").and.contain("..dots");
        expect(
            fs.statSync(path.join(folder, "new", fs.readdirSync(path.join(folder, "new"))[0])).mode & 0o777,
        ).to.equal(0o600);
        expect(fs.readdirSync(path.join(folder, "tmp"))).to.deep.equal([]);
        again.remove(letter.id);
        expect(again.list()).to.have.length(1);
        expect(again.read("../../../etc/passwd")).to.equal(undefined);
    });

    it("goes by the relay when there is one, is tried again, and stays sealed", async () => {
        const got: string[] = [];
        let down = true;
        relay = new SMTPServer({
            logger: false,
            disabledCommands: ["STARTTLS"],
            allowInsecureAuth: true,
            onAuth: ({ username, password }, _session, done) =>
                done(username === "me" && password === "secret" ? null : new Error("no"), { user: "me" }),
            onMailFrom: (_address, _session, done) =>
                done(down ? Object.assign(new Error("later"), { responseCode: 451 }) : null),
            onData(stream, _session, done) {
                let text = "";
                stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
                stream.on("end", () => (got.push(text), done()));
            },
        });
        const port = await new Promise<number>((resolve) => {
            const server = relay!.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        });
        const clock = new FakeClock(Date.now());
        const mail = await mailOf(host, clock);
        const kind = mailKind(host);
        const made = await kind.apply(
            "mail",
            { relay: `smtp://me:secret@127.0.0.1:${port}`, from: "dev@example.com" },
            call as Call<object>,
        );
        expect(made.url).to.equal(mail.mailbox.url);
        const message = { id: "one", to: ["ops@example.com", "boss@example.com"], subject: "Alarm", text: "Look." };
        mail.send(message);
        mail.send(message);
        await until(() => host.reports.length === 2);
        expect(host.reports[0]).to.contain("is not taken, and is tried again").and.contain("later");
        expect(got).to.deep.equal([]);
        await stopMail(host); // the agent is killed; the next one knows the relay by itself
        expect(fs.readFileSync(path.join(host.folder("mail"), "relay"), "utf8")).to.not.contain("secret");
        down = false;
        const again = await mailOf(host, clock);
        await until(() => got.length === 2);
        again.send(message);
        await until(() => again.waiting().length === 0);
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(got).to.have.length(2);
        expect(got.join())
            .to.contain("dev@example.com>")
            .and.contain("To: boss@example.com")
            .and.contain("Message-ID: <one.");
        expect(again.mailbox.list()).to.deep.equal([]);
        const fault = await kind.apply("other", {}, call as Call<object>).catch((error: Error) => error);
        expect(fault).to.be.instanceOf(Refusal);
    });

    it("sends the others when one of the queue is damaged, which is put aside", async () => {
        const folder = path.join(host.root, "out");
        fs.mkdirSync(path.join(folder, "queue"), { recursive: true });
        fs.writeFileSync(path.join(folder, "queue", "a-0.json"), '{"id":"a","to');
        const [reports, got]: string[][] = [[], []];
        const outbox = openOutbox({
            folder,
            clock: new FakeClock(Date.now()),
            report: (line) => reports.push(line),
            deliver: async ({ id }) => void got.push(id),
        });
        outbox.send({ id: "b", to: ["a@b.c"], subject: "s", text: "t" });
        await until(() => got.length === 1);
        expect(got).to.deep.equal(["b"]);
        expect(reports).to.have.length(1);
        expect(reports[0]).to.match(/a-0.json could not be read, and is put aside: /);
        await outbox.stop();
    });

    it("waits longer each time, and gives up after 3 days", async () => {
        const clock = new FakeClock(Date.now());
        const tries: number[] = [];
        const reports: string[] = [];
        const start = clock.time;
        const outbox = openOutbox({
            folder: path.join(host.root, "out"),
            clock,
            report: (line) => reports.push(line),
            deliver: async () => {
                tries.push(Math.round((clock.time - start) / 1000));
                throw new Error("down");
            },
        });
        outbox.send({ id: "x", to: ["a@b.c"], subject: "s", text: "t" });
        await until(() => tries.length === 1);
        for (let hour = 0; hour < 80; hour++) await clock.walk(3_600_000, 15_000);
        expect(tries.slice(0, 4)).to.deep.equal([0, 30, 90, 210]);
        expect(tries.length).to.be.within(70, 85);
        expect(outbox.waiting()).to.deep.equal([]);
        expect(reports).to.have.length(2);
        expect(fs.readdirSync(path.join(host.root, "out", "failed"))).to.have.length(1);
        await outbox.stop();
    });
});
