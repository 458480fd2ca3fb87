/** Values as they travel between the engine and a provider: plain JSON, where some objects and texts have a meaning. */

/** Properties of a resource, as the engine sends them. */
export type Properties = { readonly [name: string]: unknown };

/** What the engine marks an object with that is more than an object, and the mark of a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for a value that is not known before `pulumi up`: of any type, a boolean, a number, an array, an object… */
const UNKNOWN = new Set([
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Marks `value` as a secret. */
export function secret(value: unknown): unknown {
    return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** `value` without the marks of secrets. */
export function plain(value: unknown): unknown {
    if (isSecret(value)) {
        return plain(value.value);
    }
    return mapParts(value, plain);
}

/** `value` without the marks of secrets, and without what is not known yet. */
export function known(value: unknown): unknown {
    return isUnknown(value) ? undefined : mapParts(isSecret(value) ? value.value : value, known);
}

export const isUnknown = (value: unknown): boolean => typeof value === "string" && UNKNOWN.has(value);

export const hasUnknown = (value: unknown): boolean => has(value, isUnknown);

export const hasSecret = (value: unknown): boolean => has(value, isSecret);

/** Whether two plain values are equal; what is absent, undefined or null is the same. */
export function same(a: unknown, b: unknown): boolean {
    if (a === b || ((a ?? undefined) === undefined && (b ?? undefined) === undefined)) {
        return true;
    }
    if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) {
        return false;
    }
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) {
        return false;
    }
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => same((a as Properties)[key], (b as Properties)[key]));
}

function isSecret(value: unknown): value is { value: unknown } {
    return typeof value === "object" && value !== null && (value as Properties)[SIGNATURE] === SECRET;
}

function mapParts(value: unknown, change: (part: unknown) => unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(change);
    }
    if (typeof value === "object" && value !== null) {
        const parts = Object.entries(value).map(([name, part]) => [name, change(part)] as const);
        return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
    }
    return value;
}

function has(value: unknown, test: (part: unknown) => boolean): boolean {
    return (
        test(value) ||
        (typeof value === "object" && value !== null && Object.values(value).some((part) => has(part, test)))
    );
}
