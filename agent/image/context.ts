import ignore from "@balena/dockerignore";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Refusal } from "../kind";

/** The most that a context may hold, in bytes: more is a mistake such as a database's files. */
export const mostBytes = 512 * 2 ** 20;

/** Entry is one file, folder or link below a root. */
export interface Entry {
    /** With `/`, relative to the root. */
    readonly path: string;
    readonly type: "file" | "folder" | "link";
    readonly executable: boolean;
    readonly size: number;
    /** Where a link points to, as written in it. */
    readonly target?: string;
}

/** What an image is made of. */
export interface ContextInputs {
    /** Absolute. */
    readonly context: string;
    /** Absolute, or unset: `Dockerfile` in the context, if it is there. */
    readonly dockerfile?: string;
    readonly target?: string;
    readonly args: Readonly<Record<string, string>>;
}

/**
 * Names the content of an image: `sha256:…` over the context's sorted paths, exec bits, contents and links (without what
 * `.dockerignore` leaves out), the Dockerfile, the target and the build arguments.
 *
 * @throws {@link Refusal} for a link out of the context, and for a context over {@link mostBytes}.
 */
export async function digestOfContext(inputs: ContextInputs): Promise<string> {
    const hash = createHash("sha256");
    const dockerfile = dockerfileOf(inputs);
    const add = (...parts: string[]) => hash.update(`${JSON.stringify(parts)}\n`);
    add("dockerfile", dockerfile === undefined ? "" : await contentDigest(dockerfile));
    add("target", inputs.target ?? "");
    add("args", ...Object.entries(inputs.args).sort(byName).flat());
    for (const entry of listContext(inputs)) {
        const content =
            entry.type === "file" ? await contentDigest(join(inputs.context, entry.path)) : (entry.target ?? "");
        add(entry.type, entry.path, entry.executable ? "x" : "", content);
    }
    return `sha256:${hash.digest("hex")}`;
}

/** The Dockerfile that is meant: undefined where there is none, and none was named. */
export function dockerfileOf(inputs: ContextInputs): string | undefined {
    const path = inputs.dockerfile ?? join(inputs.context, "Dockerfile");
    const there = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!there && inputs.dockerfile !== undefined) {
        throw new Refusal(`there is no Dockerfile at ${path}`);
    }
    return there ? path : undefined;
}

/** What the context holds, sorted, without what is ignored. */
export function listContext(inputs: ContextInputs): Entry[] {
    const rules = ignoreRules(inputs);
    const filter = ignore().add(rules);
    // With an exception (`!path`) a folder that is left out may hold something that is not.
    const exceptions = rules.some((rule) => rule.startsWith("!"));
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entry of walk(inputs.context, (path) => !exceptions && filter.ignores(path))) {
        if (filter.ignores(entry.path)) {
            continue;
        }
        checkLink(inputs.context, entry);
        bytes += entry.size;
        if (bytes > mostBytes) {
            throw new Refusal(
                `context ${inputs.context} holds more than ${mostBytes / 2 ** 20} MiB: leave out what the app does not need with a .dockerignore`,
            );
        }
        entries.push(entry);
    }
    return entries;
}

/** All below `root`, sorted by path; sockets and devices are left out. */
export function walk(root: string, skip: (path: string) => boolean = () => false): Entry[] {
    const entries: Entry[] = [];
    const visit = (folder: string) => {
        for (const name of readdirSync(join(root, folder)).sort()) {
            const path = folder === "" ? name : `${folder}/${name}`;
            const stat = lstatSync(join(root, path));
            const executable = stat.isFile() && (stat.mode & 0o100) !== 0;
            if (skip(path)) {
                continue;
            }
            if (stat.isDirectory()) {
                entries.push({ path, type: "folder", executable, size: 0 });
                visit(path);
            } else if (stat.isSymbolicLink()) {
                entries.push({ path, type: "link", executable, size: 0, target: readlinkSync(join(root, path)) });
            } else if (stat.isFile()) {
                entries.push({ path, type: "file", executable, size: stat.size });
            }
        }
    };
    visit("");
    return entries.sort((one, two) => (one.path < two.path ? -1 : 1));
}

function checkLink(context: string, entry: Entry): void {
    if (entry.target === undefined) {
        return;
    }
    const to = relative(context, resolve(context, dirname(entry.path), entry.target));
    if (isAbsolute(entry.target) || to === ".." || to.startsWith(`..${sep}`)) {
        throw new Refusal(
            `context ${context}: the link ${entry.path} points out of it, to ${entry.target}: replace it with what it points to, or leave it out with a .dockerignore`,
        );
    }
}

function ignoreRules(inputs: ContextInputs): string[] {
    const beside = inputs.dockerfile === undefined ? [] : [`${inputs.dockerfile}.dockerignore`];
    const places = [...beside, join(inputs.context, "Dockerfile.dockerignore"), join(inputs.context, ".dockerignore")];
    const place = places.find(
        (path) =>
            lstatSync(path, { throwIfNoEntry: false }) !== undefined &&
            (basename(path) === ".dockerignore" || inputs.dockerfile === undefined || path === beside[0]),
    );
    return place === undefined
        ? []
        : readFileSync(place, "utf8")
              .split(/\r?\n/)
              .filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

async function contentDigest(path: string): Promise<string> {
    return createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
}

function byName([one]: [string, string], [two]: [string, string]): number {
    return one < two ? -1 : 1;
}
