import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../agent/core/client";
import { failureIn } from "../../agent/core/records";
import { contentOf, entriesIn } from "../support/content";
import { refusal, testHome, until } from "./harness";

describe("an agent's records", () => {
    let home: ReturnType<typeof testHome>;
    beforeEach(() => (home = testHome()));
    afterEach(() => home.close());

    it("lose a broken file to one side, and nothing else", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "a" });
        await agent.apply("b", { text: "b" });
        fs.truncateSync(path.join(agent.place.folder, "records", "Fake", "a.json"), 20);
        agent.kill("agent");
        expect(await agent.read("a")).to.equal(null);
        expect((await agent.read("b"))?.inputs.text).to.equal("b");
        const { broken } = await agent.status();
        expect(broken).to.have.length(1);
        expect(fs.readFileSync(broken[0], "utf8")).to.have.length(20);
        await agent.apply("a", { text: "a again" });
        expect((await agent.read("a"))?.inputs.text).to.equal("a again");
    });

    it("leave no half of a file behind, which a kill -9 cut off as it was written", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "a" });
        const halves = [
            "ports.json",
            "records/Fake/a.json",
            "begun/Fake/b",
            "data/job/c.json",
            "data/mail/out/queue/d.json",
        ].map((name) => path.join(agent.place.folder, `${name}.123.half`));
        const others = ["data/kept.half", "data/volume/app/files/own.123.half"].map((name) =>
            path.join(agent.place.folder, name),
        );
        for (const file of [...halves, ...others]) {
            fs.mkdirSync(path.dirname(file), { recursive: true });
            fs.writeFileSync(file, "{");
        }
        agent.kill("agent");
        await until("it is back", async () => (await agent.read("a"))?.inputs.text === "a");
        expect(halves.filter((file) => fs.existsSync(file))).to.deep.equal([]);
        expect(
            others.filter((file) => fs.existsSync(file)),
            "what others named so",
        ).to.deep.equal(others);
    });

    it("are not taken for none when all are broken: the data are not removed with an agent that seems to have nothing", async function () {
        this.timeout(60_000);
        const agent = home.agent();
        const { file } = await agent.apply("a", { text: "a" });
        fs.truncateSync(path.join(agent.place.folder, "records", "Fake", "a.json"), 20);
        agent.kill("agent");
        expect(await agent.read("a")).to.equal(null);
        await sleep(17_000); // an agent with nothing ends after 15 s
        expect(fs.readFileSync(file, "utf8")).to.equal("a");
        await agent.apply("a", { text: "a" });
        expect((await agent.remove("a")).last).to.equal(true);
        await until("the folder goes with the last one", () => !fs.existsSync(agent.place.folder));
    });

    it("keep the data of a broken one when the last other is removed, until it is made anew or removed by name", async function () {
        this.timeout(60_000);
        const agent = home.agent();
        const { file } = await agent.apply("a", { text: "a" });
        await agent.apply("b", { text: "b" });
        fs.truncateSync(path.join(agent.place.folder, "records", "Fake", "a.json"), 20);
        agent.kill("agent");
        expect((await agent.read("b"))?.inputs.text).to.equal("b");
        const { last, missing } = await agent.remove("b");
        expect([last, missing.map((one) => path.basename(one).replace(/\d+$/, ""))]).to.deep.equal([
            false,
            ["Fake.a.json."],
        ]);
        await until("an agent that serves nothing ends", () => agent.pid("agent") === undefined, 30_000);
        expect(fs.readFileSync(file, "utf8")).to.equal("a");
        expect(fs.readFileSync(agent.place.log, "utf8")).to.match(/its data stay.*Fake[.]a[.]json/);

        await agent.apply("a", { text: "a again" });
        await agent.apply("b", { text: "b" });
        agent.kill("agent");
        expect((await agent.remove("b")).missing).to.deep.equal([]);
        fs.truncateSync(path.join(agent.place.folder, "records", "Fake", "a.json"), 20);
        agent.kill("agent");
        await agent.apply("b", { text: "b" });
        expect((await agent.remove("a")).last).to.equal(false);
        expect(fs.existsSync(file)).to.equal(false);
        agent.kill("agent");
        expect(await agent.remove("b")).to.include({ last: true });
        await until("the folder goes with the last one", () => !fs.existsSync(agent.place.folder));
    });

    it("keep the data of a broken one when it cannot be made anew at once", async () => {
        const agent = home.agent();
        const { file } = await agent.apply("a", { text: "a" });
        await agent.apply("b", { text: "b" });
        fs.truncateSync(path.join(agent.place.folder, "records", "Fake", "a.json"), 20);
        agent.kill("agent");
        expect((await refusal(agent.apply("a", { text: "a", fail: "no luck" }))).message).to.equal("Fake a: no luck");
        expect(fs.readFileSync(file, "utf8")).to.equal("a");
        const making = agent.apply("a", { text: "a", slow: 10 }).catch(() => undefined);
        try {
            await sleep(300);
            agent.kill("agent");
            expect((await agent.read("b"))?.inputs.text).to.equal("b");
            expect(fs.readFileSync(file, "utf8")).to.equal("a");
            await agent.apply("a", { text: "a" });
        } finally {
            await making; // it starts an agent whenever there is none
        }
    });

    it("hold secrets of the kind and of the engine sealed", async () => {
        const agent = home.agent();
        const nested = { list: [{ value: "geheim-3" }] };
        await agent.apply("a", { text: "a", password: "geheim-1", nested }, { secrets: ["nested"] });
        const files = entriesIn(agent.place.folder).filter(
            ([file, found]) => found.isFile() && !file.endsWith(path.join("fake", "a")),
        );
        expect(files.length).to.be.greaterThan(4);
        for (const [file, { mode }] of files) {
            expect(contentOf(file).toString(), file).not.to.match(/geheim|token-of-a/);
            expect(mode & 0o077, file).to.equal(0);
        }
        agent.kill("agent");
        const found = await agent.read("a");
        expect(found?.inputs).to.deep.include({ password: "geheim-1", nested });
        expect(found).to.have.nested.property("outputs.token", "token-of-a");
    });

    it("keep a name for who made it", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "a" }, { urn: "urn:one" });
        const error = await refusal(agent.apply("a", { text: "a" }, { urn: "urn:two" }));
        expect(error.name).to.equal("Refusal");
        expect(error.message).to.equal("Fake a is already made by urn:one: choose another name");
        await agent.apply("a", { text: "again" }, { urn: "urn:one" });
        await agent.apply("a", { text: "renamed" }, { urn: "urn:two", create: false });
        expect((await agent.read("a"))?.inputs.text).to.equal("renamed");
    });

    it("remember what was half made at a kill -9, and it is removed", async () => {
        const agent = home.agent();
        await agent.start();
        const file = path.join(agent.place.folder, "data", "fake", "a");
        const request = {
            kind: "Fake",
            id: "a",
            urn: "u",
            inputs: { text: "half", slow: 600 },
            secrets: [],
            create: true,
        };
        const making = refusal(call(agent.place, "apply", request));
        await until("it is half made", () => fs.existsSync(file));
        await agent.killBoth();
        expect((await making).name).to.equal("Unreachable");
        expect(fs.existsSync(file)).to.equal(true);
        expect(await agent.read("a")).to.equal(null);
        expect(fs.existsSync(file)).to.equal(false);
    });

    it("do not keep what the caller gave up", async () => {
        const agent = home.agent();
        await agent.start();
        const giveUp = new AbortController();
        const request = {
            kind: "Fake",
            id: "a",
            urn: "u",
            inputs: { text: "half", slow: 600 },
            secrets: [],
            create: true,
        };
        const making = refusal(call(agent.place, "apply", request, { signal: giveUp.signal }));
        const file = path.join(agent.place.folder, "data", "fake", "a");
        await until("it is half made", () => fs.existsSync(file));
        giveUp.abort(new Error("cancelled"));
        expect((await making).message).to.equal("cancelled");
        await until("it is undone", () => !fs.existsSync(file));
    });

    it("undo a create that fails, and keep what an update does not reach", async () => {
        const agent = home.agent();
        await agent.apply("b", { text: "b" });
        const error = await refusal(agent.apply("a", { text: "a", fail: "no luck" }));
        expect(error.message).to.equal("Fake a: no luck");
        expect(await agent.read("a")).to.equal(null);
        expect((await refusal(agent.apply("b", { text: "new", fail: "no luck" }))).name).to.equal("Refusal");
        expect((await agent.read("b"))?.inputs.text).to.equal("b");
        expect((await refusal(agent.apply("b", { text: "new", fail: "defect" }))).message).to.match(
            /defect in "apply"/,
        );
    });

    it("show drift, and what has gone", async () => {
        const agent = home.agent();
        const { file } = await agent.apply("a", { text: "a" });
        fs.writeFileSync(file, "changed by hand");
        expect((await agent.read("a"))?.inputs.text).to.equal("changed by hand");
        fs.rmSync(file);
        expect(await agent.read("a")).to.equal(null);
    });

    it("are brought back though one fails, which is tried again and shown as failing", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "a" });
        await agent.apply("b", { text: "b" });
        const record = path.join(agent.place.folder, "records", "Fake", "a.json");
        const text = fs.readFileSync(record, "utf8");
        await agent.killBoth();
        fs.writeFileSync(record, text.replace(`"text": "a"`, `"text": "a", "fail": "no luck"`));
        await agent.start();
        const states = await until("both were tried", async () => {
            const { resources } = await agent.status();
            return resources.every(({ state }) => state !== "starting") && resources;
        });
        expect(states.map(({ id, state, error }) => [id, state, error])).to.deep.equal([
            ["a", "failing", "Fake a: no luck"],
            ["b", "serving", undefined],
        ]);
        // for the plugin, which asks no agent
        const noted = () => ["a", "b"].map((id) => failureIn(agent.place.folder, "Fake", id));
        expect(noted()).to.deep.equal(["Fake a: no luck", undefined]);
        await sleep(100);
        await agent.apply("a", { text: "mended" }, { create: false });
        expect((await agent.status()).resources.map(({ state }) => state)).to.deep.equal(["serving", "serving"]);
        expect(noted()).to.deep.equal([undefined, undefined]);
    });
});
