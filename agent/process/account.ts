import { createHash } from "node:crypto";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { home } from "../core/place";
import { type Host, Refusal } from "../kind";

/** Account is whom a process runs as. */
export interface Account {
    readonly uid: number;
    readonly gid: number;
}

/** Nobody: what builds run as when the agent is root. Root gives up its rights before it runs what it was handed. */
export const nobody: Account = { uid: 65534, gid: 65534 };

/**
 * Whom a workload runs as: if we are root an account of its own, else ourselves (undefined). With one account for all, each
 * could read the files of the others, and what is in their environment.
 *
 * @param owner - Names it on this machine. @default nobody in particular
 */
export function workloadAccount(owner?: string): Account | undefined {
    if (process.getuid?.() !== 0 || process.platform !== "linux" || !reachable(process.execPath)) {
        return undefined;
    }
    const number = owner === undefined ? nobody.uid : FIRST + (digest(owner) % COUNT);
    return mapped(number) ? { uid: number, gid: number } : nobody;
}

/** Numbers that systemd's table of user ids leaves unused. They need no entry in /etc/passwd. */
const FIRST = 1_900_000_000;
const COUNT = 200_000_000;

const digest = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE(0);

/** Within a container of this machine, only some user ids may be there. */
function mapped(uid: number): boolean {
    const ranges = readFileSync("/proc/self/uid_map", "utf8").trim().split("\n");
    return ranges.some((range) => {
        const [first, , count] = range.trim().split(/\s+/).map(Number);
        return uid >= first && uid < first + count;
    });
}

/**
 * A folder of the agent's that other accounts can reach into, if they know the name of what they look for: as root,
 * workloads and databases run as accounts of their own. It and those above it, up to the folder of all agents, are opened
 * for passing through (0711: nothing can be listed; the files in them are 0600).
 *
 * @throws {@link Refusal} when a folder above is closed to others, such as /root
 */
export function workloadFolder(host: Host, name: string): string {
    const folder = resolve(host.folder(name));
    if (process.getuid?.() !== 0) {
        return folder;
    }
    const top = folder.startsWith(home() + sep) ? home() : dirname(folder);
    for (let each = folder; each.length >= top.length; each = dirname(each)) {
        if ((statSync(each).mode & 0o777) !== 0o711) chmodSync(each, 0o711);
    }
    if (!reachable(folder)) {
        throw new Refusal(
            `${folder}: the accounts that workloads run as cannot pass through a folder above it: set MVI_HOME to one that they can, such as /var/lib/pulumi-mvi`,
        );
    }
    return folder;
}

/** Whether others may pass through each folder above `path`, and into it. */
export function reachable(path: string): boolean {
    const parts = resolve(path).split(sep);
    return parts.every((_, depth) => (statSync(parts.slice(0, depth + 1).join(sep) || sep).mode & 0o001) !== 0);
}
