// What came of a load, counted.

export interface Report {
    readonly requests: number;
    /** Whole answers that were right. */
    readonly answered: number;
    /** How each request failed that did. */
    readonly failures: readonly string[];
    /** From the first request to the last answer. */
    readonly seconds: number;
    /** Of the answers, in milliseconds. */
    readonly p50: number;
    readonly p99: number;
    readonly most: number;
    /** The whole second, counted from the start, in which the fewest answers came. */
    readonly worst: { readonly second: number; readonly answered: number };
    /** When the slowest answer came, in seconds after the start: it tells what was under way. */
    readonly slowestAt: number;
    /** How many answers came from each version. */
    readonly versions: Readonly<Record<string, number>>;
}

/** @param answers - When each came, in milliseconds after the start, and how long it took. */
export function reportOf(
    answers: readonly (readonly [at: number, took: number])[],
    seconds: number,
): Omit<Report, "requests" | "failures" | "versions"> {
    const times = answers.map(([, took]) => took).sort((a, b) => a - b);
    const at = (part: number) => tenths(times[Math.ceil(times.length * part) - 1] ?? 0);
    // The last second is not a whole one.
    const counts = Array.from({ length: Math.max(1, Math.floor(seconds)) }, () => 0);
    let slowest = [0, 0] as readonly [at: number, took: number];
    for (const answer of answers) {
        const second = Math.floor(answer[0] / 1000);
        if (second < counts.length) counts[second]++;
        if (answer[1] > slowest[1]) slowest = answer;
    }
    const answered = Math.min(...counts);
    const worst = { second: counts.indexOf(answered), answered };
    const slowestAt = Math.floor(slowest[0] / 1000);
    return { answered: answers.length, seconds, p50: at(0.5), p99: at(0.99), most: at(1), worst, slowestAt };
}

const tenths = (milliseconds: number) => Math.round(milliseconds * 10) / 10;
