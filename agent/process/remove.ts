import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Removes a folder with all in it, also where the right to write was taken from its folders. */
export function removeTree(folder: string): void {
    if (existsSync(folder)) {
        giveWrite(folder);
        rmSync(folder, { recursive: true, force: true });
    }
}

/** Only a folder's own right to write matters for a removal; it must be given before the folder is entered. */
function giveWrite(folder: string): void {
    if (process.getuid?.() === 0) {
        return;
    }
    chmodSync(folder, 0o700);
    for (const entry of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory())) {
        giveWrite(join(folder, entry.name));
    }
}
