import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const scripts = path.join(__dirname, "../../scripts");
const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [path.join(scripts, `${script}.mjs`), ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
    });

describe("a command of the project", function () {
    this.timeout(60_000);

    it("says what it takes, and does nothing else", () => {
        for (const script of ["start", "test", "outputs", "down", "ask", "proof"])
            for (const flag of ["--help", "-h"]) {
                const { status, stdout, stderr } = run(script, flag);
                expect({ status, stderr }, script).to.deep.equal({ status: 0, stderr: "" });
                expect(stdout, script).to.match(new RegExp(`^npm (start|test|run (-s )?${script})\\b`));
                expect(stdout, script).not.to.match(/\*\/|^ \*/m);
            }
        expect(run("start", "--help").stdout).to.contain("npm start -- aws");
    });

    it("makes no stack on a cloud where nobody can say yes to its plan", () => {
        const { status, stdout, stderr } = run("start", "aws");
        expect({ status, stdout }).to.deep.equal({ status: 1, stdout: "" });
        expect(stderr).to.contain("here is no terminal to answer").and.to.contain("`npm start -- aws --yes`");
    });
});
