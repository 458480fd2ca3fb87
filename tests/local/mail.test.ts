import { expect } from "chai";
import { SMTPServer } from "smtp-server";
import { contentOf, filesIn } from "../support/content";
import { type AlarmStatus } from "../../agent/alarm/alarm";
import { type Letter } from "../../agent/mail/mailbox";
import { mailOf, stopMail } from "../../agent/mail/mail";
import { Blob, Metric, Mistake } from "../../components";
import { until } from "../agent/harness";
import { testHost } from "../process/host";
import { run } from "../support/mocks";
import { type Live, live, patience } from "./live/support";

const email = "ops@example.com";
const relayed = { "mvi:smtp": "smtps://me:planted@mail.example.com", "mvi:mailFrom": "alarms@example.com" };

describe("the relay that a stack names for its mail", () => {
    const metrics = () => {
        new Metric("orders", { alarms: { few: { below: 1, email }, many: { above: 9, email } } });
        new Metric("carts", { alarms: { many: { above: 9, email } } });
    };
    const made = async (config: Record<string, string>, body: () => void) =>
        (await run({ config }, body)).made.filter(({ type }) => type === "mvi-local:index:Mail");

    it("is made once for all alarms, as a secret", async () => {
        const mails = await made(relayed, metrics);
        expect(mails.map(({ name }) => name)).to.deep.equal(["stack-mail"]);
        expect(mails[0].inputs).to.deep.include({
            relay: { secret: relayed["mvi:smtp"] },
            from: "alarms@example.com",
        });
    });

    it("is made neither without alarms nor without being named", async () => {
        expect(await made(relayed, () => void new Metric("orders"))).to.deep.equal([]);
        expect(await made({}, metrics)).to.deep.equal([]);
    });

    it("is refused where it is wrong, with the command that mends it, and is not shown", async () => {
        const smtp = "mvi:smtp: must be smtp://user:password@host:587";
        for (const [config, message] of [
            [{ ...relayed, "mvi:smtp": "https://me:planted@example.com" }, smtp],
            [{ ...relayed, "mvi:smtp": "smtp://me:planted/1@example.com" }, smtp],
            [{ ...relayed, "mvi:smtp": "planted" }, "run `pulumi config set --secret mvi:smtp`, and give it smtp://…"],
            [{ "mvi:smtp": relayed["mvi:smtp"] }, "mvi:mailFrom: is needed with mvi:smtp"],
            [
                { ...relayed, "mvi:mailFrom": "nobody" },
                'must be an e-mail address, but got "nobody": run `pulumi config',
            ],
        ] as const) {
            await run({ config }, () =>
                expect(() => new Blob("uploads"))
                    .to.throw(Mistake)
                    .with.property("message")
                    .that.includes(message)
                    .and.does.not.include("planted"),
            );
        }
    });
});

describe("mail to a relay on another machine", () => {
    it("is not sent in plain text, nor is the password", async () => {
        const host = testHost();
        let asked = false;
        const relay = new SMTPServer({
            logger: false,
            disabledCommands: ["STARTTLS"],
            allowInsecureAuth: true,
            onAuth: ({ username }, _session, done) => ((asked = true), done(null, { user: username })),
        });
        const port = await new Promise<number>((resolve) => {
            const server = relay.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        });
        try {
            const mail = await mailOf(host);
            // this machine by a name that does not say so
            mail.useRelay({ url: `smtp://me:planted@0x7f.1:${port}`, from: "alarms@example.com" });
            mail.send({ id: "one", to: [email], subject: "Deep", text: "Look." });
            await until("it is refused", () => host.reports.length > 0);
            expect(host.reports[0])
                .to.contain("is not taken")
                .and.match(/STARTTLS/);
            expect(asked).to.equal(false);
        } finally {
            await stopMail(host);
            relay.close();
            host.clean();
        }
    });
});

describe("mail of alarms, on this machine for real", function () {
    this.timeout(240_000);
    let stack: Live;
    let relay: SMTPServer;
    let port: number;
    const got: string[] = [];
    const password = "planted-pass/word";

    before(async () => {
        relay = new SMTPServer({
            logger: false,
            disabledCommands: ["STARTTLS"],
            allowInsecureAuth: true,
            onAuth: (given, _session, done) =>
                done(given.username === "me" && given.password === password ? null : new Error("no"), { user: "me" }),
            onData(stream, _session, done) {
                let text = "";
                stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
                stream.on("end", () => (got.push(text), done()));
            },
        });
        port = await new Promise<number>((resolve) => {
            const server = relay.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        });
        stack = await live(
            async () =>
                void new Metric("orders", {
                    alarms: { none: { below: 1, periods: 1, missing: "breaching", email } },
                    transform: { local: { alarm: { periodSeconds: 10 } } },
                }),
            {
                "mvi:smtp": { secret: `smtp://me:${encodeURIComponent(password)}@127.0.0.1:${port}` },
                "mvi:mailFrom": "alarms@example.com",
            },
        );
    });
    after(async () => {
        relay.close(); // first: it would keep a run that failed from ending
        await stack.close();
    });

    it("goes by the relay, and its password is in no plain text", async () => {
        await stack.up();
        await until("a mail has come", () => got.length > 0, patience);
        expect(got[0])
            .to.contain("alarms@example.com>")
            .and.contain(`To: ${email}`)
            .and.match(/Subject: ALARM: orders-none/);
        const [alarm] = await stack.ask<AlarmStatus[]>("alarms");
        expect(alarm).to.include({ id: "orders-none", state: "alarm" });
        expect(await stack.ask<Letter[]>("mailList")).to.deep.equal([]);
        const having = (...planted: string[]) =>
            filesIn(stack.home.root).filter((file) => planted.some((text) => contentOf(file).includes(text)));
        expect(having("stack-mail"), "the engine's state and the agent's are among the files").to.have.length.above(1);
        expect(having(password, encodeURIComponent(password))).to.deep.equal([]);
        await stack.unchanged();
    });

    it("has no relay any more when the stack names none, and leaves nothing", async () => {
        for (const key of ["mvi:smtp", "mvi:mailFrom"]) await stack.stack.removeConfig(key);
        expect((await stack.up()).steps).to.include("delete stack-mail");
        await stack.stack.destroy();
        await stack.nothingLeft();
    });
});
