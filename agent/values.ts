/** How a value that a person writes is read: `limit=20`, `from=2026-11-23T04:00:00Z`. */

import { nearest } from "./core/nearest";

/** Sort is what a value is to be. */
export interface Sort {
    /** What a text that is no such value is not: `no time`. */
    readonly not: string;
    /** What to write in its place. */
    todo(text: string): string;
    /** What the agent is sent; undefined for a text that is no such value. */
    read(text: string): unknown;
}

export const text: Sort = { not: "no text", todo: () => "write one", read: (given) => given };

export const count: Sort = {
    not: "no whole number from 1 on",
    todo: () => "write one such as 20",
    read: (given) => (/^[1-9]\d{0,8}$/.test(given) ? Number(given) : undefined),
};

/** A moment, sent in milliseconds since 1970: all that an agent of any version understands. */
export const time: Sort = {
    not: "no time",
    todo: () => "write one such as 2026-11-23T04:00:00Z, with its zone, or milliseconds since 1970",
    read(given) {
        const moment = /^\d{1,16}$/.test(given) ? Number(given) : fromIso(given);
        return Number.isNaN(new Date(moment).getTime()) ? undefined : moment;
    },
};

export function oneOf(...words: readonly string[]): Sort {
    return {
        not: `none of ${words.join(", ")}`,
        todo(given) {
            const near = nearest(given, words);
            return near === undefined ? "write one of them" : `did you mean \`${near}\`?`;
        },
        read: (given) => (words.includes(given) ? given : undefined),
    };
}

/** ISO 8601 with a zone, for without one it would be that of whoever reads it. NaN for all else, also a day that there is not. */
function fromIso(given: string): number {
    const [, day, hour] = /^(\d{4}-\d\d-\d\d)T(\d\d):\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(given) ?? [];
    // JavaScript takes February 30 for March 2, and 24:00 for the next day's first moment.
    if (day === undefined || hour === "24") return NaN;
    const midnight = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) ? Date.parse(given) : NaN;
}
