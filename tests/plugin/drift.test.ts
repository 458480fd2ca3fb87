import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import { call } from "../../agent/core/client";
import { refusal, type TestAgent, until } from "../agent/harness";
import { Fake, pulumiHome, stateOf, steps } from "./harness";

describe("the provider and what changed outside", function () {
    this.timeout(180_000);
    let home: ReturnType<typeof pulumiHome>;
    beforeEach(() => (home = pulumiHome()));
    afterEach(() => home.close());

    it("refresh shows drift and what has gone, and up heals both", async () => {
        const stack = await home.stack(aAndB);
        const { outputs } = await stack.up();
        fs.writeFileSync(outputs.a.value as string, "by hand");
        fs.rmSync(outputs.b.value as string);

        await stack.refresh();
        expect((await stateOf(stack, "a")).inputs.text).to.equal("by hand");
        expect(await refusal(stateOf(stack, "b"))).to.be.an("error");
        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events).sort()).to.deep.equal(["create b", "update a"]);
        expect(fs.readFileSync(outputs.a.value as string, "utf8")).to.equal("a");
        await stack.preview({ expectNoChanges: true });

        // the whole agent gone: refresh finds nothing, and starts no agent to find that out
        const agent = home.agent();
        await agent.killBoth();
        fs.rmSync(home.agents, { recursive: true });
        await stack.refresh();
        expect(await refusal(stateOf(stack, "a"))).to.be.an("error");
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("up makes anew, without a refresh, what the engine has and the agent has not: a destroy was killed between the two", async () => {
        const stack = await home.stack(aAndB);
        const { outputs } = await stack.up();
        await home.agent().remove("b");
        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["update b"]);
        expect(fs.readFileSync(outputs.b.value as string, "utf8")).to.equal("b");
        await stack.preview({ refresh: true, expectNoChanges: true });
    });

    it("up tries again, without a refresh, what does not come back: to the engine nothing has changed", async () => {
        const stack = await home.stack(aAndB);
        await stack.up();
        const agent = home.agent();
        await agent.killBoth();
        failsWhenBack(agent, "a", { fail: "no luck" });
        const events: EngineEvent[] = [];
        const { stdout } = await stack.preview({ onEvent: (event) => events.push(event) });
        expect(steps(events), stdout).to.deep.equal(["update a"]);
        await stack.up();
        expect((await agent.status()).resources.map(({ state }) => state)).to.deep.equal(["serving", "serving"]);
        await stack.preview({ expectNoChanges: true });
    });

    it("up waits for an agent that runs and still brings back what it keeps, before it says that nothing has changed", async () => {
        const stack = await home.stack(async () => ({ a: new Fake("a", { text: "a" }).file }));
        await stack.up();
        const agent = home.agent();
        await agent.killBoth();
        failsWhenBack(agent, "a", { slow: 80, fail: "no luck" });
        void agent.start().catch(() => undefined);
        await until("it is there", () => agent.pid("agent") !== undefined);
        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["update a"]);
        expect((await agent.status()).resources.map(({ state }) => state)).to.deep.equal(["serving"]);
    });

    it("refresh keeps what does not come back, which an up tries again, and forgets what says that its data have gone", async () => {
        const stack = await home.stack(aAndB);
        const { outputs } = await stack.up();
        const agent = home.agent();
        await agent.killBoth();
        for (const [id, why] of [
            ["a", "no luck"],
            ["b", "gone"],
        ] as const) {
            failsWhenBack(agent, id, { fail: why });
            fs.rmSync(outputs[id].value as string); // as of a container that does not run: nothing is there to be read
        }
        await stack.refresh();
        expect((await stateOf(stack, "a")).inputs.text).to.equal("a");
        expect(await refusal(stateOf(stack, "b"))).to.be.an("error");
        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events).sort()).to.deep.equal(["create b", "update a"]);
        expect((await agent.status()).resources.map(({ state }) => state)).to.deep.equal(["serving", "serving"]);
        await stack.preview({ refresh: true, expectNoChanges: true });
    });

    it("a destroy that no longer knows of what has a broken record keeps its data, and says where", async () => {
        const stack = await home.stack(async () => {
            const [a] = [new Fake("a", { text: "a" }), new Fake("b", { text: "b" })];
            return { a: a.file };
        });
        const { outputs } = await stack.up();
        const agent = home.agent();
        const { folder } = agent.place;
        fs.truncateSync(path.join(folder, "records", "Fake", "a.json"), 20);
        agent.kill("agent");
        await stack.refresh();
        const { stdout } = await stack.destroy();
        expect(stdout).to.contain(`the data of Fake a stay in ${folder}, since their records could not be read`);
        expect(fs.readFileSync(outputs.a.value as string, "utf8")).to.equal("a");

        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events).sort()).to.deep.equal(["create a", "create b"]);
        await stack.preview({ expectNoChanges: true });
        expect((await stack.destroy()).stdout).not.to.contain("stay in");
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("imports what the agent has, and refuses what it has not", async () => {
        let options = {};
        let name = "a";
        const stack = await home.stack(async () => ({
            file: new Fake(name, { text: "a", password: "geheim" }, options).file,
        }));
        const { outputs } = await stack.up();
        const state = await stack.exportStack();
        const { resources } = state.deployment as { resources: { urn: string }[] };
        await stack.importStack({
            ...state,
            deployment: { ...state.deployment, resources: resources.filter(({ urn }) => !urn.endsWith("::a")) },
        });

        options = { import: "a" };
        const events: EngineEvent[] = [];
        const imported = await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["import a"]);
        expect(imported.outputs.file.value).to.equal(outputs.file.value);
        expect((await stateOf(stack, "a")).inputs.password).to.be.an("object");
        options = {};
        await stack.preview({ expectNoChanges: true });

        options = { import: "b" };
        name = "b";
        expect((await refusal(stack.up())).message).to.match(/b.* does not exist/);
        options = {};
        await stack.destroy();
    });

    it("a name is one resource's only", async () => {
        let program = () => void new Fake("a", { text: "a" });
        const stack = await home.stack(async () => program());
        await stack.up();
        program = () => {
            new Fake("a", { text: "a" });
            new Fake("other", { name: "a", text: "b" });
        };
        expect((await refusal(stack.up())).message).to.match(
            /Fake a is already made by urn:pulumi:dev::project::.*::a: choose another name/,
        );
        program = () => void new Fake("Upper", { text: "a" });
        expect((await refusal(stack.up())).message).to.contain(`"Upper" is no name here`);
        await stack.destroy();
    });

    it("destroys in a later shell, without the program, and after a kill -9 of all", async () => {
        const stack = await home.stack(async () => void new Fake("a", { text: "a", port: true }));
        await stack.up();
        const agent = home.agent();
        await agent.killBoth();
        const folder = path.join(home.root, "elsewhere");
        fs.mkdirSync(folder);
        fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: project\nruntime: nodejs\n");
        const settings = await stack.workspace.stackSettings("dev");
        fs.writeFileSync(path.join(folder, "Pulumi.dev.yaml"), `encryptionsalt: ${settings.encryptionSalt}\n`);
        execFileSync("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", "dev"], {
            cwd: folder,
            stdio: "pipe",
        });
        expect(fs.existsSync(home.agents)).to.equal(false);
        expect((await refusal(call(agent.place, "hello"))).name).to.equal("Unreachable");
    });

    it("an up that changes nothing brings the stack back after a kill -9 of all", async () => {
        const stack = await home.stack(async () => void new Fake("a", { text: "a", port: true }));
        await stack.up();
        const agent = home.agent();
        await agent.killBoth();
        await stack.up();
        expect((await agent.status()).resources.map(({ state }) => state)).to.deep.equal(["serving"]);
        await stack.destroy();
    });

    it("two stacks live side by side, and one goes alone", async () => {
        const program = async () => ({ file: new Fake("a", { text: "a", port: true }).file });
        const [one, two] = [await home.stack(program, "one"), await home.stack(program, "two")];
        const files = [await one.up(), await two.up()].map(({ outputs }) => outputs.file.value as string);
        await one.destroy();
        expect(files.map((file) => fs.existsSync(file))).to.deep.equal([false, true]);
        await two.preview({ expectNoChanges: true });
        await two.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
    });
});

const aAndB = async () => {
    const [a, b] = [new Fake("a", { text: "a" }), new Fake("b", { text: "b" })];
    return { a: a.file, b: b.file };
};

/** Lets it fail when its agent, which does not run now, brings it back. */
function failsWhenBack(agent: TestAgent, id: string, how: { fail: string; slow?: number }): void {
    const file = path.join(agent.place.folder, "records", "Fake", `${id}.json`);
    const record = JSON.parse(fs.readFileSync(file, "utf8")) as { inputs: object };
    fs.writeFileSync(file, JSON.stringify({ ...record, inputs: { ...record.inputs, ...how } }));
}
