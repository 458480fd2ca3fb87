import { expect } from "chai";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { removeTree } from "../../agent/process/remove";

/** Reads what LOOK names, and says how that went. */
const script = `
    const fs = require("node:fs");
    const read = (file) => {
        try {
            return "read " + (fs.statSync(file).isDirectory() ? fs.readdirSync(file) : fs.readFileSync(file)).length;
        } catch (error) { return error.code }
    };
    const got = Object.fromEntries(Object.entries(JSON.parse(process.env.LOOK ?? "{}")).map(([name, file]) => [name, read(file)]));
    require("node:http").createServer((_, response) => response.end(JSON.stringify({ got, pid: process.pid, home: process.env.HOME })))
        .listen(process.env.PORT, process.env.HOST);
`;

interface Told {
    there: boolean;
    open: string[];
    got: Record<string, string>;
    limits: { note: string };
    left: string[];
}

describe("what a stack keeps on this machine", function () {
    this.timeout(90_000);
    let root: string;
    beforeEach(() => {
        root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
        fs.chmodSync(root, 0o755);
        fs.mkdirSync(path.join(root, "context"));
        fs.writeFileSync(path.join(root, "context", "index.js"), script);
    });
    afterEach(() => removeTree(root));

    async function told(uid?: number): Promise<Told> {
        const home = path.join(root, "own", "home");
        fs.mkdirSync(path.dirname(home));
        if (uid !== undefined) {
            fs.chownSync(path.dirname(home), uid, uid);
        }
        const { stdout } = await promisify(execFile)(
            process.execPath,
            [
                "--require",
                require.resolve("tsx/cjs"),
                path.join(__dirname, "private.ts"),
                home,
                path.join(root, "context"),
            ],
            {
                uid,
                gid: uid,
                env: { PATH: process.env.PATH, HOME: root, MVI_HOME: home, MVI_BOOT: "off", MVI_BUILD: "test" },
            },
        );
        return JSON.parse(stdout) as Told;
    }

    it("is its owner's only, and goes with the last resource", async function () {
        const root = process.getuid?.() === 0;
        const result = await told(root ? 65534 : undefined);
        expect(result.open).to.deep.equal([]);
        expect(result.left).to.deep.equal([]);
        expect(result.there).to.equal(true);
        expect(result.limits.note).to.match(/^limits of workloads: cores are .*, memory is /);
    });

    it("cannot be read by the workloads of root, nor what each of them has by the others", async function () {
        if (process.getuid?.() !== 0 || process.platform !== "linux") {
            this.skip(); // without root, all that runs is the user, as with any program that he starts
        }
        const result = await told();
        const { there, open, got, left } = result;
        expect(there).to.equal(true);
        expect(new Set(Object.values(got)), JSON.stringify(got)).to.deep.equal(new Set(["EACCES"]));
        expect(Object.keys(got)).to.have.length(13);
        expect(open.filter((each) => !each.endsWith(" 711"))).to.deep.equal([]);
        expect(left).to.deep.equal([]);
    });
});
