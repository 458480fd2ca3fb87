import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What this machine can hold a process to. */
export interface LimitsSupported {
    /** The kernel gives no more than the cores stated. False: the number is not honoured at all. */
    readonly cpu: boolean;
    /**
     * `cgroup`: the kernel ends the process when it goes over, at once. `watched`: we sum up the resident memory of the
     * process and its children every 2 s and end them when it is over, so a short peak passes, and pages that are shared
     * by several processes count for each.
     */
    readonly memory: "cgroup" | "watched";
    /** For people: what is honoured here, and what to do for more. */
    readonly note: string;
}

/** Says which limits are honoured here: cgroup v2 must be there, with its controllers, and writable for us. */
export function limitsSupported(root = "/sys/fs/cgroup"): LimitsSupported {
    const home = cgroupHome(root);
    const cpu = home?.cpu === true;
    const memory = home === undefined ? "watched" : "cgroup";
    const parts = [
        cpu ? "cores are limited by the kernel" : "cores are not limited",
        memory === "cgroup" ? "memory is limited by the kernel" : "memory is watched every 2 s",
    ];
    const more =
        cpu && home !== undefined
            ? ""
            : " (for the kernel's limits give the agent's user a cgroup v2 with cpu and memory)";
    return { cpu, memory, note: `limits of workloads: ${parts.join(", ")}${more}` };
}

/** Limits of one process with its children. */
export interface Limits {
    /** Cores, such as 0.5. */
    readonly cpu?: number;
    /** MiB. */
    readonly memory?: number;
}

/** Cgroup holds one process with its children to its limits. */
export class Cgroup {
    private constructor(readonly path: string) {}

    /** Makes the group for `id`, or returns undefined where the machine does not have or permit it. */
    static make(dir: string, id: string, limits: Limits, root = "/sys/fs/cgroup"): Cgroup | undefined {
        const home = cgroupHome(root);
        if (home === undefined || (limits.cpu === undefined && limits.memory === undefined)) {
            return undefined;
        }
        const agent = join(home.path, `mvi-${createHash("sha256").update(dir).digest("hex").slice(0, 16)}`);
        mkdirSync(agent, { recursive: true });
        writeFileSync(join(agent, "cgroup.subtree_control"), home.cpu ? "+cpu +memory" : "+memory");
        const group = new Cgroup(join(agent, encodeURIComponent(id)));
        mkdirSync(group.path, { recursive: true });
        if (limits.cpu !== undefined && home.cpu) {
            writeFileSync(join(group.path, "cpu.max"), `${Math.max(1000, Math.round(limits.cpu * 100_000))} 100000`);
        }
        if (limits.memory !== undefined) {
            writeFileSync(join(group.path, "memory.max"), String(Math.round(limits.memory * 2 ** 20)));
            // One that is over is ended as a whole, as a container would be.
            writeFileSync(join(group.path, "memory.oom.group"), "1");
        }
        return group;
    }

    add(pid: number): void {
        writeFileSync(join(this.path, "cgroup.procs"), String(pid));
    }

    /** How often the kernel ended something in it for its memory. */
    oomKills(): number {
        const line = /^oom_kill (\d+)$/m.exec(read(join(this.path, "memory.events")) ?? "");
        return Number(line?.[1] ?? 0);
    }

    /** Ends all that is in it and removes it. */
    async remove(): Promise<void> {
        for (let attempt = 0; ; attempt++) {
            try {
                writeFileSync(join(this.path, "cgroup.kill"), "1");
                rmdirSync(this.path);
                return;
            } catch (error) {
                const code = (error as NodeJS.ErrnoException).code;
                if (code === "ENOENT") {
                    return;
                }
                // What was killed leaves the group a moment later.
                if (code !== "EBUSY" || attempt > 40) {
                    throw error;
                }
                await pause(50);
            }
        }
    }
}

/** The folder under which we may make groups: beside our own (a delegated session), or at the root. */
function cgroupHome(root: string): { path: string; cpu: boolean } | undefined {
    const own = /^0::(.*)$/m.exec(read("/proc/self/cgroup") ?? "")?.[1] ?? "/";
    for (const path of new Set([join(root, dirname(own)), root])) {
        const controls = (read(join(path, "cgroup.subtree_control")) ?? "").split(/\s+/);
        if (controls.includes("memory") && writable(path) && writable(join(path, "cgroup.procs"))) {
            return { path, cpu: controls.includes("cpu") };
        }
    }
    return undefined;
}

function writable(path: string): boolean {
    try {
        accessSync(path, constants.W_OK);
        return true;
    } catch {
        // Absent and not permitted are the same here: this place cannot be used.
        return false;
    }
}

function read(path: string): string | undefined {
    try {
        return readFileSync(path, "utf8");
    } catch {
        // Absent: this kernel has no cgroup v2, or not this controller.
        return undefined;
    }
}
