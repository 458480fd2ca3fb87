import { expect } from "chai";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Evidence } from "../support/proof";

interface Outcome {
    passing: number;
    pending: string[];
    failing: string[];
    entries: object[];
    seconds: number;
    date: string;
    machine: string;
    commit: string;
    load: { before: number; after: number };
}
interface Page {
    pageOf(sections: Map<string, string>): Promise<string>;
    sectionsOf(page: string): Map<string, string>;
    sectionOf(part: object, outcome: Outcome): string;
}
interface Claims {
    claims: { says: string; command?: string; where: string; files: string[] }[];
}
interface Collected {
    evidenceIn(folder: string, part: string): Promise<{ entries: object[]; faults: string[] }>;
}

const scripts = path.join(__dirname, "../../scripts/proof");
const load = <T>(name: string): Promise<T> => import(pathToFileURL(path.join(scripts, name)).href) as Promise<T>;

const part = { name: "input", title: "Bad input", folder: "tests/input", says: "It ends well." };
const outcome: Outcome = {
    passing: 2,
    pending: [],
    failing: [],
    entries: [],
    seconds: 3,
    date: "2026-11-21",
    machine: "a machine",
    commit: "abc",
    load: { before: 0.1, after: 1.9 },
};

describe("npm run proof", () => {
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"))));
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it("says what failed, what was skipped and what falls short as plainly as what holds", async () => {
        const { sectionOf } = await load<Page>("page.mjs");
        const entry = (met: boolean) => ({
            what: "a | b",
            times: 5,
            figures: { slowest: { got: "2 s", wanted: "1 s", met } },
        });
        expect(sectionOf(part, outcome)).to.contain("**Holds**: 2 tests passed, 0 failed, 0 were skipped");
        expect(sectionOf(part, { ...outcome, entries: [entry(true)] })).to.contain("**Holds**");
        const short = sectionOf(part, { ...outcome, entries: [entry(true), entry(false)] });
        expect(short).to.contain("**Falls short**").and.contain("a \\| b").and.contain("2 s (FALLS SHORT of: 1 s)");
        const skipped = sectionOf(part, { ...outcome, pending: ["the one"] });
        expect(skipped).to.contain("**Holds, but for what was skipped**").and.contain("- the one");
        const failed = sectionOf(part, { ...outcome, failing: ["the one"], pending: ["the other"] });
        expect(failed).to.contain("**Failed**").and.contain("- the one").and.contain("- the other");
    });

    it("says of nothing that it holds of which every test was skipped", async () => {
        const { sectionOf } = await load<Page>("page.mjs");
        const none = sectionOf(part, { ...outcome, passing: 0, pending: ["the one", "the other"] });
        expect(none).to.contain("**Not shown**: 0 tests passed").and.contain("- the one").and.contain("- the other");
        expect(none).to.not.contain("Holds");
    });

    it("names with each claim of the README, which stands there, tests that exist", async () => {
        const root = path.join(__dirname, "../..");
        const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
        const { claims } = await load<Claims>("claims.mjs");
        expect(claims).to.have.length.greaterThan(10);
        for (const { says, command, files } of claims) {
            expect(readme).to.include(says);
            // What is shown by nothing has neither.
            expect(command === undefined, says).to.equal(files.length === 0);
            const named = command?.match(/tests\/[^ ;*]+\.test\.ts/g) ?? [];
            for (const file of [...files, ...named]) expect(fs.existsSync(path.join(root, file)), file).to.equal(true);
        }
        const { pageOf } = await load<Page>("page.mjs");
        const page = await pageOf(new Map());
        for (const { says } of claims) expect(page).to.include(says);
    });

    it("has each figure of the README", async () => {
        const readme = fs.readFileSync(path.join(__dirname, "../../README.md"), "utf8");
        const { claims } = await load<Claims>("claims.mjs");
        const figures = /[^.:;(]*\b(?:\d+|two|three|half) (?:US )?(?:dollars?|seconds|minutes|hours|days|years)\b/g;
        const missing = (readme.match(figures) ?? []).filter((said) => !claims.some(({ says }) => meets(said, says)));
        expect(missing).to.deep.equal([]);
        function meets(said: string, says: string): boolean {
            const from = readme.indexOf(said);
            const at = readme.indexOf(says);
            return at < from + said.length && from < at + says.length;
        }
    });

    it("keeps the sections of the parts that were not run", async () => {
        const { pageOf, sectionsOf } = await load<Page>("page.mjs");
        const first = await pageOf(new Map([["security", "It was **secure**."]]));
        const second = await pageOf(new Map([...sectionsOf(first), ["input", "It was curable."]]));
        expect(second).to.contain("It was **secure**.").and.contain("It was curable.").and.contain("Not run yet.");
        expect(await pageOf(sectionsOf(second))).to.equal(second);
    });

    it("leaves a page as it is that it wrote: what it says of a part is in no other place", async () => {
        const { pageOf, sectionsOf } = await load<Page>("page.mjs");
        const page = fs.readFileSync(path.join(__dirname, "../../docs/proof.md"), "utf8");
        expect(await pageOf(sectionsOf(page))).to.equal(page);
    });

    it("takes what tests hand in, and says which of it is not of the stated form", async () => {
        const { evidenceIn } = await load<Collected>("evidence.mjs");
        const good: Evidence = { part: "input", what: "it", times: 3, figures: { refused: 2 } };
        const support = path.join(__dirname, "../support/proof.ts");
        const program = `require(${JSON.stringify(support)}).proved(${JSON.stringify(good)})`;
        await promisify(execFile)(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", program], {
            env: { ...process.env, MVI_PROOF: folder },
        });
        expect(await evidenceIn(folder, "input")).to.deep.equal({
            entries: [{ what: "it", times: 3, figures: { refused: 2 } }],
            faults: [],
        });
        for (const wrong of [
            "{",
            "null",
            JSON.stringify({ ...good, part: "load" }),
            JSON.stringify({ ...good, times: "many" }),
            JSON.stringify({ ...good, figures: {} }),
            JSON.stringify({ ...good, figures: { slow: { got: 1 } } }),
        ]) {
            fs.writeFileSync(path.join(folder, "wrong.json"), wrong);
            const { entries, faults } = await evidenceIn(folder, "input");
            expect([entries.length, faults.length], wrong).to.deep.equal([1, 1]);
        }
    });
});
