import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bootId, environmentOf, groupOf, processes, processRow, type Row } from "./table";

/** Record is what the disk keeps of a running process, for an agent that comes after a kill -9. */
interface ProcessRecord {
    readonly id: string;
    readonly pid: number;
    readonly startedAt: string;
    readonly boot: string;
}

/** The variable that every process of ours carries, and its children inherit: by it they are found without a record. */
export const markName = "MVI_SUPERVISED";

/** The value of {@link markName} for the process `id` of the agent whose records are in `dir`. */
export function mark(dir: string, id: string): string {
    return `${agentMark(dir)}:${id}`;
}

/** Keeps that `pid` runs as `id`. */
export function keepRecord(dir: string, id: string, pid: number): void {
    const record: ProcessRecord = { id, pid, startedAt: processRow(pid)?.startedAt ?? "", boot: bootId() };
    const path = recordPath(dir, id);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // No fsync: a power cut ends the process as well as the record.
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${path}.new`, path);
}

export function dropRecord(dir: string, id: string): void {
    rmSync(recordPath(dir, id), { force: true });
}

/**
 * Ends every process that an earlier agent on this folder has left, with all its children: to be called before anything
 * is started. Returns the ids of what was found running.
 *
 * @param graceSeconds - Time between SIGTERM and SIGKILL. @default 2
 */
export async function reapLeftovers(dir: string, graceSeconds = 2): Promise<string[]> {
    const found = new Set<string>();
    const deadline = performance.now() + graceSeconds * 1000;
    const records = readRecords(dir);
    let asked = false;
    for (;;) {
        const left = leftovers(dir, records);
        if (left.length === 0) {
            break;
        }
        left.forEach(({ id }) => found.add(id));
        if (!asked || performance.now() > deadline) {
            left.forEach(({ row }) => signalProcess(row.pid, asked ? "SIGKILL" : "SIGTERM"));
            asked = true;
        }
        await pause(50);
    }
    for (const name of readNames(dir)) {
        rmSync(join(dir, name), { force: true });
    }
    return [...found];
}

/** Ends what carries the mark of `id` and still lives, such as a grandchild that began a session of its own. */
export function killMarked(dir: string, id: string, signal: NodeJS.Signals): number {
    const ours = marked(processes(), mark(dir, id), true);
    ours.forEach((row) => signalProcess(row.pid, signal));
    return ours.length;
}

/** Sends a signal to one process (or, with a negative number, to a group). False if it is there no more. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
    try {
        process.kill(pid, signal);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ESRCH") {
            return false;
        }
        // macOS says EPERM for a group in which only zombies are left.
        if ((error as NodeJS.ErrnoException).code === "EPERM" && process.platform === "darwin") {
            return false;
        }
        throw error;
    }
}

function leftovers(dir: string, records: readonly ProcessRecord[]): { id: string; row: Row }[] {
    const rows = processes();
    const found = new Map<number, { id: string; row: Row }>();
    for (const record of records) {
        const leader = rows.find((row) => row.pid === record.pid);
        // With another start time the pid was given to a stranger; without a leader only the mark can tell.
        if (leader !== undefined && leader.startedAt === record.startedAt && record.boot === bootId()) {
            groupOf(record.pid, rows).forEach((row) => found.set(row.pid, { id: record.id, row }));
        }
    }
    for (const row of marked(rows, agentMark(dir), false)) {
        found.set(row.pid, { id: found.get(row.pid)?.id ?? markOf(row.pid) ?? "", row });
    }
    ancestors(rows).forEach((pid) => found.delete(pid));
    return [...found.values()];
}

function marked(rows: readonly Row[], value: string, whole: boolean): Row[] {
    const line = `${markName}=${value}`;
    return rows.filter(
        (row) =>
            row.pid !== process.pid &&
            !row.zombie &&
            environmentOf(row.pid)?.some((entry) => entry === line || (!whole && entry.startsWith(`${line}:`))) ===
                true,
    );
}

function markOf(pid: number): string | undefined {
    const entry = environmentOf(pid)?.find((each) => each.startsWith(`${markName}=`));
    return entry?.slice(entry.indexOf(":") + 1);
}

/** Ourselves and all above: a stack may be brought up from within a workload of another. */
function ancestors(rows: readonly Row[]): Set<number> {
    const above = new Set<number>();
    for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0 && !above.has(pid);) {
        above.add(pid);
        pid = rows.find((row) => row.pid === pid)?.parent;
    }
    return above;
}

function agentMark(dir: string): string {
    return createHash("sha256").update(dir).digest("hex").slice(0, 16);
}

function recordPath(dir: string, id: string): string {
    return join(dir, `${encodeURIComponent(id)}.json`);
}

function readNames(dir: string): string[] {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return readdirSync(dir).filter((name) => name.endsWith(".json") || name.endsWith(".json.new"));
}

function readRecords(dir: string): ProcessRecord[] {
    return readNames(dir)
        .filter((name) => name.endsWith(".json"))
        .flatMap((name) => {
            try {
                return [JSON.parse(readFileSync(join(dir, name), "utf8")) as ProcessRecord];
            } catch {
                return []; // half of it after a power cut, which ended the process too; else it is found by its mark
            }
        });
}
