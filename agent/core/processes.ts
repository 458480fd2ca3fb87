/** What the system says about processes. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";

/**
 * When the process began, in the system's own words; undefined when it is not there, or is only waiting to be reaped.
 * A pid is used again sooner or later; a pid and its start are not.
 */
export function startOf(pid: number): string | undefined {
    return process.platform === "linux" ? startByProc(pid) : startByPs(pid);
}

/** A name for a process that no other process has, on this machine and over reboots. */
export function nameOf(pid: number): string | undefined {
    const start = startOf(pid);
    return (
        start &&
        `${pid}-${createHash("sha256")
            .update(bootId() + start)
            .digest("hex")
            .slice(0, 16)}`
    );
}

/** Whether the process with this {@link nameOf} still runs. */
export function runs(name: string): boolean {
    const pid = Number(name.split("-")[0]);
    return Number.isInteger(pid) && pid > 0 && nameOf(pid) === name;
}

/** Whether `pid` is `ancestor`, or was started by it or by one of its own. Linux only: false elsewhere. */
export function descends(pid: number, ancestor: number): boolean {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = fieldsOf(at)?.parent) {
        if (at === ancestor) {
            return true;
        }
    }
    return false;
}

/** The process that has a port, and the stack if it is the agent of one. */
export interface PortHolder {
    readonly pid: number;
    readonly command: string;
    /** `<project>/<stack>` */
    readonly stack?: string;
}

/** The process that listens on the TCP port of this machine, as far as this user may know. Linux only. */
export function listenerOn(port: number): PortHolder | undefined {
    const inodes = listeningInodes(port);
    if (inodes.size === 0) {
        return undefined;
    }
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        if (holdsSocket(pid, inodes)) {
            const command = readQuietly(`/proc/${pid}/comm`)?.trim() ?? "?";
            const words = (readQuietly(`/proc/${pid}/cmdline`) ?? "").split("\0");
            const agent = words.findIndex((word) => /[/\\]agent[/\\]main\.[jt]s$/.test(word));
            return { pid: Number(pid), command, ...(agent < 0 ? {} : { stack: words[agent + 1] }) };
        }
    }
    return undefined;
}

function listeningInodes(port: number): Set<string> {
    const inodes = new Set<string>();
    const hex = ":" + port.toString(16).toUpperCase().padStart(4, "0");
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
        for (const line of (readQuietly(table) ?? "").split("\n").slice(1)) {
            const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
            if (local?.endsWith(hex) && state === "0A") {
                inodes.add(`socket:[${inode}]`);
            }
        }
    }
    return inodes;
}

function holdsSocket(pid: string, inodes: Set<string>): boolean {
    try {
        return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(fs.readlinkSync(`/proc/${pid}/fd/${fd}`)));
    } catch {
        return false; // another user's process, or one that has just ended
    }
}

function startByProc(pid: number): string | undefined {
    const fields = fieldsOf(pid);
    return fields === undefined || fields.state === "Z" ? undefined : fields.start;
}

/** The fields after the command's name, which may itself hold blanks and brackets. */
function fieldsOf(pid: number): { state: string; parent: number; start: string } | undefined {
    const stat = readQuietly(`/proc/${pid}/stat`);
    if (stat === undefined) {
        return undefined;
    }
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0], parent: Number(fields[1]), start: fields[19] };
}

function startByPs(pid: number): string | undefined {
    try {
        const [state, ...start] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
            .trim()
            .split(/\s+/);
        return state.startsWith("Z") ? undefined : start.join(" ");
    } catch {
        return undefined; // ps answers 1 when there is no such process
    }
}

function bootId(): string {
    return readQuietly("/proc/sys/kernel/random/boot_id") ?? "";
}

function readQuietly(file: string): string | undefined {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined; // not Linux, not ours to read, or gone in the meantime
    }
}
