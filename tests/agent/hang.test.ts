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

    it("is asked in a way that does not keep it: with nothing to keep it ends", async () => {
        const agent = home.agent();
        await agent.start();
        await until("it has ended", () => !fs.existsSync(agent.place.folder), 25_000);
    });
});
