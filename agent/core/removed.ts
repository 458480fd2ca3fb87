/** The end of an agent's folder, when its stack has nothing left; and of what is left when that was cut short. */

import * as fs from "node:fs";
import * as path from "node:path";
import { removeTree } from "../process/remove";
import { listIfAny } from "./files";
import { type Place } from "./place";
import { nameOf, runs } from "./processes";

/** Removes all that the agent kept. It is moved away first: a new agent of the same stack may start at any time. */
export function removeFolder(place: Place): void {
    const root = rootOf(place);
    const aside = fs.mkdtempSync(path.join(root, `${ASIDE}${nameOf(process.pid)}-`));
    fs.renameSync(place.folder, path.join(aside, "stack"));
    removeTree(aside);
    if (path.dirname(place.socket) !== place.folder) {
        fs.rmSync(path.dirname(place.socket), { recursive: true, force: true });
    }
    removeEmpty(place);
}

/** Removes what agents of this home have left that were killed in {@link removeFolder}; what others remove now is theirs. */
export function sweepRemoved(place: Place): void {
    const root = rootOf(place);
    for (const name of listIfAny(root).filter((each) => each.startsWith(ASIDE))) {
        const [pid, start] = name.slice(ASIDE.length).split("-");
        if (!runs(`${pid}-${start}`)) {
            removeTree(path.join(root, name));
        }
    }
    removeEmpty(place);
}

/** Is the agent whose process is `name` still at removing what it kept? */
export function removing(place: Place, name: string): boolean {
    return listIfAny(rootOf(place)).some((each) => each.startsWith(`${ASIDE}${name}-`));
}

const ASIDE = ".removed-";

const rootOf = ({ folder }: Place): string => path.dirname(path.dirname(folder));

/** Folders of projects go with their last stack, and the home with the last project. */
function removeEmpty(place: Place): void {
    for (const folder of [path.dirname(place.folder), rootOf(place)]) {
        try {
            fs.rmdirSync(folder);
        } catch {
            break; // another stack has its agent there, or it has gone
        }
    }
}
