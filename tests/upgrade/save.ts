/**
 * Saves what this commit makes of the guestbook as a state that later commits must be able to take over:
 *
 *     npx tsx tests/upgrade/save.ts             on this machine, AWS and GCP
 *     npx tsx tests/upgrade/save.ts <commit>    what an earlier commit makes on AWS and GCP
 *
 * Do it at each release, and when something changes that is kept. It deploys the guestbook on this machine, in a temp
 * folder and with a passphrase that is no secret, saves, and takes it away again. On the clouds nothing is made: the
 * engine's state is saved as a provider leaves it that does at once whatever it is asked for.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { guestbook } from "../../stacks/guestbook";
import { live } from "../local/live/support";
import { clouds, type Guestbook, guestbookOf, onCloud, profiles } from "./clouds";
import { type Places, root, toBeSaved, write } from "./saved";

async function main(commit?: string): Promise<void> {
    if (commit === undefined) {
        await saveLocal();
        await saveClouds(guestbook, root);
        return;
    }
    const tree = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
    try {
        await saveClouds(guestbookOf(commit, tree), tree, commit);
    } finally {
        fs.rmSync(tree, { recursive: true });
    }
}

async function saveLocal(): Promise<void> {
    const { folder } = toBeSaved("local");
    const stack = await live(async () => guestbook());
    try {
        await stack.up();
        const places: Places = { "<home>": stack.home.root, "<root>": root };
        save(path.join(folder, "stack.json"), await stack.stack.exportStack(), places);
        for (const name of kept)
            copy(path.join(stack.agent.place.folder, name), path.join(folder, "agent", name), places);
        await stack.stack.destroy();
    } finally {
        await stack.close();
    }
}

/** What may be kept of an agent: its data are too large for that, and need no upgrade but PostgreSQL's own. */
const kept = ["records", "vault.key", "identities.json", "format"];

/** @param tree - the folder of the project that `program` is of */
async function saveClouds(program: Guestbook, tree: string, commit?: string): Promise<void> {
    for (const cloud of clouds)
        for (const profile of profiles)
            await onCloud(
                cloud,
                profile,
                async () => program(),
                async (stack) => {
                    await stack.up();
                    const file = path.join(toBeSaved(cloud, commit).folder, `${profile}.json`);
                    save(file, await stack.exportStack(), { "<root>": tree });
                },
            );
}

function save(file: string, state: Deployment, places: Places): void {
    const { resources, ...rest } = state.deployment as { resources: Record<string, unknown>[] };
    // Where in a program something stands is a line of the machine that saved it.
    const lines = resources.map((one) => JSON.stringify({ ...one, sourcePosition: undefined, stackTrace: undefined }));
    const text = JSON.stringify({ ...state, deployment: { ...rest, resources: [] } }, null, 1);
    write(file, `${text.replace('"resources": []', () => `"resources": [\n${lines.join(",\n")}\n]`)}\n`, places);
    console.log(`saved ${path.relative(root, file)}`);
}

function copy(from: string, to: string, places: Places): void {
    if (!fs.existsSync(from)) return;
    if (fs.statSync(from).isDirectory())
        for (const name of fs.readdirSync(from)) copy(path.join(from, name), path.join(to, name), places);
    else if (/\.json$|format$/.test(from)) write(to, fs.readFileSync(from, "utf8"), places);
    else fs.cpSync(from, to);
}

void main(process.argv[2]).then(() => process.exit(0));
