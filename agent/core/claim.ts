/** One process only: of two that start at once, one gets the claim. */

import { setTimeout as sleep } from "node:timers/promises";
import * as fs from "node:fs";
import * as path from "node:path";
import { listIfAny, makeFolder } from "./files";
import { nameOf, runs } from "./processes";

/**
 * Claims `role` in `folder` for this process, for as long as it lives. Each claimant first shows its own file, whose name is
 * the process itself, and then looks for others that live: at least one of two sees the other, so never do both win, and
 * what a kill -9 leaves behind names a process which is no more.
 *
 * @returns whether it got it
 */
export async function claim(folder: string, role: string): Promise<boolean> {
    const own = `${role}.${nameOf(process.pid)}`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        makeFolder(claims(folder));
        fs.writeFileSync(path.join(claims(folder), own), "", { mode: 0o600 });
        if (holders(folder, role).every((name) => `${role}.${name}` === own)) {
            return true;
        }
        fs.rmSync(path.join(claims(folder), own), { force: true });
        await sleep(Math.random() * 50 * (attempt + 1)); // two that saw each other: try again, not at once both
    }
    return false;
}

/** Whether this process has the claim still: it loses it when somebody removes the folder. */
export function holds(folder: string, role: string): boolean {
    return fs.existsSync(path.join(claims(folder), `${role}.${nameOf(process.pid)}`));
}

/** Gives the claim back. */
export function unclaim(folder: string, role: string): void {
    fs.rmSync(path.join(claims(folder), `${role}.${nameOf(process.pid)}`), { force: true });
}

/** The pid of the process that holds `role`, if it lives. */
export function holder(folder: string, role: string): number | undefined {
    const [name] = holders(folder, role);
    return name === undefined ? undefined : Number(name.split("-")[0]);
}

const ATTEMPTS = 4;

const claims = (folder: string): string => path.join(folder, "claims");

function holders(folder: string, role: string): string[] {
    const names = listIfAny(claims(folder)).filter((name) => name.startsWith(`${role}.`));
    const living: string[] = [];
    for (const name of names) {
        const who = name.slice(role.length + 1);
        if (runs(who)) {
            living.push(who);
        } else {
            fs.rmSync(path.join(claims(folder), name), { force: true });
        }
    }
    return living;
}
