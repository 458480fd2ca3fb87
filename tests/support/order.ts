/** What must be there before what in a cloud, asked of what a program registers: tests/{aws,gcp}/order.ts say it of each. */

import type { Recorded } from "./record";

/** Order is one of these: of each resource that `later` is for, there must be those that `earlier` finds, and it waits for them. */
export interface Order {
    readonly why: string;
    readonly later: RegExp;
    /** Whether no value says so, but `dependsOn` alone. */
    readonly alone?: true;
    /** Those which it must wait for, of all; none where it is not concerned. @throws when there should be one and is none */
    earlier(one: Recorded, all: readonly Recorded[]): readonly Recorded[];
}

/** What breaks an order, in words. */
export function broken(all: readonly Recorded[], of: readonly Order[]): string[] {
    return all.flatMap((one) =>
        of
            .filter(({ later }) => later.test(one.type))
            .flatMap(({ earlier, why }) => {
                const before = transitive(one, all);
                try {
                    return earlier(one, all)
                        .filter((each) => !before.has(each))
                        .map((each) => `${kind(one)} ${one.name} does not wait for ${kind(each)} ${each.name}: ${why}`);
                } catch (error) {
                    return [`${kind(one)} ${one.name}: ${(error as Error).message}: ${why}`];
                }
            }),
    );
}

/** All that a resource waits for, and what that waits for. */
export function transitive(one: Recorded, all: readonly Recorded[]): ReadonlySet<Recorded> {
    const seen = new Set<Recorded>();
    const visit = ({ from, after, parent, provider }: Recorded): void => {
        for (const number of [...Object.values(from).flat(), ...after, parent, provider]) {
            if (number === undefined || seen.has(all[number])) continue;
            seen.add(all[number]);
            visit(all[number]);
        }
    };
    visit(one);
    return seen;
}

export const kind = ({ type }: Recorded) => type.split(":")[2];
export const text = (given: unknown) => JSON.stringify(given) ?? "";
export const ofKind = (all: readonly Recorded[], pattern: RegExp) => all.filter((one) => pattern.test(kind(one)));
export const some = (found: readonly Recorded[], what: string) => {
    if (!found.length) throw new Error(`there is no ${what}`);
    return found;
};

/** Those which a resource's inputs are made of, of one kind; of some inputs only, where they are named. */
export const madeOf = (one: Recorded, all: readonly Recorded[], pattern: RegExp, inputs = Object.keys(one.from)) =>
    ofKind(
        inputs.flatMap((input) => one.from[input] ?? []).map((number) => all[number]),
        pattern,
    );

/** Those of one kind whose inputs are made of one of these. */
export const dependentsOf = (these: readonly Recorded[], all: readonly Recorded[], pattern: RegExp) =>
    ofKind(all, pattern).filter(({ from }) =>
        Object.values(from)
            .flat()
            .some((number) => these.includes(all[number])),
    );

/** Those which its inputs are made of, of which there must be one. */
export const inputsOf = (pattern: RegExp) => (one: Recorded, all: readonly Recorded[]) =>
    some(madeOf(one, all, pattern), `${pattern.source} among its inputs`);
