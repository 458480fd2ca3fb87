/**
 * Names of objects for keys. Cloud Storage takes every key as it is but those with line feeds or carriage returns, and
 * "." and "..": https://cloud.google.com/storage/docs/objects#naming
 *
 * Those characters become a rare character of their place in the order (vertical tab, form feed), with a digit that says
 * which it is; so do these two themselves. No two keys have the same name, what begins alike still does, and names are
 * in the order of their keys, but that "." and ".." may stand after the few that have a control character there. Such a
 * key has less room.
 */
export function toName(key: string): string {
    return key === "." || key === ".." ? key + DOTS : partOf(key);
}

/** The beginning of the names of all keys that begin with `part`. */
export function partOf(part: string): string {
    return part.replace(/[\n\v\f\r]/g, (each) => CODES[each]);
}

/** The key of an object. */
export function fromName(name: string): string {
    if (name === `.${DOTS}` || name === `..${DOTS}`) return name.slice(0, -DOTS.length);
    return name.replace(/[\v\f][12]/g, (code) => KEYS[code]);
}

/** No other key has it in its name. */
const DOTS = "\v0";

const CODES: Readonly<Record<string, string>> = { "\n": "\v1", "\v": "\v2", "\f": "\f1", "\r": "\f2" };
const KEYS: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(CODES).map(([key, code]) => [code, key]),
);
