import * as pulumi from "@pulumi/pulumi";
import { legible } from "./show";

export { show } from "./show";

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

/** Nobody reads more at once. */
const mostLines = 100;

/**
 * Mistake is thrown for a declaration or a configuration that cannot be carried out: before any resource is made, with
 * all its faults gathered, and shown by Pulumi without a stack trace.
 */
export class Mistake extends pulumi.RunError {
    readonly faults: readonly Fault[];

    /** @param subject what is at fault, such as `Container "web"` */
    constructor(subject: string, faults: readonly Fault[]) {
        const lines = faults.slice(0, mostLines).map((fault) => `  - ${line(fault)}`);
        if (faults.length > mostLines) lines.push(`  - and ${faults.length - mostLines} more: mend these first`);
        super(
            `${legible(subject, 200)} cannot be made (${faults.length} ${faults.length === 1 ? "fault" : "faults"}):\n${lines.join("\n")}`,
        );
        this.faults = faults;
    }
}

/** What is left of `faults` without those that `causes` have brought about: at the same place, or within it. */
export function notFollowing(faults: readonly Fault[], causes: readonly Fault[]): Fault[] {
    const follows = (where: string) =>
        causes.some(
            (one) => where === one.where || where.startsWith(`${one.where}.`) || where.startsWith(`${one.where}[`),
        );
    return faults.filter(({ where }) => !follows(where));
}

/** What to do about a word that is none of `known`: the one that was meant, else all there are. */
export function oneOfKnown(given: string, known: readonly string[]): string {
    const near = nearest(given, known) ?? ours(given, known);
    return near ? `did you mean \`${near}\`?` : `known are ${known.join(", ") || "none"}`;
}

/** Our word for what others call `given`, if it is one of `known`. */
function ours(given: string, known: readonly string[]): string | undefined {
    const word = Object.hasOwn(theirs, given) ? theirs[given as keyof typeof theirs] : undefined;
    return word?.find((one) => known.includes(one));
}

/** Docker Compose's words, which many know, for ours. */
const theirs = {
    services: ["containers"],
    environment: ["env"],
    depends_on: ["uses"],
    links: ["uses"],
    healthcheck: ["health"],
    entrypoint: ["command"],
    expose: ["ports", "port"],
    replicas: ["scale"],
    deploy: ["scale"],
    cpus: ["cpu"],
    mem_limit: ["memory"],
    volumes: ["blobs", "uses"],
    stop_grace_period: ["stopGrace"],
    domainname: ["domain"],
    logging: ["log"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

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
    return legible(`${where}: ${what}${got === undefined ? "" : `, but got ${got}`}: ${todo}`, 800);
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
