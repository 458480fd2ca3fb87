// What a part of the long form has shown, for people and for who gathers it.
import * as fs from "node:fs";
import * as path from "node:path";

/** Figures is plain data: numbers, texts, lists and maps of them. */
export type Figures = { readonly [name: string]: Figure };
type Figure = number | string | boolean | readonly Figure[] | Figures;

/**
 * Says what was shown, and writes it to a file of the folder that MVI_PROOF names, if it does.
 *
 * @param part - of the file's name: `faults-<part>.json`
 * @param times - how often it was done
 */
export function prove(part: string, what: string, times: number, figures: Figures): void {
    console.log(`      ${part}: ${what}, ${times} times: ${JSON.stringify(figures)}`);
    const folder = process.env.MVI_PROOF;
    if (folder) {
        fs.mkdirSync(folder, { recursive: true });
        const text = JSON.stringify({ part, what, times, figures }, undefined, 4);
        fs.writeFileSync(path.join(folder, `faults-${part}.json`), `${text}\n`);
    }
}

/** The middle, the 99th of a hundred and the largest of them, with one decimal. */
export function spread(numbers: readonly number[]): { p50: number; p99: number; most: number } {
    const sorted = [...numbers].sort((a, b) => a - b);
    const at = (part: number): number => Math.round((sorted[Math.ceil(sorted.length * part) - 1] ?? 0) * 10) / 10;
    return { p50: at(0.5), p99: at(0.99), most: at(1) };
}
