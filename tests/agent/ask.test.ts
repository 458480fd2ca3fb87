import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ask, question, stackMeant } from "../../agent/ask";
import { callEnsured } from "../../agent/core/launch";
import { placeOf } from "../../agent/core/place";
import { queriesOf } from "../../agent/core/queries";
import { type Kind } from "../../agent/kind";
import { type LogStore } from "../../agent/log/types";
import { type MetricStore } from "../../agent/metric/types";
import { help, questions } from "../../agent/questions";
import { refusal, testHome } from "./harness";

describe("What an operator asks", () => {
    let root: string;
    beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-ask-"))));
    afterEach(() => fs.rmSync(root, { recursive: true }));

    const stacks = (...names: string[]) => {
        for (const name of names) {
            fs.mkdirSync(path.join(root, name), { recursive: true });
            fs.writeFileSync(path.join(root, name, "token"), "");
        }
    };

    it("is a stack, a call, and values as the call takes them", () => {
        const asked = question(["shop/dev", "logs", "log=007", "limit=20", "text=a=b", "from=1763870400000"], "");
        expect(asked).to.eql({
            stack: "shop/dev",
            name: "logs",
            body: { log: "007", limit: 20, text: "a=b", from: 1763870400000 },
        });
        expect(question(["status"], "")).to.eql({ stack: undefined, name: "status", body: {} });
        for (const words of [[], ["id=1"], ["a", "b", "c"]]) expect(() => question(words, "so")).to.throw("so");
    });

    it("has times in ISO 8601 with a zone, or in milliseconds, and no others", () => {
        const time = (text: string) => question(["restore", `time=${text}`], "").body.time;
        const moment = Date.UTC(2026, 10, 23, 4);
        for (const text of [
            "2026-11-23T04:00:00Z",
            "2026-11-23T04:00Z",
            "2026-11-23T04:00:00.000Z",
            "2026-11-23T05:30:00+01:30",
            String(moment),
        ])
            expect(time(text), text).to.equal(moment);
        for (const text of [
            "tomorrow",
            "2026-11-23",
            "2026-11-23T04:00:00",
            "2026-02-30T04:00:00Z",
            "2026-11-23T24:30:00Z",
            "1e3",
            "-5",
            "99999999999999999",
            "",
        ])
            expect(() => time(text), text).to.throw(
                `restore: time: "${text}" is no time: write one such as 2026-11-23T04:00:00Z, with its zone, or ` +
                    "milliseconds since 1970",
            );
        for (const call of ["logs", "metrics"])
            for (const name of ["from", "to"]) {
                expect(question([call, `${name}=2026-11-23T04:00:00Z`], "").body[name]).to.equal(moment);
                expect(() => question([call, `${name}=now`], "")).to.throw(`${call}: ${name}: "now" is no time: `);
            }
    });

    it("has other values as the call can take them", () => {
        expect(() => question(["logs", "limit=all"], "")).to.throw(
            'logs: limit: "all" is no whole number from 1 on: write one such as 20',
        );
        expect(() => question(["logs", "limit=0"], "")).to.throw('logs: limit: "0" is no whole number from 1 on');
        expect(() => question(["metrics", "statistic=average"], "")).to.throw(
            'metrics: statistic: "average" is none of sum, avg, min, max, p50, p90, p99, rate, last: write one of them',
        );
        expect(() => question(["logs", "order=des"], "")).to.throw(
            'logs: order: "des" is none of asc, desc: did you mean `desc`?',
        );
    });

    it("with a value that the call does not take is refused, with those that it takes", () => {
        expect(() => question(["logs", "lgo=x"], "")).to.throw(
            "logs: it takes no `lgo`: did you mean `log`? It takes log=… source=… from=… to=… text=… limit=… order=…",
        );
        expect(() => question(["logs", "replica=x"], "")).to.throw(
            "logs: it takes no `replica`: it takes log=… source",
        );
        expect(() => question(["runs", "constructor=x"], "")).to.throw(
            "runs: it takes no `constructor`: it takes id=…",
        );
        expect(() => question(["status", "id=x"], "")).to.throw("status: it takes no `id`: it takes no values");
    });

    it("that is no call is answered with those for people", () => {
        for (const name of ["foo", "apply", "constructor"])
            expect(() => question([name], ""))
                .to.throw(`"${name}" is no call: there are `)
                .with.property("message")
                .that.contains("listBackups")
                .and.does.not.match(/remove|stop|guard|alive/);
        expect(() => question(["dev", "lgos"], "")).to.throw(
            '"lgos" is no call: did you mean `logs`? There are logs, ',
        );
        expect(() => question(["runs", "nightly"], "")).to.throw(
            '"nightly" is no call: it comes after the stack, and its values with their names, as in `runs id=…`',
        );
    });

    it("is each call of an operator, and the help tells of all", () => {
        const parts = { logs: {} as LogStore, metrics: {} as MetricStore, kind: () => ({}) as Kind };
        const there = [...Object.keys(queriesOf(parts)), "list", "status"];
        expect(Object.keys(questions).sort()).to.deep.equal(there.sort());
        for (const name of there) expect(help()).to.match(new RegExp(`^    ${name} .*\\w`, "m"));
    });

    it("is of the only stack, of the one with that name, or of the one that is named whole", () => {
        stacks("shop/dev");
        fs.writeFileSync(path.join(root, "a file"), "");
        expect(stackMeant(undefined, root)).to.equal("shop/dev");
        stacks("shop/prod", "blog/prod");
        expect(stackMeant("dev", root)).to.equal("shop/dev");
        expect(stackMeant("other/one", root)).to.equal("other/one");
    });

    it("of what there is not, or is more than one, is answered with those that there are", () => {
        expect(() => stackMeant(undefined, root)).to.throw(
            `There is no stack on this machine: there are none in ${root}.`,
        );
        stacks("shop/prod", "blog/prod");
        expect(() => stackMeant("dev", root)).to.throw(
            "There is no stack dev on this machine: there are blog/prod, shop/prod.",
        );
        for (const name of [undefined, "prod"])
            expect(() => stackMeant(name, root)).to.throw(
                "Say which stack is meant, as <project>/<stack>: there are blog/prod, shop/prod.",
            );
    });

    it("where nothing runs, is answered with the command that brings it up", async () => {
        const asked = question(["status"], "");
        const none = await refusal(ask(placeOf("shop/dev", root), asked, "`pulumi up`"));
        expect(none.message).to.match(/^There is no agent of shop\/dev .* `pulumi up` deploys it\.$/);
        stacks("shop/dev");
        const ended = await refusal(ask(placeOf("shop/dev", root), asked, "`pulumi up`"));
        expect(ended.message).to.match(/shop\/dev.*: `pulumi up` brings it up\.$/);
    });

    it("without a value that the call needs is answered with those that there are", async function () {
        this.timeout(60_000);
        const home = testHome();
        try {
            const agent = home.agent();
            await agent.apply("a", { text: "a" });
            const answer = (...words: string[]) => ask(agent.place, question(words, ""), "`pulumi up`");
            const fault = async (...words: string[]) => (await refusal(answer(...words))).message;
            expect(await fault("runs")).to.equal("runs: `id=…` is missing: there are none");
            expect(await fault("tail")).to.equal("tail: `log=…` is missing: there are none");
            for (const id of ["nightly", "hourly"]) {
                const run = { log: id, command: ["true"] };
                const inputs = { name: id, run, timeoutSeconds: 1, retries: 0, concurrency: "forbid" };
                const more = { urn: `urn:${id}`, secrets: [], create: true };
                await callEnsured(agent.place, "apply", { kind: "Job", id, inputs, ...more });
            }
            expect(await answer("runs", "id=nightly")).to.deep.equal({ runs: [] });
            expect(await fault("runs")).to.equal("runs: `id=…` is missing: there are hourly, nightly");
            expect(await fault("run", "id=")).to.equal("run: `id=…` is missing: there are hourly, nightly");
            expect(await fault("metrics", "step=60")).to.match(/^metrics: `name=…` is missing: there are \w+/);
            expect(await fault("backupNow")).to.equal("backupNow: `id=…` is missing: there are none");
            expect(await fault("mailRead")).to.equal("mailRead: `id=…` is missing: there are none");
            expect(await fault("restore", "source=a", "target=b")).to.equal(
                "restore: `time=…` is missing: write one such as 2026-11-23T04:00:00Z, with its zone, or milliseconds " +
                    "since 1970",
            );
        } finally {
            await home.close();
        }
    });
});
