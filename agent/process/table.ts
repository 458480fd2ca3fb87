import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Row is one process of the machine, as the system shows it. */
export interface Row {
    readonly pid: number;
    readonly parent: number;
    /** Its process group, which a signal can reach as a whole. */
    readonly group: number;
    readonly session: number;
    /** Together with `pid` it names a process for ever: pids are used again, start times are not. */
    readonly startedAt: string;
    /** Ended, but not yet collected by its parent: no signal can do more to it. */
    readonly zombie: boolean;
    /** User and system time, with that of its children which have ended. */
    readonly cpuSeconds: number;
    readonly residentBytes: number;
}

/** All processes of this machine. One that ends while we look is left out. */
export function processes(): Row[] {
    return process.platform === "linux" ? fromProc() : fromPs();
}

/** One process, or undefined when there is none with this pid. */
export function processRow(pid: number): Row | undefined {
    return process.platform === "linux" ? procRow(pid) : fromPs(pid)[0];
}

/** The living processes of the group or session which `leader` began, whether it lives or not. */
export function groupOf(leader: number, rows: readonly Row[] = processes()): Row[] {
    return rows.filter((row) => (row.group === leader || row.session === leader) && !row.zombie);
}

/** The environment of a process as `NAME=value`; undefined where the system does not show it to us. */
export function environmentOf(pid: number): string[] | undefined {
    return readable(`/proc/${pid}/environ`)?.split("\0");
}

/** Changes with each boot, so that a record of an earlier boot is known to be void. */
export function bootId(): string {
    return readable("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

function fromProc(): Row[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => procRow(Number(name)) ?? []);
}

function procRow(pid: number): Row | undefined {
    const stat = readable(`/proc/${pid}/stat`);
    if (stat === undefined) {
        return undefined;
    }
    // The second field is the program's name in brackets, and may itself hold brackets and spaces.
    const field = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const number = (index: number) => Number(field[index]);
    return {
        pid,
        parent: number(1),
        group: number(2),
        session: number(3),
        startedAt: field[19] ?? "",
        zombie: field[0] === "Z" || field[0] === "X",
        // The kernel shows these in ticks of 1/100 s and in pages of 4 KiB on every platform that Node is built for, but
        // for pages on some arm64 systems, where `statm` would be off as well.
        cpuSeconds: (number(11) + number(12) + number(13) + number(14)) / 100,
        residentBytes: number(21) * 4096,
    };
}

function fromPs(pid?: number): Row[] {
    const which = pid === undefined ? ["-A"] : ["-p", String(pid)];
    let text: string;
    try {
        const columns = "pid=,ppid=,pgid=,sess=,state=,rss=,time=,lstart=";
        text = execFileSync("ps", [...which, "-o", columns], {
            encoding: "utf8",
            env: { ...process.env, LC_ALL: "C" },
        });
    } catch (error) {
        // `ps -p` ends with 1 when there is no such process; without pid it must not fail.
        if (pid !== undefined) {
            return [];
        }
        throw error;
    }
    return text.split("\n").flatMap((line) => {
        const [id, parent, group, session, state, rss, time, ...start] = line.trim().split(/\s+/);
        return start.length === 0
            ? []
            : [
                  {
                      pid: Number(id),
                      parent: Number(parent),
                      group: Number(group),
                      session: Number(session),
                      startedAt: start.join(" "),
                      zombie: (state ?? "").startsWith("Z"),
                      cpuSeconds: clock(time ?? "0"),
                      residentBytes: Number(rss) * 1024,
                  },
              ];
    });
}

/** Seconds of `[days-][hours:]minutes:seconds`. */
function clock(text: string): number {
    const [days, rest] = text.includes("-") ? text.split("-") : ["0", text];
    return Number(days) * 86400 + (rest ?? "0").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function readable(path: string): string | undefined {
    try {
        return readFileSync(path, "utf8");
    } catch {
        // It has ended since, or is another user's: both mean that it is not ours to look at.
        return undefined;
    }
}
