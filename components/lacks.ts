import { isPlain } from "./plain";

/**
 * Gaps are the arguments of a service which a cloud cannot honour, with the reason. The key is the argument's path
 * (`backups.window`; `*` stands for every member), alone or with one value (`scale.min=0`) or what begins so
 * (`userData^=#cloud-config`).
 */
export type Gaps = Readonly<Record<string, string | ConditionalGap>>;

/** ConditionalGap is one that is there only beside certain other arguments, as they are given: `{ engine: "mysql" }`. */
export interface ConditionalGap {
    readonly when: Readonly<Record<string, string>>;
    readonly because: string;
}

/** What a cloud lacks, by service. */
export type Lacks = { readonly [service: string]: Gaps | undefined };

/** Gap is one that was met. */
export interface Gap {
    /** Where it was met, key by key. */
    readonly at: readonly (string | number)[];
    readonly found: unknown;
    /** `with engine mysql`; empty where it is always a gap. */
    readonly when: string;
    readonly because: string;
}

/** The gaps that `args` would fall into. */
export function gapsIn(gaps: Gaps = {}, args: unknown): Gap[] {
    return Object.entries(gaps).flatMap(([gap, reason]) => {
        const { when = {}, because } = typeof reason === "string" ? { because: reason } : reason;
        const met = ([path, value]: [string, string]) =>
            valuesAt(args, path).some(({ found }) => word(found) === value);
        if (!Object.entries(when).every(met)) return [];
        const { path, how, form } = partsOf(gap);
        return valuesAt(args, path)
            .filter(({ found }) => how !== "=" || word(found) === form)
            .filter(({ found }) => how !== "^=" || word(found)?.startsWith(form))
            .map((value) => ({ ...value, when: words(when), because }));
    });
}

/** Is a default a gap here? Then another one has to stand in for it. */
export function lacking(gaps: Gaps | undefined, path: string, args: unknown): boolean {
    return gapsIn(gaps, args).some(({ at }) => at.join(".") === path);
}

/** A gap as people read it: `backups.pointInTime=true` or `backups.pointInTime=true with engine mysql`. */
export function nameOf([gap, reason]: readonly [string, string | ConditionalGap]): [name: string, because: string] {
    return typeof reason === "string" ? [gap, reason] : [`${gap} ${words(reason.when)}`, reason.because];
}

function words(when: ConditionalGap["when"]): string {
    const conditions = Object.entries(when).map(([path, value]) => `${path} ${value}`);
    return conditions.length ? `with ${conditions.join(" and ")}` : "";
}

/** A value as it stands in a gap's name; an object has none. */
function word(value: unknown): string | undefined {
    return typeof value === "object" || typeof value === "function" ? undefined : String(value);
}

function partsOf(gap: string): { path: string; how: string | undefined; form: string } {
    const [, path, how, form = ""] = /^(.*?)(?:(\^?=)(.*))?$/.exec(gap)!;
    return { path, how, form };
}

interface Value {
    readonly at: readonly (string | number)[];
    readonly found: unknown;
}

/** The values which stand at a path; `*` stands for every member. What is off counts as left out. */
function valuesAt(args: unknown, path: string): Value[] {
    const step = (values: Value[], key: string): Value[] =>
        values.flatMap(({ at, found }) => {
            const members = Array.isArray(found) || isPlain(found) ? Object.entries(found) : [];
            return members
                .filter(([name]) => key === "*" || (name === key && !Array.isArray(found)))
                .map(([name, member]) => ({
                    at: [...at, Array.isArray(found) ? Number(name) : name],
                    found: member as unknown,
                }));
        });
    const values = path.split(".").reduce(step, [{ at: [], found: args }]);
    return values.filter(({ found }) => found !== undefined && found !== false);
}
