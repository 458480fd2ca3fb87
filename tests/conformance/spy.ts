import { isPlain } from "../../components/shape";

/** A view of a driver's arguments that remembers what was read, member by member. */
export function spy<T extends object>(spec: T): { proxy: T; unread(): string[] } {
    const waiting = new Set<string>();
    const watch = (value: unknown, path: string): unknown => {
        if (!isPlain(value) || Object.getPrototypeOf(value) !== Object.prototype || !Object.keys(value).length)
            return value;
        if ("native" in value) return value; // a gauge: a reference, whose inside is its component's
        for (const key of Object.keys(value)) waiting.add(join(path, key));
        return new Proxy(value, {
            get(all, key) {
                if (typeof key === "string") waiting.delete(join(path, key));
                return typeof key === "string" && Object.hasOwn(all, key)
                    ? watchOnce(join(path, key), all[key])
                    : Reflect.get(all, key);
            },
        });
    };
    const views = new Map<string, unknown>();
    const watchOnce = (path: string, value: unknown): unknown => {
        if (!views.has(path))
            views.set(
                path,
                Array.isArray(value)
                    ? value.map((member, index) => watch(member, join(path, String(index))))
                    : watch(value, path),
            );
        return views.get(path);
    };
    return {
        proxy: watch(spec, "") as T,
        unread: () => [...waiting].filter((path) => ![...waiting].some((other) => path.startsWith(`${other}.`))),
    };
}

/** A copy without what stands at these paths. */
export function without(value: object, paths: readonly string[]): object {
    const copy: Record<string, unknown> = { ...value };
    for (const path of paths) {
        const [key, ...rest] = path.split(".");
        if (!rest.length) delete copy[key];
        else if (isPlain(copy[key])) copy[key] = without(copy[key], [rest.join(".")]);
    }
    return copy;
}

function join(path: string, key: string): string {
    return path === "" ? key : `${path}.${key}`;
}
