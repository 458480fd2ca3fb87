import * as fs from "node:fs";

/** What a file holds that a server may take away at any time: nothing, when it is gone. */
export function contentOf(file: string): Buffer {
    try {
        return fs.readFileSync(file);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        return Buffer.alloc(0);
    }
}
