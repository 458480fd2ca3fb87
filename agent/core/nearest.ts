/** The name most like `wanted`, if there is one that is alike: for a message after a slip of the fingers. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
    const scored = names.map((name) => ({ name, distance: distance(wanted.toLowerCase(), name.toLowerCase()) }));
    const best = scored.sort((one, two) => one.distance - two.distance)[0];
    return best !== undefined && best.distance <= Math.max(2, wanted.length / 3) ? best.name : undefined;
}

/** Levenshtein's: how many letters to change, add or leave out. */
function distance(one: string, two: string): number {
    let row = Array.from({ length: two.length + 1 }, (_, index) => index);
    for (let i = 1; i <= one.length; i++) {
        const next = [i];
        for (let j = 1; j <= two.length; j++) {
            const changed = (row[j - 1] ?? 0) + (one[i - 1] === two[j - 1] ? 0 : 1);
            next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[two.length] ?? 0;
}
