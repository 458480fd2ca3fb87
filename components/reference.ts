import { Component, type Gauge } from "./component";
import { alternatives, nearest } from "./fault";
import { type Access, Link, prefixOf, type Use } from "./link";
import { type Field, isPlain, list, type PartIndex, type Place } from "./shape";

/** A reference to another component of type `type`; in an `App`'s declaration, to a part by its name. */
export function reference<T extends Component>(type: string): Field<T> {
    return (given, at) => {
        if (at.parts)
            return (checkPart(given, [type], at.parts, at) ? at.parts.made?.get(given) : undefined) as unknown as T;
        if (!(given instanceof Component) || Component.typeOf(given) !== type) {
            at.fault(`must be a ${type}`, `make one with \`new ${type}(…)\` and pass it`, given);
        }
        return given as T;
    };
}

/** A reference to a Key that encrypts. */
export function encryptingKey<T extends Component>(): Field<T> {
    const key = reference<T>("Key");
    return (given, at) => {
        const read = key(given, at);
        if (argumentsOf(given, at)?.purpose === "sign") {
            at.fault(
                "must be a Key that encrypts",
                'make one with `purpose: "encrypt"`: a key does one of both',
                given,
            );
        }
        return read;
    };
}

/** What was declared of the component or part that `given` refers to, as far as it is one. */
export function argumentsOf(given: unknown, at: Place): Readonly<Record<string, unknown>> | undefined {
    if (given instanceof Component) return given.spec as unknown as Record<string, unknown>;
    const declared = typeof given === "string" ? at.parts?.declared.get(given) : undefined;
    return isPlain(declared) ? declared : undefined;
}

/** A gauge of a component; in an `App`'s declaration `"web.errors"`. */
export const gauge: Field<Gauge> = (given, at) => {
    const [part, name] = at.parts && typeof given === "string" ? given.split(".") : [];
    if (at.parts && name !== undefined) {
        if (!checkPart(part, Object.keys(gaugesByType), at.parts, at)) return undefined as unknown as Gauge;
        const type = at.parts.types.get(part)!;
        if (!gaugesByType[type].includes(name)) {
            const near = nearest(name, gaugesByType[type]);
            at.fault(
                `must be a gauge of a ${type}`,
                near ? `did you mean "${part}.${near}"?` : `there are ${gaugesByType[type].join(", ")}`,
                given,
            );
        }
        return (at.parts.made?.get(part) as Component | undefined)?.gauge(name) as Gauge;
    }
    if (typeof given !== "object" || given === null || !("native" in given)) {
        at.fault(
            "must be a gauge of a component",
            at.parts ? 'write `of: "web.errors"`' : 'write `of: web.gauge("errors")`',
            given,
        );
    }
    return given as Gauge;
};

/** The components that `uses` names, with what may be done to each. */
export const uses: Field<Link[]> = (given, at) => {
    const named = list<{ readonly prefix?: string } | undefined>(at.parts ? namedUse : use)(given, at);
    const prefixes = named.map((one) => one?.prefix).filter((prefix) => prefix !== undefined);
    for (const prefix of new Set(prefixes.filter((prefix, index) => prefixes.indexOf(prefix) !== index))) {
        const mend = at.parts
            ? `give one another name: "${prefix.toLowerCase()} as OTHER"`
            : 'give one another name: `.as("OTHER")`';
        at.fault(`has two links whose variables begin with ${prefix}_`, mend);
    }
    // A Secret is one variable, named as it is: DB_URL may be that of a Database's link, too.
    for (const prefix of prefixes) {
        const other = withVariableEnd.exec(prefix)?.[1];
        if (other !== undefined && prefixes.includes(other))
            at.fault(
                `has two links with a variable ${prefix}`,
                `give one another name: ${at.parts ? `"… as OTHER"` : '`.as("OTHER")`'}`,
            );
    }
    return named.filter((one) => one instanceof Link);
};

const withVariableEnd = /^(.+)_(?:URL|HOST|PORT|NAME|USER|PASSWORD|BUCKET|TABLE|ID|FILE)$/;

/** What can be watched of each kind without asking: the same on every cloud. */
export const gaugesByType: Readonly<Record<string, readonly string[]>> = {
    Container: ["cpu", "memory", "healthy", "requests", "errors", "latency"],
    VM: ["cpu", "memory", "healthy"],
    LoadBalancer: ["requests", "errors", "latency"],
    Database: ["connections", "storage"],
    Blob: ["bytes", "objects"],
    KV: ["requests"],
    Job: ["failures"],
};

