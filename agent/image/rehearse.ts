import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeScratch } from "../core/scratch";
import { Refusal } from "../kind";
import { dockerfileOf } from "./context";
import { matches } from "./copy";
import { parseDockerfile } from "./dockerfile";
import { type ImageInputs } from "./image";
import { Builder, type Hands } from "./stage";

/** What of an image's Dockerfile would be refused: all of it, before anything is built. Nothing is copied or run. */
export async function rehearse(inputs: ImageInputs): Promise<string[]> {
    const file = dockerfileOf(inputs);
    if (file === undefined) return [];
    const faults: string[] = [];
    const scratch = makeScratch("image"); // for the empty folders of WORKDIR
    const hands: Hands = {
        // What another stage would have made is not there.
        copy: async (tree, sources) =>
            void (tree.root === inputs.context && sources.forEach((source) => matches(tree, source))),
        run: async () => undefined,
        refused: ({ message }) => faults.push(message),
    };
    try {
        const parsed = parseDockerfile(readFileSync(file, "utf8"), file);
        const shop = { image: inputs.name, scratch, account: undefined, note: () => undefined };
        await new Builder(parsed, inputs, shop, hands).build(join(scratch, "root"));
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        faults.push(error.message); // there is no such stage, or the file cannot be read at all
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
    return faults;
}
