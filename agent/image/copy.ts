import {
    chmodSync,
    copyFileSync,
    constants,
    existsSync,
    lstatSync,
    mkdirSync,
    readlinkSync,
    realpathSync,
    rmSync,
    symlinkSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import { basename, dirname, join, posix, relative, resolve, sep } from "node:path";
import { Refusal } from "../kind";
import { type Entry } from "./context";

/** Tree is where COPY takes from: a context, or another stage. */
export interface Tree {
    readonly root: string;
    readonly entries: readonly Entry[];
}

/**
 * Copies `sources` (with Docker's globs) into the image root at `to`, by Docker's rules: of a folder its content; into a
 * folder if `to` ends with `/`, is one, or there are several.
 *
 * @param workdir - What a relative `to` is relative to.
 * @throws {@link Refusal} when a source is not there, or a path leads out.
 */
export async function copyInto(
    tree: Tree,
    sources: readonly string[],
    root: string,
    workdir: string,
    to: string,
    mode?: number,
): Promise<void> {
    const target = inside(root, posix.resolve(workdir, to));
    const found = sources.flatMap((source) => matches(tree, source));
    const intoFolder = to.endsWith("/") || found.length > 1 || /(^|\/)\.{1,2}$/.test(to) || isFolder(target);
    const rest = breather();
    for (const entry of found) {
        await rest();
        if (entry.type === "folder") {
            mkdirSync(target, { recursive: true });
            const prefix = entry.path === "" ? "" : `${entry.path}/`;
            for (const each of tree.entries.filter((one) => one.path.startsWith(prefix) && one.path !== entry.path)) {
                copyEntry(tree, each, inside(root, join(target, each.path.slice(prefix.length)), true), mode);
                await rest();
            }
        } else {
            copyEntry(tree, entry, intoFolder ? inside(root, join(target, basename(entry.path)), true) : target, mode);
        }
    }
}

/** Lets the agent do its other work, such as to answer requests, after each 20 ms of ours. */
export function breather(): () => Promise<void> {
    let since = Date.now();
    return async () => {
        if (Date.now() - since > 20) {
            await setImmediate();
            since = Date.now();
        }
    };
}

/** The path on this machine of a path of the image. @throws {@link Refusal} when a link leads out of the image. */
export function inside(root: string, path: string, isHostPath = false): string {
    const full = isHostPath ? path : join(root, posix.resolve("/", path));
    let existing = full;
    while (lstatSync(existing, { throwIfNoEntry: false }) === undefined && existing !== root) {
        existing = dirname(existing);
    }
    // A dangling link has no real path: what it points to is looked at instead.
    const real = existsSync(existing) ? realpathSync(existing) : resolve(dirname(existing), readlinkSync(existing));
    const from = relative(realpathSync(root), real);
    if (from === ".." || from.startsWith(`..${sep}`)) {
        throw new Refusal(`the path ${path} leads out of the image, by a link`);
    }
    return full;
}

/** The entries that a source of COPY means. @throws {@link Refusal} when there is none, or it leads out. */
export function matches(tree: Tree, source: string): Entry[] {
    const clean = posix.normalize(source).replace(/^\/+|\/+$/g, "");
    if (clean === "." || clean === "") {
        return [{ path: "", type: "folder", executable: false, size: 0 }];
    }
    if (clean === ".." || clean.startsWith("../")) {
        throw new Refusal(`${source} is outside of the build context`);
    }
    const pattern = glob(clean);
    const found = tree.entries.filter((entry) => pattern.test(entry.path));
    if (found.length === 0) {
        const top = tree.entries.filter((entry) => !entry.path.includes("/")).map((entry) => entry.path);
        throw new Refusal(
            `there is no ${source} to copy (or .dockerignore leaves it out); there is: ${top.slice(0, 20).join(", ") || "nothing"}`,
        );
    }
    return found;
}

/** Go's filepath.Match, which Docker uses: `*` and `?` do not cross a `/`. */
function glob(pattern: string): RegExp {
    const source = pattern.replace(/\\(.)|\[\^?[^\]]+\]|[*?]|[.+^${}()|\]]/g, (part, escaped?: string) => {
        if (escaped !== undefined) {
            return escaped.replace(/\W/g, "\\$&");
        }
        return part === "*" ? "[^/]*" : part === "?" ? "[^/]" : part.length > 1 ? part : `\\${part}`;
    });
    return new RegExp(`^${source}$`);
}

function copyEntry(tree: Tree, entry: Entry, to: string, mode?: number): void {
    if (entry.type === "folder") {
        mkdirSync(to, { recursive: true });
        return;
    }
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { force: true });
    if (entry.target !== undefined) {
        symlinkSync(entry.target, to);
        return;
    }
    copyFileSync(join(tree.root, entry.path), to, constants.COPYFILE_FICLONE);
    chmodSync(to, ((mode ?? (entry.executable ? 0o755 : 0o644)) & 0o755) | 0o644);
}

function isFolder(path: string): boolean {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
