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
        says: [
            "What a preview and an `up` of up to 1,000 containers cost, against a program which registers the same resources by hand, side by side in one run; and what loading the package costs.",
            "“By hand” is a replay: a plain Pulumi program that registers the very resources, inputs, options and dependencies which ours registers, with the same tree of components, so that each has the same URN; its components hold resources together and do nothing else. What the same program without any component takes stands beside it, measured once, with the ratio to that: what components cost at all.",
            "Each preview and each `up` is a process of its own, as `pulumi up` starts the program for each. The sides take turns, ours first and then the other first, as often as “times” says, and the least of each side counts. Through the engine that is three times up to 100 containers; at 1,000 once, and on local twice. The whole is to stay below 75 minutes: where it would not, 1,000 on GCP through the engine stand as skipped, and on local one turn is left out.",
            "Through the engine, the checkpoints in between are left out for both sides (`PULUMI_SKIP_CHECKPOINTS`): a backend of files writes the whole state after each step, which grows with the square of the resources, is the engine's, and is the same for both. The state is written once, at the end.",
            "Ours may take less than by hand, though it does more: Pulumi's SDK takes four stack traces for each property of a resource, to name promises that are never kept, and ours spares it them unless `PULUMI_DEBUG_PROMISE_LEAKS` is set. That both sides registered the same is looked at in each turn: the URNs in the states, types and names under mocks.",
            "What a program holds is measured in runs of its own, under mocks: garbage is collected as each tenth of the resources is registered, and the most that is left counts. The most memory that its process had stands beside it, and has the same aim; it is as much the collector's as the program's.",
            "Loading is timed within a process that has loaded, and cleaned up after, what a program by hand loads: over whole processes, which take 0.6 s and more, the difference, which stands beside it and has the same aim, is blurred by what the machine does besides, and on AWS and GCP it is below nothing, since ours loads only the modules of the SDK which it needs.",
        ].join("\n\n"),
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
        says: "A stack that an earlier version made is taken over by this one: no resource is replaced, deleted or renamed. On local a saved state is previewed: of it there are the engine's state and the agent's records, and not the data. On AWS and GCP a saved state is brought up with a provider that does at once whatever it is asked for, so that what counts are URNs and inputs: which of them a cloud takes in place is a list with reasons, and an input that is not in it fails. And where the clone has the project's history, that commit brings the guestbook up, with the packages of now: on local this version takes over what runs, its agent and data too, and on AWS what it made against an emulator with AWS's own provider, which tells by itself what it makes anew: a service with a launch type, as `small` and `prod` had it then, once (tests/upgrade/meant.ts says why).",
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
