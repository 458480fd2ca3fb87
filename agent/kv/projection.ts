/** Parts of items, by path. */

import { checkApart, type Path, type Tokens } from "./expression";
import { type Item, newItem, type Value } from "./value";

/** Reads the paths of a ProjectionExpression. */
export function readProjection(tokens: Tokens): Path[] {
    const paths = tokens.list(() => tokens.path());
    tokens.end();
    checkApart(paths, tokens.label);
    return paths;
}

/** What `path` leads to in `item`. */
export function at(item: Item, path: Path): Value | undefined {
    let value: Value | undefined = { M: item };
    for (const step of path) {
        value = typeof step === "number" ? value?.L?.[step] : own(value?.M, step);
    }
    return value;
}

/** The item with what `paths` lead to, and nothing else: lists close up. */
export function project(item: Item, paths: readonly Path[]): Item {
    return pick({ M: item }, paths)?.M ?? newItem();
}

function pick(value: Value | undefined, paths: readonly Path[]): Value | undefined {
    if (!value || paths.some((path) => path.length === 0)) return value;
    const steps = [...new Set(paths.map((path) => path[0]))];
    const below = (step: string | number): Path[] =>
        paths.filter((path) => path[0] === step).map((path) => path.slice(1));
    if (value.M) {
        const map = newItem();
        for (const step of steps) {
            const part = typeof step === "string" ? pick(own(value.M, step), below(step)) : undefined;
            if (part) map[step] = part;
        }
        return Object.keys(map).length > 0 ? { M: map } : undefined;
    }
    const indexes = steps.filter((step) => typeof step === "number").sort((a, b) => a - b);
    const list = indexes.map((index) => pick(value.L?.[index], below(index))).filter((part) => part !== undefined);
    return list.length > 0 ? { L: list } : undefined;
}

function own(map: Item | undefined, name: string): Value | undefined {
    return map && Object.hasOwn(map, name) ? map[name] : undefined;
}
