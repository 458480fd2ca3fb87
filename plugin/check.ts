/** Checks of inputs, in the engine's provider, before anything is made. */

import { type Kind } from "../agent/kind";
import { hasSecret, hasUnknown, known, plain, type Properties, same, secret } from "./values";

export interface Fault {
    readonly input: string;
    readonly reason: string;
}

export interface Checked {
    readonly inputs: Properties;
    readonly faults: readonly Fault[];
}

/** Inputs that every resource has: which agent keeps it, and its name there. */
export const OWN = ["agent", "resourceName"] as const;

/** Checks `news`, and lets the kind put them in order. What is secret stays so; what is unknown is neither judged nor changed. */
export async function checkInputs(
    kind: Kind,
    news: Properties,
    defaults: { agent: string; resourceName: string },
): Promise<Checked> {
    const { agent = defaults.agent, resourceName = news.name ?? defaults.resourceName, ...inputs } = news;
    const faults: Fault[] = [];
    if (!hasUnknown(resourceName) && !NAME.test(String(plain(resourceName)))) {
        const reason = `"${String(plain(resourceName))}" is no name here: a letter a-z first, then up to 99 of a-z, 0-9 and "-"`;
        faults.push({ input: "resourceName", reason });
    }
    const checked = await checkByKind(kind, inputs);
    return { inputs: { ...checked.inputs, agent, resourceName }, faults: [...faults, ...checked.faults] };
}

const NAME = /^[a-z][a-z0-9-]{0,99}$/;

async function checkByKind(kind: Kind, inputs: Properties): Promise<Checked> {
    if (!kind.check) {
        return { inputs: markSecrets(kind, inputs, inputs), faults: [] };
    }
    const open = Object.keys(inputs).filter((name) => hasUnknown(inputs[name]));
    let checked: Checked;
    try {
        checked = (await kind.check(known(inputs) as object)) as Checked;
    } catch (error) {
        if (open.length === 0) {
            throw error;
        }
        // it missed what is not known yet; it is asked again when all is known
        return { inputs: markSecrets(kind, inputs, inputs), faults: [] };
    }
    const result: { [name: string]: unknown } = { ...checked.inputs };
    open.forEach((name) => (result[name] = inputs[name]));
    return {
        inputs: markSecrets(kind, result, inputs),
        faults: checked.faults.filter(({ input }) => !open.includes(input.split(/[.[]/)[0])),
    };
}

/** `properties` where what `before` held as a secret, and what the kind declares as one, is a secret. */
export function markSecrets(
    kind: Kind,
    properties: Properties,
    before: Properties,
    more: readonly string[] = [],
): Properties {
    const declared = new Set([...kind.secrets, ...more]);
    const marked = Object.entries(properties).map(([name, value]) => {
        if (value === undefined) {
            return [name, value];
        }
        if (same(plain(value), plain(before[name]))) {
            value = before[name];
        }
        return [name, declared.has(name) || (hasSecret(before[name]) && !hasSecret(value)) ? secret(value) : value];
    });
    return Object.fromEntries(marked.filter(([, value]) => value !== undefined)) as Properties;
}

/** Names of properties in which the engine holds a secret. */
export function secretNames(properties: Properties): string[] {
    return Object.keys(properties).filter((name) => hasSecret(properties[name]));
}
