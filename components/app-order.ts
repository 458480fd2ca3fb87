/** Node is a part and the names of those that it refers to. */
interface Node {
    readonly name: string;
    readonly uses: ReadonlySet<string>;
}

/** The parts in an order in which each comes after those that it refers to; otherwise as they were. No cycle may be left. */
export function inOrder<T extends Node>(parts: readonly T[]): T[] {
    const byName = new Map(parts.map((part) => [part.name, part]));
    const ordered = new Set<T>();
    // Iterative, since a chain of a thousand parts is no reason for a stack overflow.
    for (const start of parts) {
        const stack = [start];
        while (stack.length) {
            const part = stack[stack.length - 1];
            const next = [...part.uses].map((name) => byName.get(name)).find((used) => used && !ordered.has(used));
            if (next) stack.push(next);
            else ordered.add(stack.pop()!);
        }
    }
    return [...ordered];
}

/** The names along a circle of uses, the first one again at its end; undefined when there is none. */
export function cycleIn(parts: readonly Node[]): string[] | undefined {
    const byName = new Map(parts.map((part) => [part.name, part]));
    const done = new Set<string>();
    for (const start of parts) {
        const path: { name: string; rest: string[] }[] = [{ name: start.name, rest: [...start.uses] }];
        const onPath = new Set([start.name]);
        while (path.length && !done.has(start.name)) {
            const here = path[path.length - 1];
            const next = here.rest.pop();
            if (next === undefined) {
                done.add(here.name);
                onPath.delete(here.name);
                path.pop();
            } else if (onPath.has(next)) {
                const names = path.map(({ name }) => name);
                return [...names.slice(names.indexOf(next)), next];
            } else if (!done.has(next) && byName.has(next)) {
                path.push({ name: next, rest: [...byName.get(next)!.uses] });
                onPath.add(next);
            }
        }
    }
    return undefined;
}
