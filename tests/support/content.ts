/** Looks into a folder in which servers write: they may take away at any time what was just there. */

import * as fs from "node:fs";
import * as path from "node:path";
import { ifAny } from "../../agent/core/files";

/** What a file holds: nothing, when it is gone. */
export function contentOf(file: string): Buffer {
    return ifAny(() => fs.readFileSync(file)) ?? Buffer.alloc(0);
}

/** All files below a folder. @throws when there is no such folder, in which nothing could be found */
export function filesIn(folder: string): string[] {
    return entriesIn(folder).flatMap(([file, found]) => (found.isFile() ? [file] : []));
}

/** All below a folder, with what it is; links are not followed. */
export function entriesIn(folder: string): (readonly [file: string, found: fs.Stats])[] {
    return fs.readdirSync(folder).flatMap((name) => {
        const file = path.join(folder, name);
        const found = ifAny(() => fs.lstatSync(file));
        if (!found) return [];
        return [[file, found] as const, ...((found.isDirectory() && ifAny(() => entriesIn(file))) || [])];
    });
}
