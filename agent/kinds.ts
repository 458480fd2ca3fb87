/** The kinds of resources that the agent can make. */

import { type Host, type Kind, Refusal } from "./kind";

export interface KindRegistry {
    /** Names in the order in which they are brought up: what is used before what uses it. Stopped in the reverse order. */
    readonly order: readonly string[];
    /** @throws {@link Refusal} when there is no such kind. */
    make(name: string, host: Host): Kind;
}

/**
 * Each kind's module is loaded when the stack first has one: an agent with a bucket needs no database server. A module in
 * `MVI_KINDS` that exports `kinds`, a map from names to factories, adds to them or stands in for them.
 */
export function kindRegistry(extra = process.env.MVI_KINDS): KindRegistry {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when there is one
    const added = extra ? (require(extra) as { kinds: Record<string, Factory> }).kinds : {};
    const all: Record<string, Factory> = { ...BUILT_IN, ...added };
    return {
        order: Object.keys(all),
        make(name, host) {
            if (!Object.hasOwn(all, name)) {
                throw new Refusal(`${name}: no such kind of resource; there are ${Object.keys(all).join(", ")}`);
            }
            return all[name](host);
        },
    };
}

/** Each kind has inputs and outputs of its own, which only the kind itself looks into. */
type Factory = (host: Host) => Kind;

/* eslint-disable @typescript-eslint/no-require-imports -- require is what makes them lazy, and it is synchronous */
const BUILT_IN: Record<string, Factory> = {
    Image: (host) => load<typeof import("./image/image")>(require("./image/image")).imageKind(host) as Kind,
};
/* eslint-enable @typescript-eslint/no-require-imports */
