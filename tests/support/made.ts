import { type Fault, Mistake } from "../../components/fault";
import type { Registered } from "./mocks";

/** What a program has made, without its components, by type (`storage/bucket:Bucket` is a `Bucket`) and name. */
export function lookups(made: readonly Registered[]) {
    const all = made.filter(({ custom }) => custom);
    return {
        all,
        /** The inputs of the only one of its type and name. */
        inputs(type: string, name: string): Record<string, unknown> {
            const found = all.filter((one) => last(one) === type && one.name === name);
            if (found.length !== 1)
                throw new Error(
                    `${found.length} ${type} ${name}; there are ${all.map((one) => `${last(one)} ${one.name}`).join(", ")}`,
                );
            return found[0].inputs;
        },
        names: (type: string) => all.filter((one) => last(one) === type).map(({ name }) => name),
    };
}

/** All that is wrong with a program, which is refused for it; nothing when it is made. */
export async function refused(made: Promise<unknown>): Promise<readonly Fault[]> {
    try {
        await made;
        return [];
    } catch (reason) {
        if (!(reason instanceof Mistake)) throw reason;
        return reason.faults;
    }
}

export const last = ({ type }: Pick<Registered, "type">) => type.split(":")[2];
