import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";

/** Writes a file so that it holds the old or the new text, whatever happens in between, a power cut included. */
export function writeDurably(path: string, text: string): void {
    const file = openSync(`${path}.new`, "w", 0o600);
    try {
        writeSync(file, text);
        fsyncSync(file);
    } finally {
        closeSync(file);
    }
    renameSync(`${path}.new`, path);
}
