import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { nameOf, runs } from "../../agent/core/processes";
import { refusal } from "../agent/harness";
import { Fake, pulumiHome, stateOf, steps } from "./harness";

describe("a stack that is used with another MVI_HOME than it was made with", function () {
    this.timeout(180_000);
    let home: ReturnType<typeof pulumiHome>;
    let text: string;
    let other: string;
    const open = () => home.stack(async () => ({ file: new Fake("a", { text }).file }));
    beforeEach(() => {
        home = pulumiHome();
        text = "one";
        other = path.join(home.root, "other");
    });
    afterEach(() => home.close());

    it("is not changed, by a message that names both homes", async () => {
        const stack = await open();
        await stack.up();
        process.env.MVI_HOME = other;
        text = "two";
        for (const change of [() => stack.preview(), () => stack.up(), () => stack.refresh()]) {
            const { message } = await refusal(change());
            expect(message).to.include(`Fake a: it is kept in ${home.agents}`).and.include(`MVI_HOME=${home.agents}`);
            expect(message).to.include(other);
        }
        expect(fs.existsSync(other)).to.equal(false);
    });

    it("is destroyed where it is", async () => {
        const stack = await open();
        const { outputs } = await stack.up();
        const agent = nameOf(home.agent().pid("agent")!)!;
        expect(runs(agent)).to.equal(true);
        process.env.MVI_HOME = other;
        await stack.destroy();
        expect(fs.existsSync(outputs.file.value as string)).to.equal(false);
        expect(fs.existsSync(home.agents)).to.equal(false);
        expect(runs(agent), "its process, but for what its parent has not asked after yet").to.equal(false);
        expect(fs.existsSync(other)).to.equal(false);
    });

    it("is there where its folder was moved to, and is made anew where that was deleted", async () => {
        const stack = await open();
        await stack.up();
        await home.agent().stop();
        fs.renameSync(home.agents, other);
        process.env.MVI_HOME = other;
        home.agent("project/dev", other);
        text = "two";
        const events: Parameters<typeof steps>[0] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["update a"]);
        expect((await stateOf(stack, "a")).outputs.home).to.equal(other);
        await home.agent("project/dev", other).stop();
        fs.rmSync(other, { recursive: true });
        process.env.MVI_HOME = home.agents;
        await stack.refresh();
        events.length = 0;
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["create a"]);
        await stack.destroy();
    });
});