/** What may be done with a part of each kind; the first line's are the default. */
export const accessByType: Readonly<Record<string, readonly Access[]>> = {
    Database: ["write", "read"],
    Blob: ["write", "read"],
    KV: ["write", "read"],
    Log: ["write", "read"],
    Metric: ["write"],
    Key: ["encrypt", "decrypt", "sign", "verify"],
    Secret: ["read", "file"],
    Container: ["connect"],
    VM: ["connect"],
};

/** A use in an `App`'s declaration: `db`, `uploads:read`, `signer:sign,verify as TOKENS`. */
const namedUse: Field<Link | { readonly prefix: string } | undefined> = (given, at) => {
    const parts = at.parts!;
    const match =
        typeof given === "string"
            ? /^([^\s:]+)(?::([a-z]+(?:,[a-z]+)*))?(?: as ([A-Z][A-Z0-9_]*))?$/.exec(given)
            : null;
    if (!match) {
        at.fault("must name a part", 'write "db", "uploads:read" or "db as PRIMARY"', given);
        return undefined;
    }
    const [, part, verbs, name] = match;
    if (!checkPart(part, Object.keys(accessByType), parts, at)) return undefined;
    const type = parts.types.get(part)!;
    const access = verbs?.split(",") as Access[] | undefined;
    for (const verb of access ?? []) {
        if (type === "Key") checkVerb(verb, argumentsOf(part, at)?.purpose, at);
        if (!accessByType[type].includes(verb))
            at.fault(`cannot do that with a ${type}`, oneOfThese(verb, accessByType[type]), verb);
    }
    const prefix = name ?? prefixOf(part);
    const made = parts.made?.get(part) as Component | undefined;
    return made ? made.link(access).as(prefix) : { prefix };
};

const use: Field<Link | undefined> = (given, at) => {
    const link = given instanceof Link ? given : given instanceof Component ? given.link() : undefined;
    const known = link ? Component.accessOf(link.target) : [];
    if (!link || !known.length) {
        at.fault(
            `must be one of ${Object.keys(accessByType).join(", ")}`,
            "pass a component, or a link such as `blob.readOnly()`",
            given as Use,
        );
        return undefined;
    }
    if (!/^[A-Z][A-Z0-9_]*$/.test(link.prefix)) {
        at.fault("must have a name of capital letters, digits and _", 'write `.as("PRIMARY")`', link.prefix);
    }
    if (Component.typeOf(link.target) === "Key")
        link.access.forEach((verb) => checkVerb(verb, argumentsOf(link.target, at)?.purpose, at));
    const wrong = link.access.filter((access) => !known.includes(access));
    if (wrong.length || !link.access.length) {
        at.fault(
            `must be one of ${alternatives(known)} for ${Component.typeOf(link.target)} ${link.target.shortName}`,
            wrong.length === 1 ? oneOfThese(wrong[0], known) : "choose among these",
            wrong.join(", "),
        );
    }
    return link;
};

/** A key either encrypts or signs. */
function checkVerb(verb: string, purpose: unknown, at: Place): void {
    const fitting: readonly string[] = purpose === "sign" ? ["sign", "verify"] : ["encrypt", "decrypt"];
    const known = accessByType.Key.includes(verb as Access);
    if (known && !fitting.includes(verb))
        at.fault(
            `cannot do that with a Key to ${purpose === "sign" ? "sign" : "encrypt"}`,
            `choose ${alternatives(fitting)}, or another key`,
            verb,
        );
}

function oneOfThese(verb: string, known: readonly string[]): string {
    const near = nearest(verb, known);
    return near ? `did you mean "${near}"?` : `choose ${alternatives(known)}`;
}

function checkPart(given: unknown, types: readonly string[], parts: PartIndex, at: Place): given is string {
    const type = typeof given === "string" ? parts.types.get(given) : undefined;
    if (type && types.includes(type)) {
        parts.used.add(given as string);
        return true;
    }
    const fitting = [...parts.types].filter(([, other]) => types.includes(other)).map(([name]) => name);
    const near = typeof given === "string" ? nearest(given, fitting) : undefined;
    at.fault(
        type ? `must name a ${types.join(" or ")}, not a ${type}` : `must name a part that is a ${types.join(", ")}`,
        near
            ? `did you mean "${near}"?`
            : fitting.length
              ? `there are ${fitting.slice(0, 8).join(", ")}`
              : "declare it first",
        given,
    );
    return false;
}
