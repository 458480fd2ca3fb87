import { expect } from "chai";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

interface Left {
    endLeft(value: string, grace?: number): Promise<string[]>;
    mark: string;
}

describe("What the tests leave running", () => {
    let endLeft: Left["endLeft"];
    let mark: string;

    before(async function () {
        if (process.platform !== "linux") this.skip();
        const file = join(__dirname, "..", "..", "scripts", "lib", "left.mjs");
        ({ endLeft, mark } = (await import(file)) as Left);
    });

    it("is found by its mark, in a session of its own and through a shell, told, and ended", async () => {
        const value = randomUUID();
        const command = "sleep 61 & wait";
        const child = spawn("sh", ["-c", command], {
            detached: true,
            stdio: "ignore",
            env: { ...process.env, [mark]: value },
        });
        const ended = once(child, "exit");
        // Its own child is there when it can be found.
        while (!(await children(child.pid!))) continue;
        const left = await endLeft(value, 100);
        expect(left.map((line) => line.replace(/^\d+ /, ""))).to.have.members([`sh -c ${command}`, "sleep 61"]);
        expect((await ended)[1]).to.equal("SIGKILL");
        expect(await endLeft(value, 10_000)).to.deep.equal([]); // a signal takes a moment
    });

    it("is nothing, where all end by themselves within the grace", async () => {
        const value = randomUUID();
        spawn("sleep", ["0.3"], { stdio: "ignore", env: { ...process.env, [mark]: value } });
        expect(await endLeft(value, 10_000)).to.deep.equal([]);
    });
});

async function children(pid: number): Promise<boolean> {
    return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim() !== "";
}
