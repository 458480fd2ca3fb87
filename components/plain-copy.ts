import { Link } from "./link";
import { isPlain, type Place } from "./shape";

/** What is read of a declaration at most. No field asks for more; what has more was not written by hand. */
const limits = { members: 1000, native: 100_000, depth: 50 };
const todo = "give it as plain data";

/**
 * A copy of what was declared, in which nothing can throw, change its mind or refer to itself: each member is read once,
 * here. What is no data stays what it is: components, outputs, functions, and among the native arguments of a `transform`
 * the instances of classes, such as assets.
 *
 * @param transformAt - the depth at which `transform` is a component's: 1 in its own arguments, 3 in an `App`'s, 0 where it is given by itself
 */
export function plainCopy(given: unknown, at: Place, transformAt: number): unknown {
    return new Copier(transformAt).copy(() => given, { at, depth: 0, native: transformAt === 0 });
}

interface Where {
    readonly at: Place;
    readonly depth: number;
    /** Within a `transform`. */
    readonly native: boolean;
}

class Copier {
    readonly #above = new Set<unknown>();
    /** What stands in several places is copied once: copies of copies could be more than there is room for. */
    readonly #done = new Map<unknown, unknown>();

    constructor(private readonly transformAt: number) {}

    copy(read: () => unknown, where: Where): unknown {
        const { at, depth, native } = where;
        try {
            const value = read();
            if (!isData(value, native)) return value;
            if (this.#above.has(value)) return at.fault("refers to itself", "take this member out");
            if (depth > limits.depth) return at.fault(`is nested more than ${limits.depth} deep`, todo);
            if (!this.#done.has(value)) {
                this.#above.add(value);
                this.#done.set(value, Array.isArray(value) ? this.#list(value, where) : this.#members(value, where));
                this.#above.delete(value);
            }
            return this.#done.get(value);
        } catch (error) {
            // A getter or a proxy of the program's own: what it throws is its message.
            return at.fault(`cannot be read${error instanceof Error ? ` (${error.message})` : ""}`, todo);
        }
    }

    #list(value: readonly unknown[], { at, depth, native }: Where): unknown[] {
        if (tooMany(value.length, at, native, "split it up")) return [];
        return Array.from(value, (member, index) =>
            this.copy(() => member, { at: at.in(index), depth: depth + 1, native }),
        );
    }

    #members(value: Readonly<Record<string, unknown>>, { at, depth, native }: Where): object {
        const keys = Object.keys(value);
        if (tooMany(keys.length, at, native, "split it over several stacks")) return {};
        // Its own members, whatever they are called: also one called `__proto__`.
        return Object.fromEntries(
            keys.map((key) => {
                const inside = native || (key === "transform" && depth + 1 === this.transformAt);
                return [key, this.copy(() => value[key], { at: at.in(key), depth: depth + 1, native: inside })];
            }),
        );
    }
}

function tooMany(count: number, at: Place, native: boolean, cure: string): boolean {
    const most = native ? limits.native : limits.members;
    if (count > most) at.fault(`must have at most ${most} members`, cure, count);
    return count > most;
}

/** Something with members of its own. A gauge is not, nor a link: they are what a component says of itself. */
function isData(value: unknown, native: boolean): value is unknown[] | Record<string, unknown> {
    if (Array.isArray(value)) return true;
    if (!isPlain(value) || value instanceof Link || ("native" in value && "of" in value)) return false;
    return !native || [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
}
