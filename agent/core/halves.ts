/** What a kill -9 has left of files that were being written: see `writeAtomic` of ./files. */

import * as fs from "node:fs";
import * as path from "node:path";
import { ifAny } from "./files";

/** Removes them, for the agent as it starts: no other process writes in its folder. */
export function sweepHalves(folder: string): void {
    for (const file of [folder, ...DEEPER.map((each) => path.join(folder, each))].flatMap((each) => halvesIn(each))) {
        fs.rmSync(file, { force: true });
    }
}

/** `data/<kind>/<file>`. What lies below is mostly of others, who may give any name to what is theirs. */
const DEPTH = 3;

/** The agent's own that lie deeper. */
const DEEPER = ["data/mail/out/queue", "data/images/names"];

function halvesIn(folder: string, depth = DEPTH): string[] {
    const entries = ifAny(() => fs.readdirSync(folder, { withFileTypes: true })) ?? [];
    return entries.flatMap((entry) => {
        const inside = path.join(folder, entry.name);
        if (entry.isDirectory()) return depth > 1 ? halvesIn(inside, depth - 1) : [];
        return /[.]\d+[.]half$/.test(entry.name) ? [inside] : [];
    });
}
