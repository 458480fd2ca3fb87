/**
 * What must be there before what, type by type, from the clouds' own documentation and not from our program: a link that it
 * makes for no need is none here, so that it lengthens the program's side only.
 *
 * What is not sure to be demanded is not in the tables: that makes the shortest time shorter, never longer.
 */

import type { Recorded } from "../../support/record";
import { aws } from "./aws";
import type { Demands } from "./demand";
import { gcp } from "./gcp";

const tables: Readonly<Record<string, Demands>> = { aws, gcp };

/** The cloud that a whole recording is of. */
const cloudOf = (all: readonly Recorded[]) => (all.some(({ type }) => type.startsWith("gcp:")) ? "gcp" : "aws");

/** `ecs/service` of `aws:ecs/service:Service`; other providers' as they are. */
const short = (type: string) => /^(?:aws|gcp):([^:]+):/.exec(type)?.[1] ?? type;

function demands(later: Recorded, earlier: Recorded, table: Demands, probed = true): boolean {
    const demand = table[short(later.type)];
    if (!demand) return false;
    const { names = [], holds = [], needs = [], probe = [], only } = demand;
    const at = only === undefined || later.inputs[only] !== undefined ? needs : [];
    return [names, holds, at, probed ? probe : []].some((some) => some.includes(short(earlier.type)));
}

/** What our program waits for, by numbers: by its values and besides. */
const edges = (one: Recorded) => [...new Set([...Object.values(one.from).flat(), ...one.after])];

/** The numbers of what the cloud demands before `one`, with the app's probe or as if it had none. */
const before = (probed: boolean) => (one: Recorded, all: readonly Recorded[]) => {
    const table = tables[cloudOf(all)];
    return edges(one).filter((number) => demands(one, all[number], table, probed));
};

export const demandedOf = before(true);
export const demandedUnprobed = before(false);

/** What our program waits for and its cloud does not demand: `later <- earlier, earlier`. */
export function undemanded(all: readonly Recorded[]): string[] {
    const table = tables[cloudOf(all)];
    const found = new Map<string, Set<string>>();
    for (const one of all)
        for (const number of edges(one).filter((number) => !demands(one, all[number], table)))
            found.set(short(one.type), (found.get(short(one.type)) ?? new Set()).add(short(all[number].type)));
    return [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([later, earlier]) => `${later} <- ${[...earlier].sort().join(", ")}`);
}

/** Types of a cloud of which the table says nothing at all: it would be too short for no reason. */
export const unknown = (all: readonly Recorded[]): string[] => {
    const table = tables[cloudOf(all)];
    const bare = all.filter((one) => edges(one).length > 0 && /^(aws|gcp):/.test(one.type) && !table[short(one.type)]);
    return [...new Set(bare.map(({ type }) => type))];
};
