/** Folders for what is needed for a moment only. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { nameOf, runs } from "./processes";

/** A new folder of this process among the system's temporary ones. Those of processes that were killed are removed. */
export function makeScratch(purpose: string): string {
    const prefix = `mvi-${purpose}-`;
    for (const name of fs.readdirSync(os.tmpdir()).filter((each) => each.startsWith(prefix))) {
        const owner = OWNER.exec(name.slice(prefix.length))?.[1];
        if (owner !== undefined && !runs(owner)) {
            removeIfOurs(path.join(os.tmpdir(), name));
        }
    }
    return fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}${nameOf(process.pid)}-`));
}

/** As `nameOf` of ./processes says it. */
const OWNER = /^(\d+-[0-9a-f]{16})-/;

function removeIfOurs(folder: string): void {
    try {
        fs.rmSync(folder, { recursive: true, force: true });
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (!["EPERM", "EACCES", "ENOENT", "ENOTEMPTY"].includes(code ?? "")) throw error; // another user's, or another is at it
    }
}
