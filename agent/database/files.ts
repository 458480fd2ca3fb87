import { execFile } from "node:child_process";
import { chmodSync, closeSync, fsyncSync, lchownSync, openSync, renameSync, writeFileSync } from "node:fs";
import { constants } from "node:fs";
import { copyFile, mkdir, readdir, symlink, readlink, rm, lchown } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Account } from "../process/account";

/** Writes a file whole, so that a power cut leaves the old one or the new one. */
export function writeDurably(path: string, text: string, account?: Account): void {
    const fresh = `${path}.new`;
    const file = openSync(fresh, "w", 0o600);
    try {
        writeFileSync(file, text); // all of it: one write may take a part only, as on a disk that gets full
        fsyncSync(file);
    } finally {
        closeSync(file);
    }
    own(fresh, account);
    renameSync(fresh, path);
    syncFolder(dirname(path));
}

/** Makes a rename in `folder` outlive a power cut. */
export function syncFolder(folder: string): void {
    const handle = openSync(folder, "r");
    fsyncSync(handle);
    closeSync(handle);
}

export function own(path: string, account?: Account): void {
    if (account !== undefined) {
        lchownSync(path, account.uid >>> 0, account.gid >>> 0);
    }
}

/** Gives a folder with all that is in it to `account`. */
export async function ownTree(path: string, account?: Account): Promise<void> {
    if (account !== undefined) {
        for (const entry of await readdir(path, { recursive: true })) {
            own(join(path, entry), account);
        }
        own(path, account);
    }
}

/** A new folder which is `account`'s only. */
export async function newFolder(path: string, account?: Account): Promise<void> {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    own(path, account);
}

/**
 * Copies a folder, sharing the blocks where the file system can. Files that vanish meanwhile are left out, as are those
 * for which `skip` says so, given their path below `from`.
 */
export async function copyTree(
    from: string,
    to: string,
    options: { account?: Account; skip?: (path: string) => boolean } = {},
    below = "",
): Promise<void> {
    await mkdir(join(to, below), { recursive: true, mode: 0o700 });
    own(join(to, below), options.account);
    for (const entry of await readdir(join(from, below), { withFileTypes: true })) {
        const path = join(below, entry.name);
        if (options.skip?.(path) === true) {
            continue;
        }
        if (entry.isDirectory()) {
            await copyTree(from, to, options, path);
            continue;
        }
        try {
            if (entry.isSymbolicLink()) {
                await symlink(await readlink(join(from, path)), join(to, path));
            } else {
                await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
            }
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") {
                continue;
            }
            throw error;
        }
        if (options.account !== undefined) {
            await lchown(join(to, path), options.account.uid, options.account.gid);
        }
    }
}

/** Waits until all that was written to the file system of `folder` is on the disk. */
export async function syncDisk(folder: string): Promise<void> {
    const sync = promisify(execFile);
    // One call for a thousand files. macOS has it for all disks only.
    await (process.platform === "linux" ? sync("sync", ["-f", folder]) : sync("sync"));
}
