// Values that a careless reader of them ends in: they throw, never end, or are not what they look like.
import * as pulumi from "@pulumi/pulumi";

const throwing = (message: string) => (): never => {
    throw new Error(message);
};

/** Each makes a new one, by a name for messages. */
export const hostile: Readonly<Record<string, () => unknown>> = {
    "a getter that throws": () => Object.defineProperty({}, "port", { enumerable: true, get: throwing("no port") }),
    "a getter that throws no error": () =>
        Object.defineProperty({}, "build", {
            enumerable: true,
            get() {
                throw undefined;
            },
        }),
    "a getter that differs each time": () => {
        let count = 0;
        return Object.defineProperty({ build: "./app" }, "port", {
            enumerable: true,
            get: () => (count++ % 2 ? 80 : "eighty"),
        });
    },
    "a circle": () => {
        const circle: Record<string, unknown> = { build: "./app" };
        circle.env = circle;
        return circle;
    },
    "a circle of lists": () => {
        const circle: unknown[] = [];
        circle.push(circle, circle);
        return circle;
    },
    "deep nesting": () => {
        let deep: unknown = "end";
        for (let depth = 0; depth < 20_000; depth++) deep = depth % 2 ? [deep] : { build: deep };
        return deep;
    },
    "a list of a thousand million": () => new Array(1e9),
    "an object of many members": () => Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, n])),
    "a revoked proxy": () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
    },
    "a proxy that has everything": () =>
        new Proxy({}, { get: () => 1, has: () => true, ownKeys: () => ["port", "build"] }),
    "a proxy that throws": () => new Proxy({}, { ownKeys: throwing("no keys"), get: throwing("no member") }),
    "toJSON that throws": () => ({ toJSON: throwing("no JSON") }),
    "toString that throws": () => ({ toString: throwing("no text"), [Symbol.toPrimitive]: throwing("no primitive") }),
    "no prototype": () => Object.assign(Object.create(null) as object, { build: "./app", port: 80 }),
    "an own __proto__": () => JSON.parse('{"__proto__": {"build": "./app", "port": 80}}') as unknown,
    "an instance": () =>
        new (class Service {
            build = "./app";
            port = 80;
        })(),
    "an array with names": () => Object.assign(["./app"], { build: "./app" }),
    "a frozen one": () => Object.freeze({ build: "./app", port: 80 }),
    "names that are symbols": () => ({ [Symbol("build")]: "./app" }),
    "a map": () => new Map([["build", "./app"]]),
    "a set": () => new Set(["./app"]),
    "a date": () => new Date(Number.NaN),
    "a pattern": () => /x/g,
    bytes: () => Buffer.from("x"),
    "an error": () => new Error("not a declaration"),
    "a class": () => class Service {},
    "a function": () => () => "./app",
    "a symbol": () => Symbol("s"),
    "a big integer": () => 10n ** 400n,
    "a boxed text": () => Object("./app"),
    "a thenable": () => ({ then: throwing("not awaited") }),
    "a promise": () => Promise.resolve("./app"),
    "a promise of nothing": () => new Promise(() => undefined),
    "an output": () => pulumi.output("./app"),
    "an output of a secret": () => pulumi.secret({ build: "./app" }),
    "an asset": () => new pulumi.asset.StringAsset("x"),
    "the global object": () => globalThis,
};

/** Stands for a hostile value while a declaration is made up: what makes it up would end in the value itself. */
class Mark {
    constructor(readonly hostile: string) {}
}

export const marks = Object.keys(hostile).map((name) => new Mark(name));

/** The declaration with the hostile values in place of their marks, made anew each time. */
export function withHostile(value: unknown, done = new Map<unknown, object>()): unknown {
    if (value instanceof Mark) return hostile[value.hostile]();
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    const known = done.get(value); // harm may have put a member into itself
    if (known) return known;
    const copy = Array.isArray(value) ? [] : {};
    done.set(value, copy);
    for (const [key, member] of Object.entries(value))
        Object.defineProperty(copy, key, {
            value: withHostile(member, done),
            enumerable: true,
            writable: true,
            configurable: true,
        });
    return copy;
}
