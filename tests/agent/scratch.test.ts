import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { makeScratch } from "../../agent/core/scratch";

describe("temporary folders", () => {
    let folder: string;
    const before = process.env.TMPDIR;
    beforeEach(() => (process.env.TMPDIR = folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-scratch-test-"))));
    afterEach(() => {
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
        fs.rmSync(folder, { recursive: true });
    });

    it("of processes that were killed go with the next one, and no others", () => {
        const killed = [
            'const { makeScratch } = require("./agent/core/scratch");',
            'require("fs").writeFileSync(makeScratch("image") + "/a.txt", "");',
            'process.kill(process.pid, "SIGKILL");',
        ].join("\n");
        expect(() => execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", killed])).to.throw();
        expect(fs.readdirSync(folder).filter((name) => name.startsWith("mvi-image-"))).to.have.length(1);
        fs.mkdirSync(path.join(folder, "mvi-image-of-another"));
        const [own, more] = [makeScratch("image"), makeScratch("image")];
        const left = fs.readdirSync(folder).filter((name) => name.startsWith("mvi-"));
        expect(left.sort()).to.deep.equal(["mvi-image-of-another", path.basename(own), path.basename(more)].sort());
    });
});
