/**
 * A look at the file of the tables, in a process of its own: LMDB has it in memory as it lies on the disk, so that one which is
 * damaged ends whoever reads it, without a word. `node probe <file>` reads all of it, for a few seconds at the most.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { open, type RootDatabaseOptionsWithPath } from "lmdb";
import { commandOf } from "../core/command";
import { Refusal } from "../kind";

/** How the file is opened, by whomever. */
export const optionsOf = (path: string): RootDatabaseOptionsWithPath => ({
    path,
    noSubdir: true,
    keyEncoding: "binary",
    encoding: "binary",
    // Larger pages make room for DynamoDB's longest keys, of 3 KiB.
    pageSize: 8192,
    // A write resolves after the flush and not before it.
    overlappingSync: false,
    // Else each batch has a promise that nobody gets: when the disk is full, it would end the agent.
    eventTurnBatching: false,
});

/** @throws {@link Refusal} when it cannot be read */
export function refuseUnreadable(path: string): void {
    const [node, ...rest] = commandOf(join(__dirname, "probe"));
    const { error, status, signal, stderr } = spawnSync(node, [...rest, path], { encoding: "utf8", timeout: LATEST });
    if (status === 0 || (error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") return; // a slow disk is no damage
    if (error) throw error;
    const said = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? `exit code ${status}`;
    const why = signal === null ? said : `${signal} at a look at it`;
    throw new Refusal(
        `${path} could not be read (${why}): put its backup there, or remove it, with the items of all tables`,
    );
}

/** How long it reads, in milliseconds: the agent waits for it. */
const PATIENCE = 2_000;
/** When it is ended, on a disk that takes so long for a page. */
const LATEST = 2 * PATIENCE;

if (require.main === module) {
    const began = Date.now();
    for (const _ of open({ ...optionsOf(process.argv[2]), readOnly: true }).getRange({})) {
        if (Date.now() - began > PATIENCE) break;
    }
    process.exit(0);
}
