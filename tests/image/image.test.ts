import { expect } from "chai";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { launchOf } from "../../agent/image/config";
import { type ImageInputs, imageKind, type ImageOutputs } from "../../agent/image/image";
import { holdImage } from "../../agent/image/store";
import { type TestHost, testHost } from "../process/host";

describe("image", () => {
    let host: TestHost;
    let context: string;
    let progress: string[];

    beforeEach(() => {
        host = testHost();
        context = mkdtempSync(join(tmpdir(), "mvi-context-"));
        progress = [];
    });
    afterEach(() => {
        host.clean();
        rmSync(context, { recursive: true, force: true });
    });

    const files = (all: Record<string, string>) => {
        for (const [path, text] of Object.entries(all)) {
            mkdirSync(dirname(join(context, path)), { recursive: true });
            writeFileSync(join(context, path), text);
        }
    };
    const inputs = (more: Partial<ImageInputs> = {}): ImageInputs => ({ name: "web", context, args: {}, ...more });
    const kind = () => imageKind(host);
    const check = async (more: Partial<ImageInputs> = {}) => (await kind().check?.(inputs(more))) ?? expect.fail();
    const apply = (given: ImageInputs) =>
        kind().apply("web", given, {
            restoring: false,
            progress: (line) => progress.push(line),
            signal: new AbortController().signal,
        });
    const build = async (more: Partial<ImageInputs> = {}): Promise<ImageOutputs> => {
        const checked = await check(more);
        expect(checked.faults).to.deep.equal([]);
        return apply(checked.inputs);
    };
    const refusal = async (more: Partial<ImageInputs> = {}): Promise<string> => {
        const checked = await check(more);
        if (checked.faults[0] !== undefined) {
            return checked.faults[0].reason;
        }
        return apply(checked.inputs).then(
            () => expect.fail("it was built"),
            (error: Error) => (error.name === "Refusal" ? error.message : expect.fail(error.stack ?? "")),
        );
    };
    const read = (image: ImageOutputs, path: string) => readFileSync(join(image.directory, "root", path), "utf8");

    describe("digest", () => {
        const digest = async (more: Partial<ImageInputs> = {}) => (await check(more)).inputs.contentDigest;

        it("changes with each thing that the image is made of, and with nothing else", async () => {
            files({ "a.js": "1", "lib/b.js": "2" });
            const seen = [await digest()];
            const changed = async (change: () => void, more: Partial<ImageInputs> = {}) => {
                change();
                const now = await digest(more);
                expect(seen).not.to.include(now);
                seen.push(now);
            };
            await changed(() => files({ "a.js": "3" }));
            await changed(() => chmodSync(join(context, "a.js"), 0o755));
            await changed(() => symlinkSync("a.js", join(context, "link")));
            await changed(() => mkdirSync(join(context, "empty")));
            await changed(() => files({ Dockerfile: "FROM node\n" }));
            await changed(() => undefined, { target: "x" });
            await changed(() => undefined, { args: { A: "1" } });
            expect(await digest()).to.equal(seen[5]);
            expect(await digest({ name: "other" })).to.equal(seen[5]);
        });

        it("honours .dockerignore, and the one of the Dockerfile before it", async () => {
            files({ ".dockerignore": "node_modules\n*.log\n!keep.log\n**/tmp\n", "a.js": "1" });
            const first = await digest();
            files({ "node_modules/x/index.js": "", "a.log": "", "lib/tmp/x": "" });
            rmSync(join(context, "lib"), { recursive: true });
            mkdirSync(join(context, "node_modules/y"));
            expect(await digest()).to.equal(first);
            files({ "keep.log": "" });
            const second = await digest();
            expect(second).not.to.equal(first);
            files({ Other: "FROM node", "Other.dockerignore": "*" });
            const third = await digest({ dockerfile: "Other" });
            files({ "a.js": "changed" });
            expect(await digest({ dockerfile: "Other" })).to.equal(third);
        });

        it("refuses links out of the context, a folder that is not there, and too much", async () => {
            symlinkSync("/etc/passwd", join(context, "absolute"));
            expect(await refusal()).to.match(/the link absolute points out of it, to \/etc\/passwd/);
            rmSync(join(context, "absolute"));
            mkdirSync(join(context, "sub"));
            symlinkSync("../../x", join(context, "sub/up"));
            expect(await refusal()).to.match(/the link sub\/up points out of it/);
            files({ ".dockerignore": "sub" });
            expect((await check()).faults).to.deep.equal([]);
            mkdirSync(join(context, "server"));
            expect(await refusal({ context: join(context, "sevrer") })).to.match(
                /there is no folder .*sevrer: did you mean .*server\?/,
            );
            files({ Dockerfile: "FROM node" });
            expect(await refusal({ dockerfile: "Dokerfile" })).to.match(
                /there is no Dockerfile .*did you mean .*Dockerfile\?/,
            );
            const big = join(context, "big.bin");
            writeFileSync(big, "");
            (await import("node:fs")).truncateSync(big, 513 * 2 ** 20);
            expect(await refusal()).to.match(/holds more than 512 MiB: .*\.dockerignore/);
        });
    });

    describe("Dockerfile", () => {
        it("is carried out: forms, variables, globs, stages", async () => {
            files({
                Dockerfile: `
# syntax=docker/dockerfile:1
ARG BASE=node
FROM \${BASE}:20-slim AS deps
WORKDIR /deps
COPY package.json ./
RUN mkdir -p out && node -e "require('fs').writeFileSync('out/built', process.env.GREETING ?? 'none')"

FROM node:20-slim
ARG VERSION=1
ARG GREETING
ENV NODE_ENV=production TITLE="two words" \\
    # a comment between
    SAME=x$TITLE
ENV FULL=\${TITLE}-\${VERSION:-0}-\${NOT_SET:-else}
ENV OLD style value
WORKDIR /srv
WORKDIR app
COPY --chown=node:node *.json server.js ./
COPY lib lib/
COPY --from=deps /deps/out/ ./out/
COPY ["with space.txt", "there.txt"]
USER node
EXPOSE 3000 9090/tcp
LABEL a=b
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --timeout=500ms --retries=2 CMD node health.js
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["/srv/app/server.js", "--port=/etc/x"]
`,
                "package.json": "{}",
                "tsconfig.json": "{ }",
                "server.js": "console.log(1)",
                "lib/deep/x.js": "x",
                "with space.txt": "s",
            });
            const image = await build({ args: { VERSION: "7" } });
            expect(image.reference).to.equal(`web@${image.digest}`);
            expect(image.digest).to.match(/^sha256:[0-9a-f]{64}$/);
            expect(image.config).to.deep.include({
                entrypoint: ["node", "--enable-source-maps"],
                cmd: ["/srv/app/server.js", "--port=/etc/x"],
                workdir: "/srv/app",
                stopSignal: "SIGINT",
                exposed: [3000, 9090],
                healthcheck: {
                    command: ["/bin/sh", "-c", "node health.js"],
                    intervalSeconds: 5,
                    timeoutSeconds: 0.5,
                    failures: 2,
                    initialDelaySeconds: 0,
                },
            });
            expect(image.config.env).to.deep.include({
                NODE_ENV: "production",
                TITLE: "two words",
                FULL: "two words-7-else",
                OLD: "style value",
            });
            expect(readdirSync(join(image.directory, "root/srv/app")).sort()).to.deep.equal([
                "lib",
                "out",
                "package.json",
                "server.js",
                "there.txt",
                "tsconfig.json",
            ]);
            expect(read(image, "srv/app/lib/deep/x.js")).to.equal("x");
            expect(read(image, "srv/app/out/built")).to.equal("none");
            const launch = launchOf(image);
            expect(launch.cwd).to.equal(join(image.directory, "root/srv/app"));
            expect(launch.command).to.deep.equal([
                "node",
                "--enable-source-maps",
                join(launch.cwd, "server.js"),
                "--port=/etc/x",
            ]);
            expect(progress.join("\n")).to.match(/USER node: has no effect/);
            expect(image.config.user).to.equal("node");
        });

        it("picks a target stage, which may begin with another", async () => {
            files({
                Dockerfile: `FROM node:20 AS base\nENV A=1\nCOPY a /a\nFROM base AS web\nCMD ["node", "/a"]\nFROM nginx AS last\nRUN apt-get update`,
                a: "1",
            });
            const image = await build({ target: "web" });
            expect(image.config).to.deep.include({ cmd: ["node", "/a"] });
            expect(image.config.env["A"]).to.equal("1");
            expect(read(image, "a")).to.equal("1");
            expect(await refusal({ target: "wbe" })).to.match(/there is no stage wbe; there is: base, web, last/);
        });

        it("notes another major version of Node", async () => {
            files({ Dockerfile: `FROM node:18-alpine\nCMD node x.js` });
            await build();
            expect(progress.join()).to.match(/FROM node:18-alpine: is not pulled: this machine's Node \d+ is used/);
        });

        it("installs packages into the image, also global ones, and keeps the log", async function () {
            this.timeout(60_000);
            files({
                Dockerfile: `FROM node\nWORKDIR /app\nCOPY . .\nRUN npm install --no-audit --no-fund && npm run build\nRUN npm install -g --offline ./tool\nCMD ["tool"]`,
                "package.json": JSON.stringify({
                    name: "x",
                    scripts: { build: "echo built $PWD > built.txt && echo says hello" },
                    dependencies: { dep: "file:./dep" },
                }),
                "dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
                "tool/package.json": JSON.stringify({ name: "tool", version: "1.0.0", bin: "t.js" }),
                "tool/t.js": "#!/usr/bin/env node\nconsole.log(1)",
            });
            const image = await build();
            expect(read(image, "app/built.txt")).to.match(/^built .*root\/app\n$/);
            expect(existsSync(join(image.directory, "root/app/node_modules/dep/package.json"))).to.equal(true);
            expect(existsSync(join(image.directory, "root/usr/local/bin/tool"))).to.equal(true);
            expect(host.lines.filter((line) => line.log === "build/web").map((line) => line.text)).to.include(
                "says hello",
            );
            if (process.getuid?.() === 0) {
                expect(statSync(join(image.directory, "root/app/built.txt")).uid).to.equal(0);
            }
        });

        it("runs RUN as an unprivileged account, with nothing of the agent's environment", async function () {
            if (process.getuid?.() !== 0) {
                this.skip();
            }
            process.env["OF_THE_AGENT"] = "leak";
            files({
                Dockerfile: `FROM node\nWORKDIR /app\nRUN node -e "require('fs').writeFileSync('who', process.getuid() + ' ' + process.env.OF_THE_AGENT)"`,
            });
            expect(read(await build(), "app/who")).to.equal("65534 undefined");
            delete process.env["OF_THE_AGENT"];
        });

        for (const [line, reason] of [
            [
                "RUN apt-get update && apt-get install -y curl",
                /RUN apt-get update.*: needs a container engine, .*: apt-get is not an install of packages.*; move it to another stage/,
            ],
            [
                "RUN curl https://x | sh",
                /needs a container engine, .*: a shell is not run here, and there is "\|" in it/,
            ],
            ["RUN echo $(id)", /needs a container engine, .*: .*"\$\("/],
            ["RUN cp --target-directory=/etc a", /there is "--target-directory=\/etc" in it/],
            ["RUN rm -rf *", /there is "\*" in it/],
            ["RUN --mount=type=secret,id=x npm ci", /needs a container engine, .*: --mount/],
            ["RUN <<EOF\nnpm ci\nEOF", /Dockerfile:2: heredocs \(<<\) are not carried out/],
            ["COPY --from=nginx:1 /etc/nginx /x", /nginx:1 is not a stage of this file/],
            ["ADD https://example.com/x /x", /https:\/\/example.com\/x is not carried out/],
            ["ADD x.tar.gz /x", /x\.tar\.gz is not carried out/],
            ["COPY ../x /x", /\.\.\/x is outside of the build context/],
            [
                "COPY missing* ./",
                /Dockerfile:2: COPY missing\* \.\/: there is no missing\* to copy .*there is: Dockerfile/,
            ],
            ['SHELL ["bash"]', /SHELL is not carried out/],
            ["RUN node -e \"console.log('line ' + 1); process.exit(7)\"", /exit code 7\nline 1/],
            ['CMD ["no-such-program"]', /its command begins with no-such-program, which is neither/],
        ] as const) {
            it(`refuses: ${line.split("\n")[0]}`, async () => {
                files({ Dockerfile: `FROM node\n${line}\n` });
                expect(await refusal()).to.match(reason);
                expect(readdirSync(host.folder("images")).filter((name) => name.startsWith(".new-"))).to.deep.equal([]);
            });
        }

        it("shows of what npm says its reason, and no file that goes, and names the way to all of it", async () => {
            files({ "package.json": `{"name":"a"}`, Dockerfile: "FROM node\nCOPY . .\nRUN npm ci\n" });
            const said = await refusal();
            expect(said)
                .to.match(/RUN npm ci: .*exit code 1\n/)
                .and.to.contain("existing package-lock.json");
            expect(said).not.to.match(/complete log|_logs|--ignore-scripts/);
            expect(said.split("\n").at(-1)).to.equal(
                "All that it wrote: `npx pulumi-mvi ask test/dev logs log=build/web`",
            );
        });

        it("shows of what else fails its first errors too, and its last lines", async () => {
            const script = "for (let i = 0; i < 60; i++) console.log(i === 9 ? 'a.ts(1,2): error TS1: x' : i)";
            files({
                "package.json": JSON.stringify({ name: "a", scripts: { build: "node build.js" } }),
                "build.js": `${script}; process.exit(2)`,
                Dockerfile: "FROM node\nCOPY . .\nRUN npm run build\n",
            });
            const said = (await refusal()).split("\n");
            expect(said).to.include.members(["a.ts(1,2): error TS1: x", "…", "59"]).and.not.include("20");
            expect(said.length).to.be.lessThan(30);
        });

        it("tells all that it refuses at once, before anything is made, of the stages that are needed", async () => {
            files({
                Dockerfile: `FROM node AS unused
RUN apt-get install -y x
FROM node AS built
WORKDIR /app
ARG TOOL=curl
RUN $TOOL https://x
COPY nope ./
FROM node
COPY --from=built /app /app
COPY package*.json missing /app/
SHELL ["bash"]
`,
                "package.json": "{}",
            });
            const { faults } = await check();
            expect(faults.map(({ input, reason }) => `${input} ${reason}`)).to.have.length(4);
            expect(
                faults.map(({ reason }) => /\b(curl|nope|missing|SHELL) (is not|to copy)/.exec(reason)?.[1]),
            ).to.deep.equal(["curl", "nope", "missing", "SHELL"]);
            expect((await check({ target: "none" })).faults.map(({ reason }) => reason)).to.deep.equal([
                "Image web: there is no stage none; there is: unused, built",
            ]);
            expect((await check({ target: "unused" })).faults).to.have.length(1);
            expect(progress).to.deep.equal([]);
        });

        it("keeps file tools inside of the image", async () => {
            const victim = mkdtempSync(join(tmpdir(), "mvi-victim-"));
            chmodSync(victim, 0o777);
            writeFileSync(join(victim, "x"), "");
            files({
                Dockerfile: `FROM node\nWORKDIR /app\nRUN rm -rf ${"../".repeat(20)}${victim.slice(1)}/x ${victim}/x && touch /here && cp /here there`,
            });
            const image = await build();
            expect(existsSync(join(victim, "x"))).to.equal(true);
            expect(existsSync(join(image.directory, "root/app/there"))).to.equal(true);
            rmSync(victim, { recursive: true });
        });

        it("does not follow a link that a RUN has laid out of the image", async () => {
            const victim = mkdtempSync(join(tmpdir(), "mvi-victim-"));
            chmodSync(victim, 0o777);
            files({
                Dockerfile: `FROM node\nWORKDIR /app\nRUN node -e "require('fs').symlinkSync('${victim}', 'out')"\nCOPY a out/`,
                a: "1",
            });
            expect(await refusal()).to.match(/leads out of the image, by a link/);
            expect(readdirSync(victim)).to.deep.equal([]);
            rmSync(victim, { recursive: true });
        });
    });

    describe("without a Dockerfile", () => {
        it("starts what package.json says", async () => {
            files({ "package.json": JSON.stringify({ scripts: { start: "node server.js --x" } }), "server.js": "" });
            expect((await build()).config).to.deep.include({ cmd: ["node", "server.js", "--x"], workdir: "/app" });
            files({ "package.json": JSON.stringify({ scripts: { start: "A=1 node server.js" } }) });
            expect((await build()).config.cmd).to.deep.equal(["/bin/sh", "-c", "A=1 node server.js"]);
            files({ "package.json": JSON.stringify({ main: "server.js" }) });
            expect((await build()).config.cmd).to.deep.equal(["node", "server.js"]);
            files({ "package.json": "{" });
            expect(await refusal()).to.match(/package\.json is not JSON/);
        });
    });

    describe("store", () => {
        it("is read-only, shared by digest, and built once", async () => {
            files({ "package.json": "{}", "run.sh": "x" });
            chmodSync(join(context, "run.sh"), 0o755);
            const image = await build();
            const mode = (path: string) => (statSync(join(image.directory, "root/app", path)).mode & 0o777).toString(8);
            expect([mode("package.json"), mode("run.sh"), mode("")]).to.deep.equal(["444", "555", "555"]);
            const again = await build({ name: "other" });
            expect(again.directory).to.equal(image.directory);
            expect(again.reference).to.equal(`other@${image.digest}`);
        });

        it("refuses when files changed since the preview", async () => {
            files({ "package.json": "{}" });
            const checked = await check();
            files({ "package.json": "{ }" });
            const error = await apply(checked.inputs).catch((each: Error) => each);
            expect((error as Error).message).to.match(/were changed since the preview: run pulumi up again/);
        });

        it("keeps the last five of a name and what is in use, and sweeps the rest", async () => {
            const images: ImageOutputs[] = [];
            let release: (() => void) | undefined;
            for (let version = 0; version < 8; version++) {
                files({ "package.json": "{}", version: String(version) });
                images.push(await build());
                release ??= holdImage(host, images[0]?.directory ?? "");
            }
            const there = () => images.map((image) => existsSync(image.directory));
            expect(there()).to.deep.equal([true, false, false, true, true, true, true, true]);
            release?.();
            await kind().remove("web", undefined);
            expect(there()).to.deep.equal(images.map(() => false));
            const last = images.at(-1) ?? expect.fail();
            expect(await kind().read("web", { inputs: inputs(), outputs: last })).to.equal(undefined);
        });

        it("removes what a build that was cut off has left", async () => {
            mkdirSync(join(host.folder("images"), ".new-abc/deep/x"), { recursive: true });
            chmodSync(join(host.folder("images"), ".new-abc/deep/x"), 0o555);
            await kind().remove("x", undefined);
            expect(existsSync(join(host.folder("images"), ".new-abc"))).to.equal(false);
        });
    });
});
