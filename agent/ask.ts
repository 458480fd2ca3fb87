/** What an operator asks of a stack on this machine, in words: `shop/dev logs log=web-log limit=5`. */

import * as fs from "node:fs";
import * as path from "node:path";
import { call, Unreachable } from "./core/client";
import { listIfAny } from "./core/files";
import { nearest } from "./core/nearest";
import { home, type Place } from "./core/place";
import { Refusal } from "./kind";
import { type Asked, questions } from "./questions";

export interface Question {
    /** `<stack>` or `<project>/<stack>`, if it is said. */
    readonly stack?: string;
    /** One of agent/questions.ts. */
    readonly name: string;
    readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Reads the words: values as the call takes them.
 *
 * @param usage - what is to be said, for who has said nothing that can be asked
 * @throws {@link Refusal}
 */
export function question(words: readonly string[], usage: string): Question {
    const names = words.filter((word) => !word.includes("="));
    const name = names.pop();
    if (name === undefined || names.length > 1) throw new Refusal(usage);
    const takes = takenBy(name, names[0]);
    const body = Object.fromEntries(words.filter((word) => word.includes("=")).map((word) => pair(name, takes, word)));
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
        await refuseMissing(place, name, body);
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

/** What a call takes. @param before - the word before it, which is the stack */
function takenBy(name: string, before?: string): Asked["takes"] {
    if (Object.hasOwn(questions, name)) return questions[name].takes;
    if (before !== undefined && Object.hasOwn(questions, before)) {
        const [first = "name"] = Object.keys(questions[before].takes);
        throw new Refusal(
            `"${name}" is no call: it comes after the stack, and its values with their names, as in ` +
                `\`${before} ${first}=…\``,
        );
    }
    const all = Object.keys(questions);
    throw new Refusal(`"${name}" is no call: ${cureOf(name, all, `there are ${all.join(", ")}`)}`);
}

function pair(call: string, takes: Asked["takes"], word: string): [string, unknown] {
    const [key, ...rest] = word.split("=");
    const given = rest.join("=");
    if (!Object.hasOwn(takes, key)) {
        const known = Object.keys(takes);
        const all = `it takes ${known.map((each) => `${each}=…`).join(" ") || "no values"}`;
        throw new Refusal(`${call}: it takes no \`${key}\`: ${cureOf(key, known, all)}`);
    }
    const { sort } = takes[key];
    const value = sort.read(given);
    if (value === undefined) throw new Refusal(`${call}: ${key}: "${given}" is ${sort.not}: ${sort.todo(given)}`);
    return [key, value];
}

/** What to write in place of `word`: the name that is like it, if one is, and what there is, in a sentence that begins small. */
function cureOf(word: string, names: readonly string[], all: string): string {
    const near = nearest(word, names);
    return near === undefined ? all : `did you mean \`${near}\`? ${all[0].toUpperCase()}${all.slice(1)}`;
}

/** Refuses a call that lacks what it needs, with what there is: the agent would look for what is called "undefined". */
async function refuseMissing(place: Place, name: string, body: Question["body"]): Promise<void> {
    const missing = Object.entries(questions[name].takes).find(
        ([key, { needed }]) => needed && (body[key] === undefined || body[key] === ""),
    );
    if (missing === undefined) return;
    const [key, { sort, there }] = missing;
    const names = there && there.names((await call(place, there.call)) as never);
    const todo = names ? `there are ${[...new Set(names)].sort().join(", ") || "none"}` : sort.todo("");
    throw new Refusal(`${name}: \`${key}=…\` is missing: ${todo}`);
}
