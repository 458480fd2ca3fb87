import { type SortedKeys, compareKeys } from "./order";

/** Query of a listing. */
export interface ListQuery {
    readonly prefix: string;
    /** Keys that have it after the prefix are told as one, up to it. "": none are. */
    readonly delimiter: string;
    /** What is told comes after this. "": from the start. */
    readonly after: string;
    /** At most so many keys and common prefixes together. */
    readonly max: number;
}

/** Page is a part of a listing. */
export interface Page {
    readonly keys: readonly string[];
    readonly prefixes: readonly string[];
    /** The last that is told, if there is more after it. */
    readonly next?: string;
}

/** A page of those `keys` which `wanted` takes. */
export function listKeys(keys: SortedKeys, wanted: (key: string) => boolean, query: ListQuery): Page {
    const { prefix, delimiter, after, max } = query;
    const page = { keys: [] as string[], prefixes: [] as string[] };
    let last = "";
    let at = keys.indexOf(compareKeys(after, prefix) > 0 ? after : prefix);
    for (let key = keys.at(at); key?.startsWith(prefix); key = keys.at(at)) {
        const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
        const item = cut < 0 ? key : key.slice(0, cut + delimiter.length);
        at++;
        if (!wanted(key)) continue;
        // What was told before is left out; a common prefix counts as one, so all its keys are.
        if (item !== after && compareKeys(item, after) > 0) {
            if (page.keys.length + page.prefixes.length >= max) return { ...page, next: max > 0 ? last : undefined };
            (cut < 0 ? page.keys : page.prefixes).push(item);
            last = item;
        }
        if (cut >= 0) at = keys.afterPrefix(item);
    }
    return page;
}
