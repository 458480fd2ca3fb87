// Bad input as a user meets it: the real CLI, its output, and its exit code.
import { expect } from "chai";
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pulumiHome } from "../plugin/harness";
import { inFull, proved } from "../support/proof";

const root = path.resolve(__dirname, "../..");

/** Programs, with settings of the stack, and what is said of each. */
const bad: readonly (readonly [program: string, says: RegExp, settings?: Record<string, string>])[] = [
    [
        "new App('shop', { containers: { web: { port: 'eighty' } }, blobs: { Data: 7 } })",
        /containers\.web\.port: must be/,
    ],
    ["new App('shop', {}, { cloud: 'azure' })", /options\.cloud: must be one of aws, gcp, local/],
    ["new Blob('data', { nosuch: 1 })", /nosuch: is not known/, { "mvi:profile": "", "mvi:nosuch": "1" }],
    ["new App('shop')", /the declaration/],
    ["new App('shop', null)", /the declaration/],
    ["new App('shop', { services: { web: { image: 'nginx', ports: ['80:80'] } } })", /did you mean `containers`/],
    ["new App('shop', { containers: { web: { build: './app', environment: { A: 'b' } } } })", /did you mean `env`/],
    ["new App('shop', { containers: { web: { get port() { throw new Error('no port'); } } } })", /cannot be read/],
    ["const web = { build: './app' }; web.env = web; new App('shop', { containers: { web } })", /refers to itself/],
    ["const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); new App('shop', proxy)", /cannot be read/],
    ["new App('shop', { containers: { web: { build: './app', uses: new Array(1e9) } } })", /at most 1000 members/],
    ["new App('shop', { containers: { web: { build: './app', uses: ['nosuch'] } } })", /containers\.web\.uses/],
    ["new Blob(Symbol('s'))", /name: must be 1 to 40/],
    ["new Blob('data')", /mvi:cloud/, { "mvi:cloud": "azure" }],
];

describe("what the CLI prints of bad input", function () {
    this.timeout(600_000);
    let home: ReturnType<typeof pulumiHome>;
    let folder: string;

    before(() => {
        execFileSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { stdio: "pipe" });
        home = pulumiHome({ MVI_KINDS: "" });
        folder = path.join(home.root, "program");
        fs.mkdirSync(folder);
        fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: project\nruntime: nodejs\n");
        fs.writeFileSync(path.join(folder, "package.json"), '{ "main": "index.js" }\n');
        fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    });
    after(() => home?.close());

    /** Runs `pulumi preview` as it is run by hand. */
    async function preview(program: string, settings: Record<string, string> = {}) {
        const dist = JSON.stringify(path.join(root, "dist/components/index.js"));
        fs.writeFileSync(path.join(folder, "index.js"), `const { App, Blob } = require(${dist});\n${program};\n`);
        const config = Object.entries({ "mvi:cloud": "local", ...settings }).map(
            ([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`,
        );
        fs.rmSync(path.join(folder, "Pulumi.dev.yaml"), { force: true });
        await pulumi("stack", "select", "--create", "dev");
        const kept = path.join(folder, "Pulumi.dev.yaml");
        const salt = fs.existsSync(kept) ? fs.readFileSync(kept, "utf8").replace(/^config:\n( .*\n)*/m, "") : "";
        fs.writeFileSync(kept, `${salt}config:\n${config.join("")}`);
        return pulumi("preview", "--non-interactive", "--stack", "dev");
    }

    function pulumi(...args: string[]): Promise<{ code: unknown; said: string }> {
        return new Promise((resolve) =>
            execFile("pulumi", args, { cwd: folder }, (error, stdout, stderr) =>
                resolve({ code: error ? error.code : 0, said: stdout + stderr }),
            ),
        );
    }

    it("is a message without a stack trace, and the exit code is not 0; a right one is a plan", async () => {
        const { code, said } = await preview("new App('shop', { blobs: { data: {} } })");
        expect(code, said).to.equal(0);
        expect(said).to.match(/\+ .*data .*create/);

        const tried = bad.slice(0, inFull(bad.length, 3));
        const traces: string[] = [];
        const codes: unknown[] = [];
        for (const [program, says, settings] of tried) {
            const { code, said } = await preview(program, settings);
            expect(said, program).to.match(says);
            if (/^\s+at |TypeError|RangeError|node:internal/m.test(said)) traces.push(`${program}: ${said}`);
            codes.push(code);
        }
        proved({
            part: "input",
            what: "bad input of each kind, given to `pulumi preview`: what it prints",
            times: tried.length,
            figures: {
                "stack traces": { got: traces.length, wanted: 0, met: traces.length === 0 },
                "that ended with exit code 0": {
                    got: codes.filter((each) => each === 0).length,
                    wanted: 0,
                    met: !codes.includes(0),
                },
            },
        });
        expect(traces).to.deep.equal([]);
        expect(codes).to.not.include(0);
    });
});
