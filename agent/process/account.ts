import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { type Host } from "../kind";

/** Account is whom a process runs as. */
export interface Account {
    readonly uid: number;
    readonly gid: number;
}

/** Nobody: what workloads run as when the agent is root. Root gives up its rights before it runs what it was handed. */
export const nobody: Account = { uid: 65534, gid: 65534 };

/** Whom workloads run as: nobody if we are root, else ourselves (undefined). */
export function workloadAccount(): Account | undefined {
    return process.getuid?.() === 0 && process.platform === "linux" && reachable(process.execPath) ? nobody : undefined;
}

/**
 * A folder of the agent's that workloads can reach into: `host.folder(name)`, opened for passing through. If it is below
 * a folder which is closed to others and not the agent's, such as /root, it is one in /var/lib.
 */
export function workloadFolder(host: Host, name: string, elsewhere = "/var/lib/pulumi-mvi"): string {
    const folder = resolve(host.folder(name));
    if (workloadAccount() === undefined) {
        return folder;
    }
    // 0711: others may pass through to what they know the name of, and list nothing. Files in them are 0600.
    chmodSync(folder, 0o711);
    if (!reachable(folder) && reachable(dirname(dirname(folder)))) {
        chmodSync(dirname(folder), 0o711);
    }
    if (reachable(folder)) {
        return folder;
    }
    const other = join(elsewhere, createHash("sha256").update(folder).digest("hex").slice(0, 16));
    mkdirSync(other, { recursive: true, mode: 0o711 });
    return other;
}

/** Whether others may pass through each folder above `path`, and into it. */
function reachable(path: string): boolean {
    const parts = resolve(path).split(sep);
    return parts.every((_, depth) => {
        const above = parts.slice(0, depth + 1).join(sep) || sep;
        return (statSync(above).mode & 0o001) !== 0;
    });
}
