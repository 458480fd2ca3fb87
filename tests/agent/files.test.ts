import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readOrPutAside, readOrRefuse } from "../../agent/core/files";
import { Refusal } from "../../agent/kind";

describe("a file of an agent's state that cannot be read", () => {
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"))));
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it("is put aside, and reported in letters that a log may have", () => {
        const file = path.join(folder, "ports.json");
        fs.writeFileSync(file, "\0\x1b[31m{");
        const lines: string[] = [];
        expect(
            readOrPutAside(
                file,
                (text) => JSON.parse(text) as object,
                (line) => lines.push(line),
            ),
        ).to.equal(undefined);
        expect(lines).to.have.length(1);
        expect(lines[0]).to.include(`${file} could not be read, and is put aside: `).and.include("\\x00");
        // eslint-disable-next-line no-control-regex -- these are what it is about
        expect(lines[0]).to.not.match(/[\x00-\x1f]/);
        expect(fs.readdirSync(folder)).to.deep.equal(["ports.json.broken"]);
    });

    it("is refused where nothing can take its place, by its name, with why and what to do", () => {
        const file = path.join(folder, "credentials");
        const read = (text: string) => JSON.parse(text) as object;
        expect(readOrRefuse(file, read)).to.equal(undefined);
        fs.writeFileSync(file, '{"a":1}');
        expect(readOrRefuse(file, read)).to.deep.equal({ a: 1 });
        fs.writeFileSync(file, "\0{");
        expect(() => readOrRefuse(file, read)).to.throw(
            Refusal,
            /credentials could not be read \(.*\\x00.*\): put its backup there$/,
        );
        expect(() => readOrRefuse(file, read, "remove it")).to.throw(Refusal, /: remove it$/);
        expect(fs.readdirSync(folder)).to.deep.equal(["credentials"]);
    });

    it("is none where there is none", () => {
        const read = () => expect.fail("there is nothing to read");
        expect(readOrPutAside(path.join(folder, "none"), read, read)).to.equal(undefined);
    });
});
