/** What an operator asks of a stack on this machine, in words: `shop/dev logs log=web-log limit=5`. */

import * as fs from "node:fs";
import * as path from "node:path";
import { call, Unreachable } from "./core/client";
import { listIfAny } from "./core/files";
import { home, type Place } from "./core/place";
import { Refusal } from "./kind";

export interface Question {
    /** `<stack>` or `<project>/<stack>`, if it is said. */
    readonly stack?: string;
    /** One of agent/core/queries.ts. */
    readonly name: string;
    readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Reads the words. A value is a number, true or false if it looks like one, else a text.
 *
 * @param usage - what is to be said, for who has said something else
 * @throws {@link Refusal}
 */
export function question(words: readonly string[], usage: string): Question {
    const names = words.filter((word) => !word.includes("="));
    const name = names.pop();
    if (name === undefined || names.length > 1) throw new Refusal(usage);
    const body = Object.fromEntries(words.filter((word) => word.includes("=")).map(pair));
    return { stack: names[0], name, body };
}

/**
 * Asks, prints what is said meanwhile, and answers.
 *
 * @param up - the command that brings the stack up
 * @throws {@link Refusal} where there is no agent, or it refuses
 */
export async function ask(place: Place, { name, body }: Question, up: string): Promise<unknown> {
    if (!fs.existsSync(place.folder))
        throw new Refusal(
            `There is no agent of ${place.stack} on this machine: what is not deployed keeps nothing. ${up} deploys it.`,
        );
    try {
        return await call(place, name, body, { onProgress: (line) => console.log(line) });
    } catch (error) {
        if (error instanceof Unreachable) throw new Refusal(`${error.message}: ${up} brings it up.`);
        throw error;
    }
}

/**
 * The stack on this machine that is meant: by its name, by its project and name, or as the only one.
 *
 * @returns `<project>/<stack>`
 * @throws {@link Refusal} with those that there are
 */
export function stackMeant(name?: string, root = home()): string {
    if (name?.includes("/")) return name;
    const all = listIfAny(root)
        .flatMap((project) => listIfAny(path.join(root, project)).map((stack) => `${project}/${stack}`))
        .filter((stack) => fs.existsSync(path.join(root, stack, "token")))
        .sort();
    const meant = all.filter((stack) => name === undefined || stack.endsWith(`/${name}`));
    if (meant.length === 1) return meant[0];
    const there = all.length > 0 ? `there are ${all.join(", ")}` : `there are none in ${root}`;
    throw new Refusal(
        meant.length === 0
            ? `There is no stack ${name === undefined ? "" : `${name} `}on this machine: ${there}.`
            : `Say which stack is meant, as <project>/<stack>: ${there}.`,
    );
}

function pair(word: string): [string, unknown] {
    const [key, ...rest] = word.split("=");
    const text = rest.join("=");
    return [key, /^(-?\d+(\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text];
}
