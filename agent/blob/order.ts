/** Compares keys by their bytes in UTF-8, which is the order of S3's listings; JavaScript's own order is that of UTF-16. */
export function compareKeys(a: string, b: string): number {
    const end = Math.min(a.length, b.length);
    for (let at = 0; at < end; at++) {
        const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
        if (x !== y) return rank(x) - rank(y);
    }
    return a.length - b.length;
}

/** SortedKeys is a set of keys in the order of {@link compareKeys}. */
export class SortedKeys {
    private readonly keys: string[] = [];
    private sorted = true;

    /** `key` must not be there yet. Cheap in bulk: a sort follows at the next look. */
    append(key: string): void {
        this.keys.push(key);
        this.sorted = false;
    }

    /** `key` must not be there yet. */
    add(key: string): void {
        this.keys.splice(this.indexOf(key), 0, key);
    }

    /** `key` must be there. */
    delete(key: string): void {
        this.keys.splice(this.indexOf(key), 1);
    }

    at(index: number): string | undefined {
        return this.keys[index];
    }

    /** The index of the first key which is not less than `key`. */
    indexOf(key: string): number {
        return this.search((other) => compareKeys(other, key) < 0);
    }

    /** The index of the first key after all which are less than `prefix` or begin with it. */
    afterPrefix(prefix: string): number {
        return this.search((key) => compareKeys(key.slice(0, prefix.length), prefix) <= 0);
    }

    private search(before: (key: string) => boolean): number {
        if (!this.sorted) {
            this.keys.sort(compareKeys);
            this.sorted = true;
        }
        let [low, high] = [0, this.keys.length];
        while (low < high) {
            const middle = (low + high) >>> 1;
            if (before(this.keys[middle])) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/** In UTF-8, what UTF-16 writes as a pair of surrogates (U+10000 and on) comes after U+E000 to U+FFFF. */
function rank(unit: number): number {
    if (unit < 0xd800) return unit;
    return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
