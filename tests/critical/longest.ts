/** A chain of resources, and how long it takes. */

import type { Recorded } from "../support/record";
import type { Seconds } from "./durations";

/** The numbers of what must be there before one of them. */
export type Before = (one: Recorded, all: readonly Recorded[]) => readonly number[];

/** The longest chain of what must be there before what. */
export function longest(all: readonly Recorded[], of: Seconds, beforeOf: Before): { seconds: number; names: string[] } {
    const ends: { seconds: number; before: number | undefined }[] = [];
    all.forEach((one, number) => {
        const before = beforeOf(one, all).reduce<number | undefined>(
            (last, each) => (last === undefined || ends[each].seconds > ends[last].seconds ? each : last),
            undefined,
        );
        const from = before === undefined ? 0 : ends[before].seconds;
        ends[number] = { seconds: from + of(one.type), before };
    });
    let at: number | undefined = ends.reduce(
        (last, { seconds }, index) => (seconds > ends[last].seconds ? index : last),
        0,
    );
    const { seconds } = ends[at];
    const names: string[] = [];
    for (; at !== undefined; at = ends[at].before) names.unshift(all[at].type.split(":")[2]);
    return { seconds, names };
}
