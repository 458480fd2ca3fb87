import { expect } from "chai";
import * as fs from "node:fs";
import { testHome, until } from "./harness";

describe("an agent that hangs", () => {
    let home: ReturnType<typeof testHome>;
    beforeEach(() => (home = testHome({ MVI_PATIENCE: "3" })));
    afterEach(() => home.close());

    it("is ended by its guardian, and comes back; one that answers is left alone", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        const before = agent.pid("agent")!;
        await new Promise((resolve) => setTimeout(resolve, 4_500));
        expect(agent.pid("agent")).to.equal(before);
        process.kill(before, "SIGSTOP");
        const since = Date.now();
        await until("another agent", () => ![undefined, before].includes(agent.pid("agent")), 15_000);
        expect(Date.now() - since).to.be.within(2_000, 6_000);
        expect((await agent.read("a"))?.inputs.text).to.equal("hello");
        expect(fs.readFileSync(agent.place.log, "utf8")).to.contain(`(process ${before}) has not answered for 3 s`);
    });

    it("is none that is late: one which answers each question after most of the time is left alone", async () => {
        const agent = home.agent();
        await agent.apply("a", { text: "hello" });
        const pid = agent.pid("agent")!;
        for (let round = 0; round < 3; round++) {
            process.kill(pid, "SIGSTOP");
            await new Promise((resolve) => setTimeout(resolve, 2_000));
            process.kill(pid, "SIGCONT");
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        expect(agent.pid("agent")).to.equal(pid);
        expect(fs.readFileSync(agent.place.log, "utf8")).not.to.contain("has not answered");
    });

    it("is asked in a way that does not keep it: with nothing to keep it ends", async () => {
        const agent = home.agent();
        await agent.start();
        await until("it has ended", () => !fs.existsSync(agent.place.folder), 25_000);
    });
});
