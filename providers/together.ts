import * as pulumi from "@pulumi/pulumi";
import { isPlain } from "../components/plain";

/**
 * What `value` is when all outputs in it are known, at whatever depth they stand. As `pulumi.output`, which makes outputs anew for
 * each object and list on the way to one, and so holds several times as many promises until the engine has answered.
 */
export function together<T>(value: T): pulumi.Output<pulumi.Unwrap<T>> {
    const places = new Map<unknown, number>();
    map(value, (found) => void (places.has(found) || places.set(found, places.size)));
    return pulumi
        .all([...places.keys()])
        .apply((known) => map(value, (found) => known[places.get(found)!]) as pulumi.Unwrap<T>);
}

/** The JSON of `value`, in which outputs may stand at whatever depth. */
export const jsonOf = (value: object): pulumi.Output<string> =>
    together<object>(value).apply((known) => JSON.stringify(known));

/** A copy of `value` with `of` in the place of each output or promise. */
function map(value: unknown, of: (found: unknown) => unknown): unknown {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) return of(value);
    if (Array.isArray(value)) return value.map((each: unknown) => map(each, of));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each, of)]));
}
