// What the samples are made of, in the mocks and for real.
import * as fs from "node:fs";
import * as path from "node:path";
import type { ComponentOptions } from "../../components/component";

/** A folder to build, with what it runs: see app.mjs there. */
export const app = path.join(__dirname, "app");
export const source = fs.readFileSync(path.join(app, "app.mjs"), "utf8");
/** Runs it without ending, and without ports. */
export const stay = ["node", "app.mjs", "stay"];
/** A TCP port of no other test. */
export const listen = 19_378;

const made = new WeakMap<ComponentOptions, Map<string, unknown>>();

/** What samples refer to: those that are made with the same options, for one stack, refer to the same one. */
export function shared<A, T>(
    options: ComponentOptions,
    type: new (name: string, args: A, options: ComponentOptions) => T,
    name: string,
    args: A,
): T {
    const known = made.get(options) ?? new Map<string, unknown>();
    made.set(options, known);
    const key = `${type.name} ${name}`;
    if (!known.has(key)) known.set(key, new type(name, args, options));
    return known.get(key) as T;
}
