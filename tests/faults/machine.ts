// What of a stack runs on this machine, by the system's own tables.
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { processes } from "../../agent/process/table";

export interface Running {
    readonly pid: number;
    readonly parent: number;
    readonly command: string;
}

/**
 * The processes that have `root`, and the stack `<project>/<stack>` if it is given, in their command, their environment or
 * their working folder; but for us and our children.
 */
export function runningIn(root: string, stack = ""): Running[] {
    const rows = processes().filter(({ zombie, pid }) => !zombie && pid !== process.pid);
    const own = new Set([process.pid]);
    for (let size = 0; size < own.size;) {
        size = own.size;
        rows.filter(({ parent }) => own.has(parent)).forEach(({ pid }) => own.add(pid));
    }
    return rows.flatMap(({ pid, parent }) => {
        const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
        const text = `${command}\n${read(`/proc/${pid}/environ`)}\n${link(`/proc/${pid}/cwd`)}`;
        return !own.has(pid) && text.includes(root) && text.includes(stack) ? [{ pid, parent, command }] : [];
    });
}

/** Our own children that have `word` in their command: the engine and its plugins, down to the grandchildren. */
export function children(word: string): Running[] {
    const rows = processes().filter(({ zombie }) => !zombie);
    const below = (of: number): number[] =>
        rows.filter(({ parent }) => parent === of).flatMap(({ pid }) => [pid, ...below(pid)]);
    return below(process.pid).flatMap((pid) => {
        const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
        return command.includes(word)
            ? [{ pid, parent: rows.find((row) => row.pid === pid)?.parent ?? 0, command }]
            : [];
    });
}

/** Our own children that are Pulumi's engine, or what it starts. */
export const engines = (): Running[] => children("").filter(({ command }) => isEngine(command));

/** By the program's own name: a folder on the way to another one's may be called `pulumi-mvi`. */
export const isEngine = (command: string): boolean =>
    /^(\S*[/])?pulumi(-[^\s/]+)?( |$)|plugin[/]main[.][jt]s/.test(command);

/** The names of all that is below `folder`, as far as it is there still. */
export function namesIn(folder: string): string[] {
    try {
        return fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        return fs.existsSync(folder) ? namesIn(folder) : []; // a folder below it went meanwhile
    }
}

/** The ports that agents below `home` have given. */
export function portsIn(home: string): number[] {
    return namesIn(home)
        .filter((name) => path.basename(name) === "ports.json")
        .flatMap((name) =>
            Object.values(JSON.parse(fs.readFileSync(path.join(home, name), "utf8")) as Record<string, number>),
        );
}

/** The ports that these processes listen on, each once. */
export function listeningPorts(pids: readonly number[]): number[] {
    const sockets = new Set(pids.flatMap((pid) => list(`/proc/${pid}/fd`).map((fd) => link(`/proc/${pid}/fd/${fd}`))));
    const listening = "0A";
    const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => read(file).split("\n").slice(1));
    const ports = lines.flatMap((line) => {
        const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
        return state === listening && sockets.has(`socket:[${inode}]`) ? [parseInt(local.split(":")[1], 16)] : [];
    });
    return [...new Set(ports)].sort();
}

/** Whether somebody listens on the port of this machine. */
export function listens(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = net.connect({ host: "127.0.0.1", port });
        socket.once("connect", () => socket.destroy() && resolve(true));
        socket.once("error", () => resolve(false));
    });
}

function read(file: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return ""; // it has ended meanwhile
    }
}

function list(folder: string): string[] {
    try {
        return fs.readdirSync(folder);
    } catch {
        return [];
    }
}

function link(file: string): string {
    try {
        return fs.readlinkSync(file);
    } catch {
        return "";
    }
}

/** Processes of the guestbook, by their commands. */
export const agents = /agent\/main\.[jt]s/;
export const guardians = /guardian\/main\.[jt]s/;
export const webs = /node server\.m?js/;
export const workers = /node worker\.js/;
export const postmasters = /postgres.* -D/;

/** kill -9 for so many of the processes of `root`. How many it has killed. */
export function kill(root: string, which: RegExp, most = Infinity): number {
    const found = runningIn(root).filter(({ command }) => which.test(command));
    return found.slice(0, most).filter(({ pid }) => killOne(pid)).length;
}

/** kill -9 for our own children with `word` in their command. How many it has killed. */
export function killChildren(word: string): number {
    return children(word).filter(({ pid }) => killOne(pid)).length;
}

/** kill -9 for all that {@link engines} finds. */
export const killEngines = (): void => engines().forEach(({ pid }) => killOne(pid));

/** Missed: there was nothing to kill. */
export class Missed extends Error {}

/** For who meant to kill something. @throws Missed when nothing was */
export function struck(killed: number, what: string): void {
    if (killed === 0) throw new Missed(`nothing to kill: ${what}`);
}

function killOne(pid: number): boolean {
    try {
        return process.kill(pid, "SIGKILL");
    } catch (error) {
        // it has just ended, maybe with another that was killed
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        return false;
    }
}
