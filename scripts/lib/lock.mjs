/** A stack's lock, which a run leaves behind when it is ended from without: by a power cut, or for want of memory. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { capture, Failure, root } from "./io.mjs";

/**
 * Takes a stack's lock away if whoever took it was on this machine, and is no more. Another machine's lock stays, and so
 * does any in a backend of the user's own: Pulumi says whose it is.
 *
 * @param pulumi as `openPulumi` gives it
 * @param folder where the project keeps its state
 */
export async function freeStack(pulumi, stack, folder = root) {
    const holders = holdersOf(stack, folder);
    if (holders.length === 0) return;
    for (const holder of holders) if (!(await isGone(holder))) return;
    // By then another run may have begun, and `cancel` would take its lock too. Between these lines are some milliseconds.
    if (holdersOf(stack, folder).length !== holders.length) return;
    if ((await pulumi.capture(["cancel", "--yes", "--stack", stack])) === undefined)
        throw new Failure(`The lock of stack ${stack} cannot be taken away: \`pulumi cancel\` says why.`);
    const known = holders.find(Boolean);
    const which = known ? ` of ${new Date(known.timestamp).toLocaleString()} (process ${known.pid})` : "";
    console.log(`A run${which} was ended in the middle: going on.`);
}

/** Who holds it: Pulumi's file backend keeps a file for each. */
function holdersOf(stack, folder) {
    const locks = join(folder, ".pulumi", "locks");
    if (!existsSync(locks)) return [];
    return readdirSync(locks, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
        .filter((entry) => basename(entry.parentPath ?? entry.path) === stack)
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .map(holderIn);
}

/** Undefined of one that is not whole. The engine puts a lock in its place by a rename: only a power cut leaves such a one. */
function holderIn(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch (fault) {
        if (fault instanceof SyntaxError) return undefined;
        throw fault;
    }
}

/** After a restart of the machine another process may have its number: one that began later than the lock did. */
async function isGone(holder) {
    if (!holder) return true;
    const { hostname: host, pid, timestamp } = holder;
    if (host !== hostname()) return false;
    try {
        process.kill(pid, 0);
    } catch (fault) {
        return fault.code === "ESRCH";
    }
    const env = { ...process.env, LC_ALL: "C" };
    const began = Date.parse((await capture("ps", ["-o", "lstart=", "-p", `${pid}`], { env })) ?? "");
    // Its seconds are whole, and a clock may be set.
    return began > Date.parse(timestamp) + 5000;
}
