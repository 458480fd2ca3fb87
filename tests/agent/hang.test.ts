import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { nameOf } from "../../agent/core/processes";
import { killWhenHung } from "../../agent/guardian/hang";
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
        expect(Date.now() - since).to.be.within(2_000, 12_000);
        expect((await agent.read("a"))?.inputs.text).to.equal("hello");
        expect(fs.readFileSync(agent.place.log, "utf8")).to.contain(`(process ${before}) has not answered for 3 s`);
    });

    it("is none that is late: one which answers each question after most of the time is left alone", async () => {
        const { place } = home.agent("project/late");
        fs.mkdirSync(path.join(place.folder, "claims"), { recursive: true });
        fs.writeFileSync(place.token, "token");
        const late = `require("http").createServer((_, response) =>
            setTimeout(() => response.end('{"result":null}\\n'), 1_500)).listen(${JSON.stringify(place.socket)}, () => console.log(1))`;
        const child = spawn(process.execPath, ["-e", late], { stdio: ["ignore", "pipe", "inherit"] });
        try {
            await once(child.stdout, "data");
            fs.writeFileSync(path.join(place.folder, "claims", `agent.${nameOf(child.pid!)}`), "");
            const over = new AbortController();
            const reports: string[] = [];
            const watching = killWhenHung(place, over.signal, (line) => reports.push(line), 3);
            await new Promise((resolve) => setTimeout(resolve, 5_000));
            over.abort();
            await watching;
            expect(reports).to.deep.equal([]);
            expect(child.signalCode).to.equal(null);
        } finally {
            child.kill("SIGKILL");
        }
    });

    it("is asked in a way that does not keep it: with nothing to keep it ends", async () => {
        const agent = home.agent();
        await agent.start();
        await until("it has ended", () => !fs.existsSync(agent.place.folder), 25_000);
    });
});
