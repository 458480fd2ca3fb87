import { expect } from "chai";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

type Pulumi = Record<"run" | "capture", (args: string[]) => Promise<string | undefined>>;
interface Lock {
    freeStack(pulumi: Pulumi, stack: string, folder: string): Promise<void>;
}

describe("a stack's lock that a run left behind", function () {
    this.timeout(60_000);
    let folder: string;
    let lib: Lock;

    before(async () => {
        lib = (await import(path.resolve(__dirname, "../../scripts/lib/lock.mjs"))) as Lock;
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-lock-"));
        fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: locked\nruntime: nodejs\n");
        await pulumi("stack", "init", "local");
        await pulumi("stack", "init", "other");
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    async function pulumi(...args: string[]): Promise<string> {
        const { MVI_PULUMI: tool, PATH } = process.env;
        const { stdout } = await promisify(execFile)("pulumi", args, {
            cwd: folder,
            env: {
                ...process.env,
                PATH: tool ? `${tool}${path.delimiter}${PATH}` : PATH,
                PULUMI_BACKEND_URL: `file://${folder}`,
                PULUMI_CONFIG_PASSPHRASE: "passphrase",
                PULUMI_SKIP_UPDATE_CHECK: "true",
            },
        });
        return stdout;
    }

    /** Whether the engine still finds it locked, after it was to be freed. Nothing is locked afterwards. */
    async function locked(holders: object[], stack = "local"): Promise<boolean> {
        const own = path.join(folder, ".pulumi", "locks", "organization", "locked", stack);
        fs.mkdirSync(own, { recursive: true });
        const now = new Date().toISOString();
        const whole = { username: os.userInfo().username, hostname: os.hostname(), pid: process.pid, timestamp: now };
        holders.forEach((holder, index) =>
            fs.writeFileSync(path.join(own, `${index}.json`), JSON.stringify({ ...whole, ...holder })),
        );
        const calls = (args: string[]) => pulumi(...args).catch(() => undefined);
        const said = console.log;
        console.log = () => undefined;
        try {
            await lib.freeStack({ run: calls, capture: calls }, "local", folder);
        } finally {
            console.log = said;
        }
        // `destroy` needs no program, and takes the lock.
        const refused = await pulumi("destroy", "--yes", "--skip-preview", "--stack", stack).then(
            () => "",
            (error: Error) => error.message,
        );
        fs.rmSync(own, { recursive: true, force: true });
        if (refused) expect(refused).to.include("the stack is currently locked");
        return refused !== "";
    }

    async function pidOfOneThatEnded(): Promise<number> {
        const child = spawn(process.execPath, ["-e", "0"]);
        await once(child, "exit");
        return child.pid!;
    }

    it("is taken away when whoever took it is no more", async () => {
        expect(await locked([{ pid: await pidOfOneThatEnded() }])).to.equal(false);
    });

    it("is taken away when its number is another process's by now, as after a restart of the machine", async () => {
        expect(await locked([{ timestamp: "2020-01-01T00:00:00.000000000Z" }])).to.equal(false);
    });

    it("stays while its holder runs", async () => {
        expect(await locked([{}])).to.equal(true);
        expect(await locked([{ pid: await pidOfOneThatEnded() }, {}]), "one of two").to.equal(true);
    });

    it("stays when another machine took it: nobody here knows how that one is", async () => {
        expect(await locked([{ pid: await pidOfOneThatEnded(), hostname: "elsewhere" }])).to.equal(true);
    });

    it("is taken away when a power cut left it without its end", async () => {
        const own = path.join(folder, ".pulumi", "locks", "organization", "locked", "local");
        fs.mkdirSync(own, { recursive: true });
        fs.writeFileSync(path.join(own, "half.json"), '{"pid":1');
        expect(await locked([])).to.equal(false);
    });

    it("stays when it is another stack's", async () => {
        expect(await locked([{ pid: await pidOfOneThatEnded() }], "other")).to.equal(true);
    });
});
