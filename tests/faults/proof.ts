// What a part of the long form has shown, for people and for the page of the proof.
import { type Aim, proved } from "../support/proof";

/** Figures is plain data: numbers, texts, lists and maps of them; or one that was to be reached. */
export type Figures = { readonly [name: string]: Figure };
type Figure = number | string | boolean | Aim | readonly Figure[] | Figures;

/**
 * Says what was shown, and hands it in.
 *
 * @param part - of the faults, in a word
 * @param times - how often it was done
 */
export function prove(part: string, what: string, times: number, figures: Figures): void {
    console.log(`      ${part}: ${what}, ${times} times: ${JSON.stringify(figures)}`);
    const shown = Object.entries(figures).map(([name, figure]) => [words(name), shownOf(figure)]);
    proved({
        part: "faults",
        what,
        times,
        figures: Object.fromEntries(shown) as Record<string, string | number | Aim>,
    });
}

/** `secondsUntilItServes` as people say it. */
const words = (name: string) =>
    name.replace(/([a-z])([A-Z])/g, (_, before, letter: string) => `${before} ${letter.toLowerCase()}`);

function shownOf(figure: Figure): string | number | Aim {
    if (typeof figure === "number" || typeof figure === "string" || isAim(figure)) return figure;
    if (typeof figure !== "object") return String(figure);
    const members = Array.isArray(figure)
        ? figure.map(textOf)
        : Object.entries(figure).map(([name, one]) => `${name} ${textOf(one)}`);
    return members.join(", ") || "none";
}

const textOf = (figure: Figure): string =>
    typeof figure === "object" ? `(${String(isAim(figure) ? figure.got : shownOf(figure))})` : String(figure);

const isAim = (figure: Figure): figure is Aim => typeof figure === "object" && "met" in figure && "wanted" in figure;

/** The middle, the 99th of a hundred and the largest of them, with one decimal. */
export function spread(numbers: readonly number[]): { p50: number; p99: number; most: number } {
    const sorted = [...numbers].sort((a, b) => a - b);
    const at = (part: number): number => Math.round((sorted[Math.ceil(sorted.length * part) - 1] ?? 0) * 10) / 10;
    return { p50: at(0.5), p99: at(0.99), most: at(1) };
}
