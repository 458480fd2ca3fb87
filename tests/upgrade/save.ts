/**
 * Saves what this commit makes of the guestbook as a state that later commits must be able to take over:
 *
 *     npx tsx tests/upgrade/save.ts
 *
 * Do it at each release, and when something changes that is kept. It deploys the guestbook on this machine, in a temp
 * folder and with a passphrase that is no secret, saves, and takes it away again.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { guestbook } from "../../stacks/guestbook";
import { live } from "../local/live/support";
import { kept, nextState, type Places, root, write } from "./saved";

async function main(): Promise<void> {
    const stack = await live(async () => guestbook());
    try {
        await stack.up();
        const target = nextState();
        const places: Places = { "<home>": stack.home.root, "<root>": root };
        write(path.join(target, "stack.json"), `${JSON.stringify(await stack.stack.exportStack(), null, 4)}\n`, places);
        for (const name of kept)
            copy(path.join(stack.agent.place.folder, name), path.join(target, "agent", name), places);
        await stack.stack.destroy();
        console.log(`saved in ${path.relative(root, target)}`);
    } finally {
        await stack.close();
    }
}

function copy(from: string, to: string, places: Places): void {
    if (!fs.existsSync(from)) return;
    if (fs.statSync(from).isDirectory())
        for (const name of fs.readdirSync(from)) copy(path.join(from, name), path.join(to, name), places);
    else if (/\.json$|format$/.test(from)) write(to, fs.readFileSync(from, "utf8"), places);
    else fs.cpSync(from, to);
}

void main();
