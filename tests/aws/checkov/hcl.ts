/** Prints the resources of a program as HCL, for scanners which read no other language. It is for reading only: nothing applies it. */

import { scanned } from "./types";

/** Drawn is one resource, with references to others as tokens: `${aws_kms_key.stack_key.arn}`. */
export interface Drawn {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
}

/** The name of a Pulumi type in HCL; undefined for what no scanner looks at. */
export function hclType(token: string): string | undefined {
    const match = /^aws:(\w+)\/\w+:(\w+)$/.exec(token);
    if (!match) return undefined;
    const [, module, type] = match;
    return scanned.types[`${module}/${type}`] ?? `aws_${module}_${snake(type)}`;
}

/** A name as HCL takes it. */
export function hclName(name: string): string {
    return name.replace(/\W/g, "_");
}

export function toHcl(resources: readonly Drawn[]): string {
    const ready = Object.values(scanned.managed).map(
        ({ type, name }) => `data "${type}" "${hclName(name)}" {\n  name = "${name}"\n}\n`,
    );
    return [...ready, ...resources.map(block)].join("\n");
}

function block({ type, name, inputs }: Drawn): string {
    const own = hclType(type)!;
    // Pulumi makes the new one first, always.
    const lifecycle = own === "aws_acm_certificate" ? ["    create_before_destroy = true"] : [];
    return [
        `resource "${own}" "${hclName(name)}" {`,
        ...members(own, inputs, "  "),
        ...(lifecycle.length ? ["  lifecycle {", ...lifecycle, "  }"] : []),
        "}",
        "",
    ].join("\n");
}

function members(type: string, object: Readonly<Record<string, unknown>>, indent: string): string[] {
    return Object.entries(object).flatMap(([key, value]) => member(type, key, value, indent));
}

function member(type: string, key: string, value: unknown, indent: string): string[] {
    if (value === undefined || value === null) return [];
    const names = scanned.names[type] ?? {};
    const name = names[key] ?? snake(key);
    if (Array.isArray(value) && value.some(isObject)) {
        const block = names[key] ?? singular(name);
        return value.flatMap((one) => blockOf(type, block, one as Record<string, unknown>, indent));
    }
    if (isObject(value) && !scanned.maps.has(key)) return blockOf(type, name, value, indent);
    if (typeof value === "string" && scanned.json.has(key)) {
        const parsed = json(value);
        if (parsed !== undefined) return [`${indent}${name} = jsonencode(${expression(parsed)})`];
    }
    return [`${indent}${name} = ${expression(value)}`];
}

function blockOf(type: string, name: string, object: Record<string, unknown>, indent: string): string[] {
    return [`${indent}${name} {`, ...members(type, object, `${indent}  `), `${indent}}`];
}

function expression(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(expression).join(", ")}]`;
    if (isObject(value)) {
        const inner = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)} = ${expression(one)}`);
        return `{ ${inner.join(", ")} }`;
    }
    if (typeof value !== "string") return JSON.stringify(value ?? null);
    const ready = scanned.managed[value];
    if (ready) return `data.${ready.type}.${hclName(ready.name)}.id`;
    const whole = /^\$\{([\w.[\]]+)\}$/.exec(value);
    return whole
        ? whole[1]
        : JSON.stringify(value)
              .replace(/%\{/g, "%%{")
              .replace(/\$\{(?!aws_)/g, "$$${");
}

function json(text: string): unknown {
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
