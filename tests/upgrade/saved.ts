// Saved states: what an earlier commit of this project left of the guestbook, in the engine and, on local, in its agent.
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";

export const root = path.resolve(__dirname, "../..");
const folder = path.join(root, "tests/saved/states");

export type Where = "local" | "aws" | "gcp";

/** Saved is what one commit left on one cloud. */
export interface Saved {
    /** Day and commit. */
    readonly name: string;
    readonly commit: string;
    readonly folder: string;
}

/** All that is saved of a cloud, the oldest first. */
export function savedOn(where: Where): Saved[] {
    const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
    return names.map((name) => savedBy(name, where)).filter((one) => fs.existsSync(one.folder));
}

/** Where a state of this commit, or of an earlier one, is saved. */
export function toBeSaved(where: Where, commit = "HEAD"): Saved {
    const of = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
    const day = of("show", "-s", "--format=%cs", commit);
    return savedBy(`${day}-${of("rev-parse", "--short=9", commit)}`, where);
}

const savedBy = (name: string, where: Where): Saved => ({
    name,
    commit: name.split("-").pop()!,
    folder: path.join(folder, name, where),
});

/** A clone without history has no earlier version to run. */
export const hasHistory = (commit: string): boolean =>
    spawnSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: root }).status === 0;

/** Puts the project as it was into a folder. */
export function treeOf(commit: string, into: string): void {
    const archive = `${into}.tar`;
    execFileSync("git", ["archive", "-o", archive, commit], { cwd: root });
    execFileSync("tar", ["-xf", archive, "-C", into]);
    fs.rmSync(archive);
}

/** Places of the machine that saved it, which are others on each: in the files they have these names. */
export type Places = Readonly<Record<`<${string}>`, string>>;

export const write = (file: string, text: string, places: Places): void => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const named = Object.entries(places).reduce((all, [name, place]) => all.replaceAll(place, name), text);
    fs.writeFileSync(file, named);
};
export const read = (file: string, places: Places): string =>
    Object.entries(places).reduce((all, [name, place]) => all.replaceAll(name, place), fs.readFileSync(file, "utf8"));

export const deploymentIn = (file: string, places: Places): Deployment => JSON.parse(read(file, places)) as Deployment;

/** Is it people's? A provider is none of theirs: each checkout of the package has one of its own. */
export const isOwn = (urn: string | undefined): urn is string =>
    urn !== undefined && !urn.includes("::pulumi:providers:");

/** The URNs of what is people's in a state. */
export function urnsOf({ deployment }: Deployment): string[] {
    const { resources } = deployment as { resources: { urn: string }[] };
    return resources.map(({ urn }) => urn).filter(isOwn);
}
