import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "../..");

describe("npm test, of tests of which none is run", function () {
    this.timeout(120_000);
    let file: string;
    beforeEach(() => (file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "mvi-none-")), "some.test.js")));
    afterEach(() => fs.rmSync(path.dirname(file), { recursive: true }));

    /** By the script that `npm run test:aws` and `npm run test:gcp` are. */
    function run(text: string, ...args: string[]) {
        fs.writeFileSync(file, `describe("Some", () => { ${text} });`);
        const PATH = [process.env.MVI_PULUMI, process.env.PATH].filter(Boolean).join(path.delimiter);
        return spawnSync(process.execPath, [path.join(root, "scripts/test.mjs"), ...args, file], {
            encoding: "utf8",
            env: { ...process.env, PATH },
        });
    }
    const passedOver = 'it("is not tried here: there is no plugin aws");';

    it("says so, and no more, where each is passed over for want of something", () => {
        const { status, stdout } = run(passedOver);
        expect(stdout).to.contain("- is not tried here: there is no plugin aws");
        expect(stdout).to.contain("SKIPPED: no test was run: each was passed over, as it says above");
        expect(stdout).to.not.contain("unit     passed");
        expect(stdout).to.match(/\n0 passed, 0 failed, in /);
        expect(status).to.equal(0);
    });

    it("says so and fails, where there is none of the name", () => {
        const { status, stdout } = run('it("is", () => {});', "-g", "other");
        expect(stdout).to.contain("FAILED: there is no test of that name");
        expect(status).to.equal(1);
    });

    it("passes where one of them was run", () => {
        const { status, stdout } = run(`${passedOver} it("is", () => {});`, "--parallel", "--jobs", "2");
        expect(stdout).to.match(/\n1 passed, 0 failed, in /);
        expect(status).to.equal(0);
    });
});
