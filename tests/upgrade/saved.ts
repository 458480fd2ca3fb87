// Saved states: what an earlier commit of this project left of the guestbook, in the engine and in its agent.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";

export const root = path.resolve(__dirname, "../..");
export const folder = path.join(root, "tests/saved/states");

/** All saved states, the oldest first; each is a folder named by day and commit. */
export function savedStates(): string[] {
    return fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
}

/** What may be kept of an agent: its data are too large for that, and need no upgrade but PostgreSQL's own. */
export const kept = ["records", "vault.key", "identities.json", "format"];

/** Places of the machine that saved it, which are others on each: in the files they have these names. */
export interface Places {
    /** The project's folder. */
    readonly "<root>": string;
    /** The temp folder of the stack. */
    readonly "<home>": string;
}

export const write = (file: string, text: string, places: Places): void => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const named = Object.entries(places).reduce((all, [name, place]) => all.replaceAll(place, name), text);
    fs.writeFileSync(file, named);
};
export const read = (file: string, places: Places): string =>
    Object.entries(places).reduce((all, [name, place]) => all.replaceAll(name, place), fs.readFileSync(file, "utf8"));

export const stateOf = (name: string, places: Places): Deployment =>
    JSON.parse(read(path.join(folder, name, "stack.json"), places)) as Deployment;

/** The folder that the next state is saved in. */
export function nextState(): string {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
    return path.join(folder, `${new Date().toISOString().slice(0, 10)}-${git("rev-parse", "--short=9", "HEAD")}`);
}
