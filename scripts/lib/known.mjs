/** Which stacks there are: a name that none has is a slip of the pen, and its stack would be made anew, on this machine. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { Failure, root } from "./io.mjs";
import { openPulumi, usesOwnState } from "./stack.mjs";

/** Refuses a stack that has neither a file, `stacks/Pulumi.<stack>.yaml`, nor a state. Of one with a file nothing is asked. */
export async function refuseUnknown(stack, env = process.env, folder = root) {
    const name = basename(stack); // in Pulumi's own backend there may be <organization>/<project>/ before it
    if (existsSync(join(folder, "stacks", `Pulumi.${name}.yaml`))) return;
    const states = await withState(env, folder);
    if (states.includes(name)) return;
    const files = readdirSync(join(folder, "stacks")).map((file) => file.match(/^Pulumi\.(.+)\.yaml$/)?.[1]);
    const known = [...new Set([...files.filter(Boolean), ...states])];
    const near = await likeIt(name, known);
    throw new Failure(
        [
            `There is no stack ${stack}${near ? `: did you mean ${near}?` : "."} There are: ${known.join(", ")}.`,
            `To make one of your own: \`npm run -s pulumi -- stack init ${stack}\`, and \`npm run -s pulumi -- config set mvi:cloud … --stack ${stack}\`.`,
        ].join("\n"),
    );
}

/** In the project, Pulumi has a file for each: a fresh clone, which has none, need not have the tool to be told. */
async function withState(env, folder) {
    if (usesOwnState(env, folder)) {
        const states = join(folder, ".pulumi", "stacks");
        if (!existsSync(states)) return [];
        return readdirSync(states, { recursive: true }).flatMap(
            (file) => basename(file).match(/^(.+)\.json(\.gz)?$/)?.[1] ?? [],
        );
    }
    const { text, why } = await (await openPulumi(env)).attempt(["stack", "ls", "--json"]);
    if (text === undefined) throw new Failure(`Which stacks there are cannot be told: ${why}`);
    return JSON.parse(text).map(({ name }) => basename(name));
}

/** The one that is like it, as far as what says so is built: a fresh clone is told the few that there are. */
async function likeIt(wanted, names) {
    if (!existsSync(join(root, "dist", "agent", "core", "nearest.js"))) return undefined;
    const { nearest } = await import("../../dist/agent/core/nearest.js");
    return nearest(wanted, names);
}
