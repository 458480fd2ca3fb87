/** What stays as it is in an update, so that a preview knows it. */

import { type Kind } from "../agent/kind";
import { type Change, topOf } from "./diff";
import { type Properties } from "./values";

/** Names of the outputs that `changes` of the inputs do not touch. */
export function stableOutputs({ stable = {} }: Kind, changes: readonly Change[]): string[] {
    const changed = topOf(changes);
    return Object.entries(stable as Readonly<Record<string, readonly string[]>>)
        .filter(([, causes]) => !causes.some((input) => changed.includes(input)))
        .map(([output]) => output);
}

/** What a preview knows of an update: the new inputs, and of the old `state` what stays. All else is unknown. */
export function previewOf(kind: Kind, changes: readonly Change[], state: Properties, news: Properties): Properties {
    const staying = stableOutputs(kind, changes).filter((name) => state[name] !== undefined);
    return { ...Object.fromEntries(staying.map((name) => [name, state[name]])), ...news };
}
