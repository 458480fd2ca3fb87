import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Evidence is what a test hands in to `npm run proof`: the contract stands at the top of scripts/proof.mjs. */
export interface Evidence {
    readonly part: "input" | "faults" | "load" | "scale" | "security" | "upgrade" | "critical";
    /** What was done, in one line, of its own within the part. */
    readonly what: string;
    /** How often. */
    readonly times: number;
    /** What happened, by name. What falls short is handed in as it is: `met` says so. */
    readonly figures: Readonly<Record<string, string | number | Aim>>;
}

/** Aim is a figure that was to be reached. */
export interface Aim {
    readonly got: string | number;
    readonly wanted: string | number;
    readonly met: boolean;
}

/** Does this run belong to `npm run proof`? Then a test does the whole, else its short form. */
export const proving = process.env.MVI_PROOF !== undefined;

/** The number of `npm run proof`, or that of `npm test`. */
export const inFull = <T>(whole: T, short: T): T => (proving ? whole : short);

/** Hands in evidence; nothing in `npm test`. Call it before the figures are asserted, so that a bad one is seen. */
export function proved(evidence: Evidence): void {
    if (process.env.MVI_PROOF === undefined) return;
    fs.mkdirSync(process.env.MVI_PROOF, { recursive: true });
    const file = path.join(process.env.MVI_PROOF, `${evidence.part}-${randomUUID()}.json`);
    fs.writeFileSync(file, `${JSON.stringify(evidence, null, 4)}\n`, { flag: "wx" });
}
