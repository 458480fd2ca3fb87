import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { refusal, testHome, until } from "./harness";

describe("an agent's ports", () => {
    let home: ReturnType<typeof testHome>;
    let other: ChildProcess | undefined;
    beforeEach(() => (home = testHome()));
    afterEach(async () => {
        other?.kill("SIGKILL");
        await home.close();
    });

    it("are refused by name when another program listens there, and taken again once it ended", async () => {
        const agent = home.agent();
        const { port } = await agent.apply("a", { text: "a", port: true });
        process.kill(agent.pid("agent")!, "SIGTERM");
        await until("it is gone", () => agent.pid("agent") === undefined);
        other = spawn(process.execPath, [
            "-e",
            `require("node:net").createServer().listen(${port}, "127.0.0.1", () => console.log(1))`,
        ]);
        await new Promise((resolve) => other!.stdout!.once("data", resolve));
        const error = await refusal(agent.apply("a", { text: "a", port: true }));
        expect(error.message).to.match(
            new RegExp(`^Fake/a: port ${port} is taken by process ${other.pid} \\(node\\): end it`),
        );
        expect((await agent.status()).resources[0].state).to.equal("failing");
        other.kill("SIGKILL");
        await until("it serves by itself", async () => (await agent.status()).resources[0].state === "serving");
    });

    it("are different in stacks side by side, also while one is stopped", async () => {
        const [one, two] = [home.agent("project/one"), home.agent("project/two")];
        const ports = new Set<number>();
        for (const agent of [one, two]) {
            for (const id of ["a", "b", "c"]) {
                ports.add((await agent.apply(id, { text: id, port: true })).port!);
            }
            process.kill(agent.pid("agent")!, "SIGTERM");
            await until("it is gone", () => agent.pid("agent") === undefined);
        }
        expect(ports.size).to.equal(6);
        expect(Math.max(...ports)).to.be.lessThan(32_000);
    });

    it("are given as before where the file of them is broken, which harms no other stack", async () => {
        const [one, two] = [home.agent("project/one"), home.agent("project/two")];
        const { port } = await one.apply("a", { text: "a", port: true });
        const file = path.join(one.place.folder, "ports.json");
        fs.writeFileSync(file, '{ "Fake/a');
        expect((await two.apply("a", { text: "a", port: true })).port).to.not.equal(port);
        one.kill("agent");
        await until("it serves", async () => (await one.status()).resources[0].state === "serving");
        expect((await one.apply("a", { text: "b", port: true })).port).to.equal(port);
        expect(fs.readFileSync(`${file}.broken`, "utf8")).to.equal('{ "Fake/a');
    });
});
