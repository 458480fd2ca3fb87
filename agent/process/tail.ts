/**
 * The last `count` of the lines that a program wrote, for a person: of a stack trace, its first calls stand for all, so that
 * the message above it is not lost.
 */
export function lastLines(lines: readonly string[], count: number): string[] {
    const shown: string[] = [];
    let calls = 0;
    for (const line of lines) {
        calls = /^\s+at /.test(line) ? calls + 1 : 0;
        if (calls <= MOST_CALLS) shown.push(line);
        else if (calls === MOST_CALLS + 1) shown.push(line.replace(/at .*/, "…"));
    }
    return shown.slice(-count);
}

const MOST_CALLS = 2;
