import { expect } from "chai";
import { createHash } from "node:crypto";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execFileSync } from "node:child_process";

interface Way {
    version: string;
    bin: string;
    env: NodeJS.ProcessEnv;
}
interface Cli {
    version: string;
    findPulumi(options: {
        env: NodeJS.ProcessEnv;
        cache: string;
        ways?: ((way: Way) => Promise<void>)[];
    }): Promise<string>;
    atLeast(version: string, least: string): boolean;
    cacheFolder(env: NodeJS.ProcessEnv): string;
}
interface Downloads {
    download(
        way: Way,
        from: { archive(version: string, name: string): string; checksums(version: string): string },
    ): Promise<void>;
}
interface Stacks {
    usesOwnState(env: NodeJS.ProcessEnv, folder: string): boolean;
    ownState(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
    parse(args: string[]): { stack: string; rest: string[] };
}

describe("Pulumi's tools", () => {
    let cli: Cli;
    let downloads: Downloads;
    let stacks: Stacks;
    let io: { Failure: typeof Error };
    let temp: string;

    before(async () => {
        cli = (await script("cli")) as Cli;
        downloads = (await script("download")) as Downloads;
        stacks = (await script("stack")) as Stacks;
        io = (await script("io")) as typeof io;
    });
    beforeEach(() => (temp = mkdtempSync(join(tmpdir(), "mvi-find-"))));
    afterEach(() => rmSync(temp, { recursive: true, force: true }));

    it("takes the one on PATH, with a host beside it, on PATH, or beside what it links to", async () => {
        const beside = tool("beside", "v3.200.0", { host: true });
        expect(await find([beside])).to.equal(beside);
        const apart = tool("apart", "3.259.0");
        expect(await find([apart, tool("hosts", undefined, { host: true })])).to.equal(apart);
        const linked = join(temp, "linked");
        mkdirSync(linked);
        symlinkSync(join(beside, "pulumi"), join(linked, "pulumi"));
        expect(await find([linked])).to.equal(linked);
    });

    it("says why the one on PATH does not serve, and what to install, when nothing else works", async () => {
        const unreachable = () => Promise.reject(new io.Failure("the official download is out of reach"));
        const why = async (...path: string[]) => {
            try {
                await find(path, [unreachable]);
            } catch (fault) {
                return (fault as Error).message;
            }
            return "found";
        };
        expect(await why()).to.include("no `pulumi` is on PATH");
        expect(await why(tool("old", "v3.199.9", { host: true }))).to.include("is v3.199.9, and 3.200.0 is the oldest");
        expect(await why(tool("hostless", "v3.259.0"))).to.include("has no `pulumi-language-nodejs`");
        expect(await why(tool("broken", undefined, { host: true, exit: 3 }))).to.include("`pulumi version` fails");
        expect(await why(tool("nameless", "", { host: true }))).to.include("does not say its version");
        const message = await why();
        expect(message)
            .to.include("the official download is out of reach")
            .and.include("Install Pulumi 3.200.0 or later");
    });

    it("tries each way once, keeps what one brought, and asks none again", async () => {
        const asked: string[] = [];
        const ways = [
            () => (asked.push("first"), Promise.reject(new io.Failure("no"))),
            (way: Way) => {
                asked.push("second");
                tool(way.bin, "3.259.0", { host: true });
                return Promise.resolve();
            },
        ];
        const bin = join(temp, "cache", `pulumi-${cli.version}`, "bin");
        expect(await find([], ways)).to.equal(bin);
        expect(await find([], ways)).to.equal(bin);
        expect(asked).to.deep.equal(["first", "second"]);
    });

    it("lets a defect through, instead of trying on", async () => {
        const fault = await find([], [() => Promise.reject(new TypeError("defect"))]).catch((error: unknown) => error);
        expect(fault).to.be.instanceOf(TypeError);
    });

    it("orders versions by number", () => {
        expect(cli.atLeast("v3.1000.0", "3.200.0")).to.equal(true);
        expect(cli.atLeast("3.200.0", "3.200.0")).to.equal(true);
        expect(cli.atLeast("3.259.0-dev.1", "3.200.0")).to.equal(true);
        expect(cli.atLeast("3.99.9", "3.200.0")).to.equal(false);
        expect(cli.atLeast("4.0.0", "3.200.0")).to.equal(true);
    });

    it("keeps tools in the user's cache folder, or in the project where that cannot be written", () => {
        expect(cli.cacheFolder({ XDG_CACHE_HOME: temp })).to.equal(join(temp, "pulumi-mvi"));
        writeFileSync(join(temp, "file"), "");
        expect(cli.cacheFolder({ XDG_CACHE_HOME: join(temp, "file") })).to.equal(join(root, ".tools"));
    });

    describe("by the official download", () => {
        let server: Server;
        let archive: Buffer;
        let checksum: string;

        beforeEach(async () => {
            tool("release/pulumi", "3.259.0", { host: true });
            execFileSync("tar", ["-czf", join(temp, "a.tgz"), "-C", join(temp, "release"), "pulumi"]);
            archive = readFileSync(join(temp, "a.tgz"));
            checksum = createHash("sha256").update(archive).digest("hex");
            server = createServer((request, response) => {
                const name = (request.url ?? "").split("/").at(-1) ?? "";
                if (name.endsWith(".gz")) response.end(archive);
                else if (name === "checksums")
                    response.end(`${"0".repeat(64)}  other.tar.gz\n${checksum}  ${archiveName()}\n`);
                else response.writeHead(404).end();
            }).listen(0, "127.0.0.1");
            await new Promise((resolve) => server.once("listening", resolve));
        });
        afterEach(() => server.close());

        const fetchInto = (bin: string, checksums = "checksums") => {
            const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
            const from = {
                archive: (_: string, name: string) => `${base}/${name}`,
                checksums: () => `${base}/${checksums}`,
            };
            return downloads.download({ version: "3.259.0", bin, env: process.env }, from);
        };

        it("unpacks an archive whose checksum is the published one", async () => {
            const bin = join(temp, "cache", "pulumi-3.259.0", "bin");
            await fetchInto(bin);
            expect(execFileSync(join(bin, "pulumi"), ["version"], { encoding: "utf8" }).trim()).to.equal("3.259.0");
            expect(readdirSync(join(temp, "cache"))).to.deep.equal(["pulumi-3.259.0"]);
        });

        it("uses nothing of an archive with another checksum, and leaves nothing", async () => {
            checksum = "f".repeat(64);
            const fault = (await fetchInto(join(temp, "cache", "p", "bin")).catch((error: unknown) => error)) as Error;
            expect(fault.message).to.match(/has the SHA-256 [0-9a-f]{64}, and f{64} is published: it was not used/);
            expect(readdirSync(join(temp, "cache"))).to.deep.equal([]);
        });

        it("counts an answer of 404 as out of reach", async () => {
            const fault = (await fetchInto(join(temp, "cache", "p", "bin"), "none").catch(
                (error: unknown) => error,
            )) as Error;
            expect(fault).to.be.instanceOf(io.Failure);
            expect(fault.message).to.include("out of reach");
        });
    });

    describe("and the place of the state", () => {
        it("is the project, unless the user has another", () => {
            const env = { HOME: temp };
            expect(stacks.usesOwnState(env, temp)).to.equal(true);
            expect(stacks.usesOwnState({ ...env, PULUMI_BACKEND_URL: "s3://mine" }, temp)).to.equal(false);
            expect(stacks.usesOwnState({ ...env, PULUMI_ACCESS_TOKEN: "t" }, temp)).to.equal(false);
            mkdirSync(join(temp, ".pulumi"));
            writeFileSync(
                join(temp, ".pulumi", "credentials.json"),
                JSON.stringify({ current: "https://api.pulumi.com" }),
            );
            expect(stacks.usesOwnState(env, temp)).to.equal(false);
            mkdirSync(join(temp, ".pulumi", "stacks"));
            expect(stacks.usesOwnState(env, temp), "state that is there already").to.equal(true);
        });

        it("has a passphrase that is made once, which only its owner can read, unless the user has one", () => {
            const { PULUMI_CONFIG_PASSPHRASE_FILE: file = "" } = stacks.ownState(temp, {});
            expect(statSync(file).mode & 0o777).to.equal(0o600);
            const text = readFileSync(file, "utf8");
            expect(text).to.match(/^[\w-]{32}$/);
            stacks.ownState(temp, {});
            expect(readFileSync(file, "utf8")).to.equal(text);
            rmSync(file);
            expect(stacks.ownState(temp, { PULUMI_CONFIG_PASSPHRASE: "" })).to.not.have.property(
                "PULUMI_CONFIG_PASSPHRASE_FILE",
            );
            expect(existsSync(file)).to.equal(false);
        });

        it("is of the stack `local`, unless another is named", () => {
            expect(stacks.parse([])).to.deep.equal({ stack: "local", rest: [] });
            expect(stacks.parse(["--diff"])).to.deep.equal({ stack: "local", rest: ["--diff"] });
            expect(stacks.parse(["aws", "--yes"])).to.deep.equal({ stack: "aws", rest: ["--yes"] });
        });
    });

    function find(path: string[], ways: ((way: Way) => Promise<void>)[] = []): Promise<string> {
        return cli.findPulumi({ env: { PATH: path.join(":") }, cache: join(temp, "cache"), ways });
    }

    /** Makes a folder with a `pulumi` that answers `version`, and a language host if asked for; returns it. */
    function tool(name: string, version?: string, { host = false, exit = 0 } = {}): string {
        const folder = name.startsWith("/") ? name : join(temp, name);
        mkdirSync(folder, { recursive: true });
        const write = (file: string, text: string) => (
            writeFileSync(join(folder, file), text),
            chmodSync(join(folder, file), 0o755)
        );
        if (version !== undefined || exit !== 0) write("pulumi", `#!/bin/sh\necho "${version ?? ""}"\nexit ${exit}\n`);
        if (host) write("pulumi-language-nodejs", "#!/bin/sh\n");
        return folder;
    }
});

const root = dirname(dirname(__dirname));

function script(name: string): Promise<unknown> {
    return import(join(root, "scripts", "lib", `${name}.mjs`));
}

function archiveName(): string {
    return `pulumi-v3.259.0-${process.platform}-${process.arch}.tar.gz`;
}
