/** The parts of the proof, in the order of the page. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../lib/io.mjs";

export const parts = [
    {
        name: "input",
        title: "Bad input",
        folder: "tests/input",
        says: "Whatever is declared or configured ends, within a second, in one message with all faults, each with what to do next; or in a valid plan. Never in a stack trace.",
    },
    {
        name: "faults",
        title: "Faults",
        folder: "tests/faults",
        says: "Whatever is killed, filled up or damaged under a running app comes back as it was: nothing that was acknowledged is lost. By itself, but where all was killed at once: then nothing is left that could bring it back, and the next `up` does (DESIGN.md, “A guardian”).",
    },
    {
        name: "load",
        title: "Load",
        folder: "tests/load",
        says: "At 500 requests a second, releases, scaling, restarts and new certificates fail no request; a version that does not work reaches nobody; what is open is drained.",
    },
    {
        name: "scale",
        title: "Scale",
        folder: "tests/scale",
        says: "What a preview and an `up` of up to 1,000 containers cost, against a program which registers the same resources by hand, side by side in one run; and what loading the package costs. By hand has the same components too, which hold their resources together and do nothing else; what a program without any takes stands beside it. 1,000 on GCP are not made through the engine: they are as many resources as on AWS, which take a quarter of an hour for each side.",
    },
    {
        name: "security",
        title: "Security of local",
        folder: "tests/security",
        says: "Nothing is reached from elsewhere, nothing is read by others, no request is answered without a right to it, and no secret stands anywhere in plain text.",
    },
    {
        name: "upgrade",
        title: "Upgrades",
        folder: "tests/upgrade",
        says: "A stack that an earlier version made is taken over by this one: no resource is replaced, deleted or renamed.",
    },
    {
        name: "critical",
        title: "Critical path",
        folder: "tests/critical",
        says: "How long a first `up` of the guestbook takes on AWS and GCP, with the services' typical creation times, against the longest chain that the clouds themselves ask for. Nothing real is made: each thing takes its time by a test's clock.",
    },
];

/** The files of a part's tests; none where nobody has written them yet. */
export async function filesOf({ folder }) {
    const names = await readdir(join(root, folder)).catch(() => []);
    return names.filter((name) => name.endsWith(".test.ts")).map((name) => `${folder}/${name}`);
}
