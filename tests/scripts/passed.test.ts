import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

interface Passed {
    nameOfAll(folder: string, env?: NodeJS.ProcessEnv): Promise<string | undefined>;
    passedBefore(part: string, name: string | undefined, folder: string): Promise<{ passed: number } | undefined>;
    remember(part: string, name: string | undefined, passed: number, folder: string): Promise<void>;
}

describe("What npm test does not run again", () => {
    let folder: string;
    let lib: Passed;
    const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
    before(async () => (lib = (await import(path.join(__dirname, "../../scripts/lib/passed.mjs"))) as Passed));
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
        execFileSync("git", ["init", "--quiet"], { cwd: folder });
        write(".gitignore", "node_modules\n");
        write("a.ts", "a");
        execFileSync("git", ["add", "."], { cwd: folder });
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it("is what passed with the very same files, Node.js and settings of ours", async () => {
        const name = (env: NodeJS.ProcessEnv = {}) => lib.nameOfAll(folder, env);
        const first = await name();
        await lib.remember("unit", first, 7, folder);
        expect(await lib.passedBefore("unit", await name({ TERM: "dumb" }), folder)).to.include({ passed: 7 });
        expect(await lib.passedBefore("types", first, folder), "another part").to.equal(undefined);
        const other = async (what: string, env?: NodeJS.ProcessEnv) =>
            expect(await lib.passedBefore("unit", await name(env), folder), what).to.equal(undefined);
        await other("a setting", { MVI_FAULTS: "200" });
        write("a.ts", "b");
        await other("a changed file");
        write("a.ts", "a");
        write("b.ts", "");
        await other("a new file");
        fs.rmSync(path.join(folder, "b.ts"));
        expect(await lib.passedBefore("unit", await name(), folder)).to.include({ passed: 7 });
        fs.rmSync(path.join(folder, "a.ts"));
        await other("a file that is gone");
    });

    it("goes by where a link leads, and not into another repository", async () => {
        const first = await lib.nameOfAll(folder);
        fs.symlinkSync("node_modules", path.join(folder, "link"));
        const linked = await lib.nameOfAll(folder);
        expect(linked).to.not.equal(first);
        fs.rmSync(path.join(folder, "link"));
        fs.symlinkSync(os.tmpdir(), path.join(folder, "link"));
        expect(await lib.nameOfAll(folder)).to.not.equal(linked);
        fs.mkdirSync(path.join(folder, "other"));
        execFileSync("git", ["init", "--quiet"], { cwd: path.join(folder, "other") });
        expect(await lib.nameOfAll(folder)).to.be.a("string");
    });

    it("is nothing where there is no git to ask", async () => {
        fs.rmSync(path.join(folder, ".git"), { recursive: true });
        // The folder above is no checkout either.
        expect(await lib.nameOfAll(folder)).to.equal(undefined);
        await lib.remember("unit", undefined, 7, folder);
        expect(await lib.passedBefore("unit", undefined, folder)).to.equal(undefined);
    });
});
