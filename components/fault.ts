import * as pulumi from "@pulumi/pulumi";

/** Fault is one thing wrong with a declaration. */
export interface Fault {
    /** The argument, as a path from the declaration's top: `containers.web.scale.min`. */
    readonly where: string;
    /** The rule that it breaks, in the reader's words: `must be at most scale.max (3)`. */
    readonly what: string;
    /** What was given, as it is shown: never a secret's value. */
    readonly got?: string;
    /** What to do next. */
    readonly todo: string;
}

/**
 * Mistake is thrown for a declaration or a configuration that cannot be carried out: before any resource is made, with
 * all its faults gathered, and shown by Pulumi without a stack trace.
 */
export class Mistake extends pulumi.RunError {
    readonly faults: readonly Fault[];

    /** @param subject what is at fault, such as `Container "web"` */
    constructor(subject: string, faults: readonly Fault[]) {
        const lines = faults.map((fault) => `  - ${line(fault)}`);
        super(
            `${subject} cannot be made (${faults.length} ${faults.length === 1 ? "fault" : "faults"}):\n${lines.join("\n")}`,
        );
        this.faults = faults;
    }
}

/** Shows a value in a message: short, on one line, and opaque where it is not known yet. */
export function show(value: unknown): string {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) return "a value that is only known later";
    if (pulumi.Resource.isInstance(value)) return `the resource "${resourceName(value)}"`;
    if (typeof value === "function") return "a function";
    let text: string | undefined;
    try {
        text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner));
    } catch {
        text = undefined; // a value which refers to itself
    }
    text ??= String(
        Array.isArray(value)
            ? "a list"
            : typeof value === "object"
              ? "an object"
              : typeof value === "symbol"
                ? "a symbol"
                : value,
    );
    return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The candidate nearest to `given`, if it is near enough to be meant. */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
    let best: string | undefined;
    let bestDistance = Math.max(1, Math.floor(given.length / 3)) + 1;
    for (const candidate of candidates) {
        const distance = editDistance(given.toLowerCase(), candidate.toLowerCase(), bestDistance);
        if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    }
    return best;
}

/** ` or `-joined list for messages: `a`, `b` or `c`. */
export function alternatives(words: readonly string[]): string {
    const quoted = words.map((word) => `\`${word}\``);
    return quoted.length < 2
        ? (quoted[0] ?? "none")
        : `${quoted.slice(0, -1).join(", ")} or ${quoted[quoted.length - 1]}`;
}

function line({ where, what, got, todo }: Fault): string {
    return `${where}: ${what}${got === undefined ? "" : `, but got ${got}`}: ${todo}`;
}

function resourceName(resource: pulumi.Resource): string {
    return (resource as unknown as { readonly __name?: string }).__name ?? "?";
}

/** How many letters were left out, added, changed or swapped; given up at `limit`, so that a long name costs no more. */
function editDistance(a: string, b: string, limit: number): number {
    if (Math.abs(a.length - b.length) >= limit) return limit;
    let before: number[] = [];
    let row = Array.from({ length: b.length + 1 }, (_, column) => column);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
            const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
            next.push(Math.min(change, row[j] + 1, next[j - 1] + 1, swapped ? before[j - 2] + 1 : limit));
        }
        if (Math.min(...next) >= limit) return limit;
        [before, row] = [row, next];
    }
    return row[b.length];
}
