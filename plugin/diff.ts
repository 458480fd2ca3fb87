/** What changes from old inputs to new ones. */

import { isUnknown, type Properties, same } from "./values";

export interface Change {
    /** Such as `rules[0].path`. */
    readonly path: string;
    readonly kind: "add" | "delete" | "update";
    /** It cannot be done in place. */
    readonly replaces: boolean;
}

/** The changes from `olds` to `news`, both without the marks of secrets, at the deepest places that differ. */
export function diffInputs(olds: Properties, news: Properties, replaceOn: readonly string[]): Change[] {
    const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...names].flatMap((name) =>
        diffValues(pathOf("", name), olds[name], news[name]).map((change) => ({
            ...change,
            replaces: replaceOn.includes(name),
        })),
    );
}

/** Names of the inputs that change. */
export const topOf = (changes: readonly Change[]): string[] => [
    ...new Set(changes.map(({ path }) => path.split(/[.[]/)[0])),
];

type PlainChange = Omit<Change, "replaces">;

function diffValues(path: string, old: unknown, now: unknown): PlainChange[] {
    if (same(old, now)) {
        return [];
    }
    if ((old ?? undefined) === undefined) {
        return [{ path, kind: "add" }];
    }
    if ((now ?? undefined) === undefined) {
        return [{ path, kind: "delete" }];
    }
    if (
        isUnknown(now) ||
        typeof old !== "object" ||
        typeof now !== "object" ||
        Array.isArray(old) !== Array.isArray(now)
    ) {
        return [{ path, kind: "update" }];
    }
    const keys = new Set([...Object.keys(old as object), ...Object.keys(now as object)]);
    return [...keys].flatMap((key) =>
        diffValues(
            Array.isArray(old) ? `${path}[${key}]` : pathOf(path, key),
            (old as Properties)[key],
            (now as Properties)[key],
        ),
    );
}

function pathOf(path: string, key: string): string {
    if (!/^[A-Za-z_$][\w$]*$/.test(key)) {
        return `${path}[${JSON.stringify(key)}]`;
    }
    return path === "" ? key : `${path}.${key}`;
}
