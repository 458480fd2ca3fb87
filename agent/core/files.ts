/** Files that survive kill -9: what was written is there whole, or not at all. */

import * as fs from "node:fs";
import * as path from "node:path";
import { Refusal } from "../kind";

/** Writes `text` to `file`, the owner's only, so that a reader finds the old text or the new one, never half of it. */
export function writeAtomic(file: string, text: string): void {
    const half = `${file}.${process.pid}.half`;
    try {
        const descriptor = fs.openSync(half, "w", 0o600);
        try {
            fs.writeFileSync(descriptor, text); // all of it: one write may take a part only, as on a disk that gets full
            fs.fsyncSync(descriptor);
        } finally {
            fs.closeSync(descriptor);
        }
        fs.renameSync(half, file);
    } catch (error) {
        fs.rmSync(half, { force: true });
        throw error;
    }
    syncFolder(path.dirname(file));
}

/** The text of `file`, or undefined when there is none. */
export function readIfAny(file: string): string | undefined {
    return ifAny(() => fs.readFileSync(file, "utf8"));
}

/**
 * What `read` makes of the text of `file`. One that cannot be read is put aside as `<file>.broken`, and reported: it is then as
 * if there were none.
 */
export function readOrPutAside<T>(
    file: string,
    read: (text: string) => T,
    report: (line: string) => void,
): T | undefined {
    const text = readIfAny(file);
    try {
        return text === undefined ? undefined : read(text);
    } catch (error) {
        putAside(file, error, report);
        return undefined;
    }
}

/**
 * What `read` makes of the text of `file`, of what can neither be guessed nor made anew.
 *
 * @param todo - what to do when it cannot be read
 * @throws {@link Refusal} when it cannot be read
 */
export function readOrRefuse<T>(file: string, read: (text: string) => T, todo = "put its backup there"): T | undefined {
    const text = readIfAny(file);
    try {
        return text === undefined ? undefined : read(text);
    } catch (error) {
        throw new Refusal(`${file} could not be read (${printable((error as Error).message)}): ${todo}`);
    }
}

/** Puts aside, as `<file>.broken`, what `error` says could not be read. */
export function putAside(file: string, error: unknown, report: (line: string) => void): void {
    report(`${file} could not be read, and is put aside: ${printable((error as Error).message)}`);
    fs.renameSync(file, asideOf(file));
}

/** Where it is then. */
export const asideOf = (file: string): string => `${file}.broken`;

/** Removes `file`, and what was put aside of it. */
export function removeState(file: string): void {
    fs.rmSync(file, { force: true });
    fs.rmSync(asideOf(file), { force: true });
}

/** A message may quote what it could not read: a line of a log has no zeros in it. */
const printable = (message: string): string =>
    // eslint-disable-next-line no-control-regex -- these are what it is about
    message.replace(/[\x00-\x1f\x7f]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** The names in `folder`, or none when there is no such folder. */
export function listIfAny(folder: string): string[] {
    return ifAny(() => fs.readdirSync(folder)) ?? [];
}

/** A folder for the owner only. */
export function makeFolder(folder: string): string {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
}

/** Runs `use`, and answers undefined when the file or folder is not there. */
export function ifAny<T>(use: () => T): T | undefined {
    try {
        return use();
    } catch (error) {
        if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) {
            return undefined;
        }
        throw error;
    }
}

/** Whether there was no room on the disk, or none for this user. */
export function isFull(error: unknown): boolean {
    return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}

/** A rename is on the disk only when its folder is. */
function syncFolder(folder: string): void {
    if (process.platform === "win32") {
        return; // Windows cannot open a folder
    }
    const descriptor = fs.openSync(folder, "r");
    try {
        fs.fsyncSync(descriptor);
    } finally {
        fs.closeSync(descriptor);
    }
}
