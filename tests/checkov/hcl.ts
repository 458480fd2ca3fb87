/** Prints the resources of a program as HCL, for scanners which read no other language. It is for reading only: nothing applies it. */

import type { Scanned } from "./scanned";

/** Drawn is one resource, with references to others as tokens: `${aws_kms_key.stack_key.arn}`. */
export interface Drawn {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    /** The component that it is of, as type and name: `mvi:index:Database guestbook-db`. */
    readonly component: string;
}

/** The name of a Pulumi type in HCL; undefined for what no scanner looks at. */
export function hclType({ cloud, prefix, modules, types }: Scanned, token: string): string | undefined {
    const match = /^(\w+):(\w+)\/\w+:(\w+)$/.exec(token);
    if (match?.[1] !== cloud) return undefined;
    const [, , module, type] = match;
    return types[`${module}/${type}`] ?? `${prefix}_${modules[module] ?? module}_${snake(type)}`;
}

/** A name as HCL takes it. */
export function hclName(name: string): string {
    return name.replace(/\W/g, "_");
}

export function toHcl(scanned: Scanned, resources: readonly Drawn[]): string {
    const ready = Object.values(scanned.managed).map(
        ({ type, name }) => `data "${type}" "${hclName(name)}" {\n  name = "${name}"\n}\n`,
    );
    return [...ready, ...resources.map((resource) => new Printer(scanned, resource).block())].join("\n");
}

/** Prints one resource. */
class Printer {
    private readonly type: string;

    constructor(
        private readonly scanned: Scanned,
        private readonly resource: Drawn,
    ) {
        this.type = hclType(scanned, resource.type)!;
    }

    block(): string {
        const { name, inputs } = this.resource;
        const lifecycle = this.scanned.lifecycle?.(this.type, inputs) ?? [];
        return [
            `resource "${this.type}" "${hclName(name)}" {`,
            ...this.members(inputs, "  "),
            ...(lifecycle.length ? ["  lifecycle {", ...lifecycle.map((line) => `    ${line}`), "  }"] : []),
            "}",
            "",
        ].join("\n");
    }

    private members(object: Readonly<Record<string, unknown>>, indent: string): string[] {
        return Object.entries(object).flatMap(([key, value]) => this.member(key, value, indent));
    }

    private member(key: string, value: unknown, indent: string): string[] {
        if (value === undefined || value === null) return [];
        const { names, maps, json, plurals } = this.scanned;
        const own = names[this.type]?.[key];
        const name = own ?? snake(key);
        if (Array.isArray(value) && value.some(isObject)) {
            const block = own ?? (plurals.has(key) ? name : singular(name));
            return value.flatMap((one) => this.blockOf(block, one as Record<string, unknown>, indent));
        }
        if (isObject(value) && !maps.has(key)) return this.blockOf(name, value, indent);
        if (typeof value === "string" && json.has(key)) {
            const parsed = parse(value);
            if (parsed !== undefined) return [`${indent}${name} = jsonencode(${this.expression(parsed)})`];
        }
        return [`${indent}${name} = ${this.expression(value)}`];
    }

    private blockOf(name: string, object: Record<string, unknown>, indent: string): string[] {
        return [`${indent}${name} {`, ...this.members(object, `${indent}  `), `${indent}}`];
    }

    private expression(value: unknown): string {
        if (Array.isArray(value)) return `[${value.map((one) => this.expression(one)).join(", ")}]`;
        if (isObject(value)) {
            const inner = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)} = ${this.expression(one)}`);
            return `{ ${inner.join(", ")} }`;
        }
        if (typeof value !== "string") return JSON.stringify(value ?? null);
        const ready = this.scanned.managed[value];
        if (ready) return `data.${ready.type}.${hclName(ready.name)}.id`;
        const whole = /^\$\{([\w.[\]]+)\}$/.exec(value);
        return whole
            ? whole[1]
            : JSON.stringify(value)
                  .replace(/%\{/g, "%%{")
                  .replace(new RegExp(`\\$\\{(?!${this.scanned.prefix}_)`, "g"), "$$$${");
    }
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined; // A text that only looks like it, such as a name.
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function snake(name: string): string {
    return name
        .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
        .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
        .toLowerCase();
}

function singular(name: string): string {
    return name.replace(/ies$/, "y").replace(/([^s])s$/, "$1");
}
