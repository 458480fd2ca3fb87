/** What has passed, and with which files: the same again would say the same. */
import { createHash } from "node:crypto";
import { lstat, mkdir, readFile, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { capture, root } from "./io.mjs";

const fileIn = (folder) => join(folder, "node_modules/.cache/pulumi-mvi/passed.json");

/**
 * Names everything that a part's outcome is of: each file of the project that git tracks or would, this Node.js, this
 * system, and what the environment says to us. Undefined where there is no git to ask.
 */
export async function nameOfAll(folder = root, env = process.env) {
    const listed = await capture("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
        cwd: folder,
    });
    if (listed === undefined) return undefined;
    const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}\0`);
    const ours = Object.entries(env).filter(([name]) => /^(MVI|PULUMI)_/.test(name));
    hash.update(JSON.stringify(ours.sort()));
    for (const name of [...new Set(listed.split("\0"))].filter(Boolean).sort()) {
        hash.update(`${name}\0`).update(await contentOf(join(folder, name)));
    }
    return hash.digest("hex");
}

/** Git lists files that are deleted, links, and the folders of other repositories too. */
async function contentOf(path) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) return readlink(path);
    return found?.isFile() ? readFile(path) : "-";
}

/** When a part passed with just these files, and how many of its checks; undefined if it did not. */
export async function passedBefore(part, name, folder = root) {
    const record = (await read(folder))[part];
    return name !== undefined && record?.name === name ? record : undefined;
}

/** Remembers that a part passed. */
export async function remember(part, name, passed, folder = root) {
    if (name === undefined) return;
    const all = { ...(await read(folder)), [part]: { name, passed, at: new Date().toISOString() } };
    await mkdir(dirname(fileIn(folder)), { recursive: true });
    await writeFile(fileIn(folder), JSON.stringify(all));
}

async function read(folder) {
    try {
        return JSON.parse(await readFile(fileIn(folder), "utf8"));
    } catch {
        return {}; // nothing has passed yet
    }
}
