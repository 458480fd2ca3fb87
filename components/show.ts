import * as pulumi from "@pulumi/pulumi";

/** Shows a value in a message: short, on one line, and opaque where it is not known yet. Whatever the value is, it ends. */
export function show(value: unknown): string {
    try {
        return legible(textOf(value), 80);
    } catch {
        return "a value that cannot be read";
    }
}

/**
 * A text of at most `most` characters, without what moves a terminal's cursor, hides, or turns the text around: such
 * characters are written as in JSON.
 */
export function legible(text: string, most: number): string {
    const plain = text.slice(0, 2 * most).replace(invisible, (character) => escape(character));
    return plain.length > most || text.length > 2 * most ? `${plain.slice(0, most - 3)}...` : plain;
}

function textOf(value: unknown): string {
    if (typeof value === "function") return "a function";
    if (typeof value === "symbol") return "a symbol";
    if (typeof value === "number") return String(value); // NaN is none in JSON
    if (typeof value !== "object" || value === null) return JSON.stringify(part(value, { left: 1 })) ?? String(value);
    if (pulumi.Output.isInstance(value) || value instanceof Promise) return "a value that is only known later";
    if (pulumi.Resource.isInstance(value)) return `the resource "${resourceName(value)}"`;
    const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
    if (!["Object", "Array", "Module"].includes(kind)) return `a ${kind}`;
    return JSON.stringify(part(value, { left: 200 }));
}

/** As much of a value as can be shown, as data. `budget` is how many members may be looked at. */
function part(value: unknown, budget: { left: number }): unknown {
    budget.left--;
    if (typeof value === "string") return value.slice(0, 100);
    if (typeof value === "bigint") return `${String(value).slice(0, 100)}n`;
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
    if (pulumi.Output.isInstance(value) || pulumi.Resource.isInstance(value) || value instanceof Promise) return "…";
    if (Array.isArray(value)) {
        const members: unknown[] = [];
        for (let index = 0; index < value.length && budget.left > 0; index++) members.push(part(value[index], budget));
        return members;
    }
    const members: [string, unknown][] = [];
    for (const key in value) {
        if (budget.left <= 0) break;
        if (Object.hasOwn(value, key))
            members.push([key.slice(0, 100), part((value as Record<string, unknown>)[key], budget)]);
    }
    return Object.fromEntries(members);
}

// eslint-disable-next-line no-control-regex -- these are what is looked for
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

function resourceName(resource: pulumi.Resource): string {
    return (resource as unknown as { readonly __name?: string }).__name ?? "?";
}
