import * as pulumi from "@pulumi/pulumi";
import { alternatives, type Fault, nearest, oneOfKnown, show } from "./fault";
import { gapsIn, type Lacks } from "./lacks";
import { isPlain } from "./plain";

export { isPlain };

/**
 * Field reads one argument: it answers the complete value, with defaults filled in, or adds faults to its place and
 * answers whatever lets the reading go on. A program reads all its arguments before it fails, so all faults show at once.
 */
export type Field<T> = (given: unknown, at: Place) => T;

/** Fields has a field for each argument: a forgotten one does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** PartIndex knows the parts of an `App`, which its declaration refers to by name. */
export interface PartIndex {
    /** The type of each part: `Container`, `Blob`. */
    readonly types: ReadonlyMap<string, string>;
    /** What was declared of each part: not checked yet. */
    readonly declared: ReadonlyMap<string, object>;
    /** Those that were referred to: a part's own references are added here while it is read. */
    readonly used: Set<string>;
    /** The components, as far as they are made: what a name is resolved to. Unset while the declaration is only checked. */
    readonly made?: ReadonlyMap<string, pulumi.ComponentResource>;
}

/** Place is where in the declaration a value stands. */
export class Place {
    constructor(
        readonly path: string,
        readonly faults: Fault[],
        /** In an `App`, the parts that may be named. Unset where components are referred to by themselves. */
        readonly parts?: PartIndex,
        /** What the cloud lacks, by service: see `Cloud.lacks`. */
        readonly lacks: Lacks = {},
    ) {}

    in(key: string | number): Place {
        const step = typeof key === "number" ? `[${key}]` : /^[\w:-]{1,100}$/.test(key) ? key : show(key);
        const dot = this.path !== "" && typeof key === "string" ? "." : "";
        return new Place(`${this.path}${dot}${step}`, this.faults, this.parts, this.lacks);
    }

    /** Refuses what the cloud lacks of `service` among `args`, which stand here. */
    refuseLacking(service: string, args: unknown): void {
        for (const { at, found, when, because } of gapsIn(this.lacks[service], args)) {
            const what = `is not possible on this cloud${when && ` ${when}`} (${because})`;
            at.reduce<Place>((place, key) => place.in(key), this).fault(
                what,
                "leave it out, or choose another cloud",
                found,
            );
        }
    }

    /** Adds a fault. `got` is shown when it is given: leave it out for secrets. */
    fault(what: string, todo: string, ...got: [] | [unknown]): void {
        this.faults.push({
            where: this.path || "the declaration",
            what,
            todo,
            got: got.length ? show(got[0]) : undefined,
        });
    }
}

/** An argument which may be left out: `fallback` stands for it then. */
export function optional<T, F = undefined>(field: Field<T>, fallback?: F): Field<T | F> {
    return (given, at) => (given === undefined ? (fallback as F) : field(given, at));
}

/** An argument which may also be a Pulumi output: it is checked here only when it is known here. */
export function input<T>(field: Field<T>): Field<pulumi.Input<T>> {
    return (given, at) =>
        pulumi.Output.isInstance(given) || given instanceof Promise ? (given as pulumi.Input<T>) : field(given, at);
}

export const flag: Field<boolean> = (given, at) => {
    if (typeof given === "boolean") return given;
    at.fault("must be true or false", "write true or false, without quotes", given);
    return false;
};

/** A number within bounds, in `unit`; a whole one unless `steps` says otherwise. */
export function number(rule: { min: number; max: number; unit: string; fraction?: boolean }): Field<number> {
    const { min, max, unit, fraction = false } = rule;
    const kind = fraction ? "a number" : "a whole number";
    const meant = (value: number) => (fraction || Number.isSafeInteger(value)) && value >= min && value <= max;
    return (given, at) => {
        if (typeof given === "number" && meant(given)) return given;
        const quoted = typeof given === "string" && /^\d/.test(given) && meant(Number(given));
        const todo = quoted
            ? `write ${Number(given)} without quotes; of a variable, Number(…)`
            : "choose one in that range";
        at.fault(`must be ${kind} of ${unit} from ${min} to ${max}`, todo, given);
        return min;
    };
}

/** A text of a stated form. `what` completes "must be …"; `todo` says how to mend it. */
export function text(what = "a text", rule?: { pattern: RegExp; todo: string }): Field<string> {
    return (given, at) => {
        if (typeof given !== "string" || given === "" || given.includes("\0")) {
            at.fault(`must be ${what}`, rule?.todo ?? "write it in quotes, not empty", given);
            return "";
        }
        if (rule && !rule.pattern.test(given)) at.fault(`must be ${what}`, rule.todo, given);
        return given;
    };
}

/** A text whose value is never shown. */
export const secretText: Field<string> = (given, at) => {
    if (typeof given === "string" && given !== "") return given;
    at.fault("must be a text which is not empty", "set it with `pulumi config set --secret`, and pass it on");
    return "";
};

export function oneOf<const T extends string>(...words: readonly T[]): Field<T> {
    return (given, at) => {
        if (words.includes(given as T)) return given as T;
        const near = typeof given === "string" ? nearest(given, words) : undefined;
        at.fault(`must be ${alternatives(words)}`, near ? `did you mean \`${near}\`?` : "choose one of these", given);
        return words[0];
    };
}

export function list<T>(field: Field<T>, rule: { max?: number } = {}): Field<T[]> {
    const { max = 100 } = rule;
    return (given, at) => {
        if (!Array.isArray(given)) {
            at.fault("must be a list", "put it in [ and ]", given);
            return [];
        }
        if (given.length > max) at.fault(`must have at most ${max} members`, "split it up", given.length);
        return given.slice(0, max).map((member, index) => field(member, at.in(index)));
    };
}

/** Members by name. `names` checks each name. */
export function mapOf<T>(
    field: Field<T>,
    names?: Field<string>,
    rule: { max?: number } = {},
): Field<Record<string, T>> {
    const { max = 1000 } = rule;
    return (given, at) => {
        const read: Record<string, T> = {};
        if (!isPlain(given)) {
            at.fault("must be an object with a name for each member", "put it in { and }", given);
            return read;
        }
        const entries = Object.entries(given);
        if (entries.length > max)
            at.fault(`must have at most ${max} members`, "split it over several stacks", entries.length);
        for (const [name, member] of entries.slice(0, max)) {
            names?.(name, at.in(name));
            Object.defineProperty(read, name, {
                value: field(member, at.in(name)),
                enumerable: true,
                writable: true,
                configurable: true,
            });
        }
        return read;
    };
}

/** An object with exactly these arguments: another one is refused, with the nearest right one. */
export function record<T extends object>(fields: Fields<T>): Field<T> {
    return (given, at) => {
        const read: Partial<T> = {};
        const known = Object.keys(fields) as (keyof T & string)[];
        const plain = isPlain(given);
        if (!plain) at.fault(`must be an object with ${alternatives(known.slice(0, 6))}`, "put it in { and }", given);
        const values = (plain ? given : {}) as Record<string, unknown>;
        for (const key of Object.keys(values)) {
            if (Object.hasOwn(fields, key) || values[key] === undefined) continue;
            at.in(key).fault("is not known here", oneOfKnown(key, known));
        }
        // Where the object itself is wrong, its missing members are no news.
        const place = plain ? at : new Place(at.path, [], at.parts);
        for (const key of known) read[key] = fields[key](values[key], place.in(key));
        return read as T;
    };
}
