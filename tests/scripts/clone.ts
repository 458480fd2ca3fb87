// A user's clone of this very tree, in a temp folder, with a home, a state and agents of its own.
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const root = path.dirname(path.dirname(__dirname));

export interface Clone {
    /** The project. */
    readonly folder: string;
    /** The agents' home, which does not exist before the first `up` and after the last `destroy`. */
    readonly home: string;
    /** What is left of all that ran, besides the caches of compilers: after `down` nothing, within some seconds. */
    leftovers(): Promise<unknown[]>;
    /** Runs `npm <args>` and returns what it printed. @throws with all that was printed, when it fails */
    npm(...args: string[]): Promise<string>;
    /** What git sees as changed since the copy was made: nothing, mostly. */
    changes(): string;
    /** All that was started from here and is alive. */
    processes(): Process[];
    /** Ends all of them at once, and what they were just starting, until nothing runs. */
    end(): Promise<void>;
    /** Ends what is left, and removes the folder. */
    close(): Promise<void>;
}

export interface Process {
    readonly pid: number;
    readonly command: string;
}

/**
 * A clone; its packages are linked to.
 *
 * @param node - the Node.js to run all with
 * @param fill - puts the project there. @default the tree as it is
 */
export function clone(node = process.execPath, fill = copyTree): Clone {
    const temp = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mvi-clone-"));
    fs.chmodSync(temp, 0o711); // what root's agent starts runs as another user
    const [folder, home, tmp] = ["project", "home", "tmp"].map((name) => path.join(temp, name)) as [
        string,
        string,
        string,
    ];
    [folder, tmp].forEach((each) => fs.mkdirSync(each));
    fs.chmodSync(tmp, 0o1777);

    const git = (cwd: string, ...args: string[]) =>
        execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
            cwd,
            encoding: "utf8",
        });
    fill(folder);
    linkPackages(folder);
    git(folder, "init", "-q");
    git(folder, "add", "-A");
    git(folder, "commit", "-qm", "All");

    const env = environment({ home, tmp, pulumi: path.join(temp, "pulumi"), node });
    return {
        folder,
        home,
        async leftovers() {
            const files = () => [
                ...fs.readdirSync(tmp).filter((name) => !/^(tsx-|ts-node-|node-compile-cache$)/.test(name)),
                ...[home].filter(fs.existsSync),
            ];
            const left = () => [...processesOf(temp), ...files()];
            for (const end = Date.now() + 5_000; left().length > 0 && Date.now() < end;) await sleep(100);
            return left();
        },
        async npm(...args) {
            const run = promisify(execFile)("npm", args, { cwd: folder, env, maxBuffer: 1 << 26 });
            const { stdout } = await run.catch((fault: Error & { stdout: string; stderr: string }) => {
                throw new Error(`npm ${args.join(" ")} failed:\n${fault.stdout}\n${fault.stderr}`);
            });
            return stdout;
        },
        changes: () => git(folder, "status", "--porcelain").trim(),
        processes: () => processesOf(temp),
        end: () => endAll(temp),
        async close() {
            await endAll(temp);
            fs.rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
        },
    };
}

/** Copies the tree as it is, with what is compiled, so that nothing is built again. */
export function copyTree(folder: string): void {
    execFileSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { stdio: "pipe" });
    const names = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" })
        .split("\n")
        .map((name) => name.split("/")[0]!);
    const parts = [...new Set(names)].filter(
        (name) => name !== "" && name !== "tests" && fs.existsSync(path.join(root, name)),
    );
    execFileSync("cp", ["-pR", ...parts, "dist", folder], { cwd: root });
}

/** kill -9 */
export function kill(processes: readonly Process[]): void {
    for (const { pid } of processes) {
        try {
            process.kill(pid, "SIGKILL");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        }
    }
}

/** kill -9, until nothing is left: what is started between the look and the kill is in no list yet. */
async function endAll(folder: string): Promise<void> {
    for (const end = Date.now() + 30_000; ; await sleep(50)) {
        const left = processesOf(folder);
        if (left.length === 0) return;
        if (Date.now() > end) throw new Error(`kill -9 does not end ${left.map(({ command }) => command).join("; ")}`);
        kill(left);
    }
}

function environment(places: { home: string; tmp: string; pulumi: string; node: string }): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !/^(PULUMI_|MVI_|npm_|NODE_OPTIONS$)/.test(name));
    return {
        ...Object.fromEntries(kept),
        PATH: `${path.dirname(places.node)}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: places.pulumi,
        MVI_HOME: places.home,
        MVI_BOOT: "off",
        TMPDIR: places.tmp,
    };
}

/** Links to each package. A link to all of them would let an `npm ci` in the copy empty the folder of the original. */
function linkPackages(folder: string): void {
    const [from, to] = [path.join(root, "node_modules"), path.join(folder, "node_modules")];
    fs.mkdirSync(to);
    for (const name of fs.readdirSync(from)) {
        if (name === ".package-lock.json") fs.copyFileSync(path.join(from, name), path.join(to, name));
        else if (name !== ".cache") fs.symlinkSync(path.join(from, name), path.join(to, name));
    }
}

/** The processes which `folder` shows up in, and all that they started. */
function processesOf(folder: string): Process[] {
    const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,command="], { encoding: "utf8" })
        .split("\n")
        .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
        .flatMap((match) =>
            match ? [{ pid: Number(match[1]), parent: Number(match[2]), stat: match[3]!, command: match[4]! }] : [],
        );
    const mine = new Set(
        table.filter(({ pid, command }) => command.includes(folder) || runsIn(pid, folder)).map(({ pid }) => pid),
    );
    for (let before = -1; before !== mine.size;) {
        before = mine.size;
        for (const { pid, parent } of table) if (mine.has(parent)) mine.add(pid);
    }
    return table.filter(({ pid, stat }) => mine.has(pid) && !stat.startsWith("Z"));
}

function runsIn(pid: number, folder: string): boolean {
    try {
        return fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
        return false; // it has ended, or this system has no /proc
    }
}
