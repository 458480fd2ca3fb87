import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { refusal, until } from "../agent/harness";
import { Fake, pulumiHome, stateOf, steps } from "./harness";

describe("the provider, through Pulumi's engine", function () {
    this.timeout(180_000);
    let home: ReturnType<typeof pulumiHome>;
    beforeEach(() => (home = pulumiHome()));
    afterEach(() => home.close());

    it("makes, updates in place, replaces and removes", async () => {
        let inputs: { text: string; fixed?: string; nested?: object } = {
            text: "one",
            nested: { list: [{ value: "x" }, { value: "y" }] },
        };
        const stack = await home.stack(async () => {
            const a = new Fake("a", inputs);
            return { file: a.file };
        });
        const up = async (): Promise<{ events: EngineEvent[]; file: string }> => {
            const events: EngineEvent[] = [];
            const { outputs } = await stack.up({ onEvent: (event) => events.push(event) });
            await stack.preview({ expectNoChanges: true });
            return { events, file: outputs.file.value as string };
        };

        const first = await up();
        expect(steps(first.events)).to.deep.equal(["create a"]);
        expect(fs.readFileSync(first.file, "utf8")).to.equal("one");

        inputs = { text: "two", nested: { list: [{ value: "x" }, { value: "z" }, { value: "new" }] } };
        const second = await up();
        expect(steps(second.events)).to.deep.equal(["update a"]);
        const { detailedDiff } = second.events.find((event) => event.resourcePreEvent?.metadata.op === "update")!
            .resourcePreEvent!.metadata;
        expect(
            Object.entries(detailedDiff!)
                .map(([name, { diffKind }]) => `${diffKind} ${name}`)
                .sort(),
        ).to.deep.equal(["add nested.list[2]", "update nested.list[1].value", "update text"]);
        expect(fs.readFileSync(second.file, "utf8")).to.equal("two");

        inputs = { text: "two", fixed: "now" };
        const third = await up();
        expect(steps(third.events)).to.deep.equal(["delete-replaced a", "replace a", "create-replacement a"]);

        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("says in a preview what is not known, and makes nothing", async () => {
        const stack = await home.stack(async () => {
            const a = new Fake("a", { text: "one" });
            const b = new Fake("b", { text: a.file });
            return { a: a.file, b: b.file };
        });
        const events: EngineEvent[] = [];
        await stack.preview({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["create a", "create b"]);
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("keeps secrets secret in the engine's state, whoever declared them", async () => {
        const stack = await home.stack(async () => {
            const nested = { list: [{ value: pulumi.secret("geheim-nested") }] };
            const a = new Fake("a", { text: "open", password: "geheim-password", nested });
            return { token: a.token, password: (a as unknown as { password: unknown }).password };
        });
        const { outputs } = await stack.up();
        expect(outputs.token).to.deep.equal({ value: "token-of-a", secret: true });
        expect(outputs.password).to.deep.equal({ value: "geheim-password", secret: true });
        await stack.preview({ expectNoChanges: true });
        const file = path.join(home.root, ".pulumi", "stacks", "project", "dev.json");
        const state = fs.readFileSync(file, "utf8");
        expect(state)
            .to.contain('"open"')
            .and.not.match(/geheim|token-of-a/);
        const record = fs.readFileSync(path.join(home.agent().place.folder, "records", "Fake", "a.json"), "utf8");
        expect(record)
            .to.contain('"open"')
            .and.not.match(/geheim|token-of-a/);
        await stack.destroy();
    });

    it("refuses before it makes anything, and keeps the old inputs where an update fails", async () => {
        let inputs: object = { text: "" };
        const stack = await home.stack(async () => void new Fake("a", inputs));
        expect((await refusal(stack.up())).message).to.contain("must not be empty");
        expect(fs.existsSync(home.agents)).to.equal(false);

        inputs = { text: "one", fail: "no luck today" };
        const error = await refusal(stack.up());
        expect(error.message)
            .to.contain("error: Fake a: no luck today")
            .and.not.contain("rpc error")
            .and.not.contain("    at ");

        inputs = { text: "one" };
        await stack.up();
        inputs = { text: "two", fail: "no luck today" };
        expect((await refusal(stack.up())).message).to.contain("Fake a: no luck today");
        const state = await stateOf(stack, "a");
        expect(state.inputs.text).to.equal("one");
        inputs = { text: "one" };
        await stack.preview({ expectNoChanges: true });
        await stack.destroy();
    });

    it("shows progress, and gives up when the person does", async () => {
        const stack = await home.stack(async () => void new Fake("a", { text: "one", slow: 300 }));
        const lines: string[] = [];
        const giveUp = new AbortController();
        const up = refusal(
            stack.up({
                signal: giveUp.signal,
                onEvent: ({ diagnosticEvent }) =>
                    diagnosticEvent?.ephemeral && lines.push(diagnosticEvent.message.trim()),
            }),
        );
        await until("progress shows", () => lines.includes("step 3"), 20_000);
        const file = path.join(home.agent().place.folder, "data", "fake", "a");
        expect(fs.existsSync(file)).to.equal(true);
        giveUp.abort(); // Ctrl-C
        expect((await up).message).to.contain("error: given up");
        expect(fs.existsSync(file)).to.equal(false);
        expect(
            ((await stack.exportStack()).deployment as { pending_operations?: unknown[] }).pending_operations ?? [],
        ).to.deep.equal([]);
    });

    it("keeps to the time that the program gives it", async () => {
        const options = { customTimeouts: { create: "1s" } };
        const stack = await home.stack(async () => void new Fake("a", { text: "one", slow: 300 }, options));
        expect((await refusal(stack.up())).message).to.contain("Fake a: not done within the 1 s of its customTimeouts");
    });

    it("leaves nothing half made when the engine is killed", async () => {
        const stack = await home.stack(async () => void new Fake("a", { text: "one", slow: 300 }));
        const lines: string[] = [];
        const up = refusal(
            stack.up({
                onEvent: ({ diagnosticEvent }) =>
                    diagnosticEvent?.ephemeral && lines.push(diagnosticEvent.message.trim()),
            }),
        );
        await until("progress shows", () => lines.includes("step 3"), 20_000);
        const file = path.join(home.agent().place.folder, "data", "fake", "a");
        process.kill(engineOf(home.root), "SIGKILL");
        await up;
        await until("the agent has undone it", () => !fs.existsSync(file));
    });

    it("goes on when the agent dies during a call", async () => {
        const stack = await home.stack(async () => ({ pid: new Fake("a", { text: "one", slow: 15 }).pid }));
        const agent = home.agent();
        const lines: string[] = [];
        const up = stack.up({
            onEvent: ({ diagnosticEvent }) => diagnosticEvent?.ephemeral && lines.push(diagnosticEvent.message.trim()),
        });
        await until("it is being made", () => lines.includes("step 3"), 20_000);
        const killed = agent.kill("agent");
        const { outputs, summary } = await up;
        expect(summary.result).to.equal("succeeded");
        expect(outputs.pid.value).not.to.equal(killed);
        await stack.destroy();
    });
});

/** The pid of the engine of this home: it has started the provider. */
function engineOf(root: string): number {
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        try {
            const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
            const environment = fs.readFileSync(`/proc/${pid}/environ`, "utf8");
            if (/^[^\0]*pulumi\0up\0/.test(command) && environment.includes(`PULUMI_HOME=${root}`)) {
                return Number(pid);
            }
        } catch {
            continue; // it has just ended
        }
    }
    throw new Error("no engine runs");
}
