/** Removal of what may be large: the disk can take seconds for it, and whoever removes is a balancer as well. */

import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { chmod, readdir, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Host } from "../kind";

/**
 * Removes a folder with all in it, also where the right to write was taken from its folders. It is gone when this returns;
 * its files follow one after the other, beside all else. Resolves when there is nothing left. Does not reject: what could
 * not be removed is reported, and removed by {@link sweepDiscarded}.
 *
 * @throws when it cannot be set aside
 */
export function discard(host: Pick<Host, "report">, folder: string): Promise<void> {
    if (!existsSync(folder)) {
        return Promise.resolve();
    }
    const aside = join(dirname(folder), `${GONE}${randomBytes(6).toString("hex")}`);
    renameSync(folder, aside);
    return removeInTurn(aside)
        .catch(unlessGone) // a sweep took it over
        .catch((error: Error) => host.report(`${aside} could not be removed: ${error.message}`));
}

/** Removes what was discarded in `folder` by one that was killed meanwhile. Does not reject, as {@link discard}. */
export function sweepDiscarded(host: Pick<Host, "report">, folder: string): Promise<void> {
    const left = readdirSync(folder).filter((name) => name.startsWith(GONE));
    return left.reduce((before, name) => before.then(() => discard(host, join(folder, name))), Promise.resolve());
}

const GONE = ".gone-";

/** One call at a time: a thousand at once would leave none of Node's few threads to others. */
async function removeInTurn(folder: string): Promise<void> {
    if (process.getuid?.() !== 0) {
        await chmod(folder, 0o700);
    }
    for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        await (entry.isDirectory() ? removeInTurn(path) : unlink(path)).catch(unlessGone);
    }
    await rmdir(folder).catch(unlessGone);
}

function unlessGone(error: NodeJS.ErrnoException): void {
    if (error.code !== "ENOENT") {
        throw error;
    }
}
