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
    const near = nearest(name, known);
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

/** The one that differs by two letters at most. The compiled code has the like, and may not be there yet. */
function nearest(wanted, names) {
    const far = 3;
    const scored = names.map((name) => ({ name, distance: distance(wanted, name, far) }));
    return scored.sort((one, two) => one.distance - two.distance).find((each) => each.distance < far)?.name;
}

/** How many letters to change, add or leave out, given up at `limit`. */
function distance(one, two, limit) {
    if (limit === 0 || one === two) return 0;
    if (one[0] === two[0] && one !== "") return distance(one.slice(1), two.slice(1), limit);
    const [a, b] = [one.slice(1), two.slice(1)];
    const ways = [one && two ? [a, b] : undefined, one ? [a, two] : undefined, two ? [one, b] : undefined];
    return 1 + Math.min(...ways.filter(Boolean).map(([left, right]) => distance(left, right, limit - 1)));
}
