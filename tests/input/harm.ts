// Right declarations with some harm done to them: most are nearly right, as people's are.
import * as fc from "fast-check";
import { leaf } from "./random";
import { valid } from "./valid";
import { texts, words } from "./words";

interface Harm {
    readonly deed: (typeof deeds)[number];
    /** Which of the members, counted through the whole declaration. */
    readonly at: number;
    readonly value: unknown;
    readonly word: string;
}
type Members = Record<string, unknown>;

const deeds = [
    "leave out",
    "replace",
    "replace by a text",
    "misspell",
    "rename",
    "put into a list",
    "put into an object",
    "write as text",
    "add",
    "give twice",
    "swap",
] as const;

const harm: fc.Arbitrary<Harm> = fc.record({
    deed: fc.constantFrom(...deeds),
    at: fc.nat(10_000),
    value: leaf,
    word: fc.constantFrom(...words, ...texts),
});

/** A right declaration after one to four deeds. */
export const harmed: fc.Arbitrary<unknown> = fc
    .tuple(fc.constantFrom(...Object.values(valid)), fc.array(harm, { minLength: 1, maxLength: 4 }))
    .map(([declaration, harms]) => {
        const copy = structuredClone(declaration) as Members;
        for (const one of harms) doHarm(copy, one);
        return copy;
    });

function doHarm(declaration: Members, { deed, at, value, word }: Harm): void {
    const places = placesIn(declaration);
    if (!places.length) return;
    const [owner, key] = places[at % places.length];
    const [other, otherKey] = places[(at * 7 + 3) % places.length];
    const had = owner[key];
    const rename = (name: string) => {
        delete owner[key];
        set(owner, name, had);
    };
    if (deed === "leave out") delete owner[key];
    else if (deed === "replace") owner[key] = value;
    else if (deed === "replace by a text") owner[key] = word;
    else if (deed === "misspell") rename(misspelled(key, at));
    else if (deed === "rename") rename(word);
    else if (deed === "put into a list") owner[key] = [had];
    else if (deed === "put into an object") owner[key] = { [word]: had };
    else if (deed === "write as text") owner[key] = typeof had === "object" ? "{}" : String(had);
    else if (deed === "add") set(owner, word, value);
    else if (deed === "give twice") set(other, key, had);
    else [owner[key], other[otherKey]] = [other[otherKey], had];
}

/** Every member of the declaration, with the object or list that has it; what is not plain is not looked into. */
function placesIn(declaration: Members): [owner: Members, key: string][] {
    const found: [Members, string][] = [];
    const seen = new Set<unknown>();
    const look = (owner: Members, depth: number) => {
        if (seen.has(owner) || depth > 10) return;
        seen.add(owner);
        for (const key of Object.keys(owner)) {
            const { value } = Object.getOwnPropertyDescriptor(owner, key) ?? {};
            found.push([owner, key]);
            if (isOurs(value)) look(value, depth + 1);
        }
    };
    look(declaration, 0);
    return found.slice(0, 1000);
}

function isOurs(value: unknown): value is Members {
    return (
        typeof value === "object" &&
        value !== null &&
        [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value) as object)
    );
}

/** As by an assignment, but that `__proto__` is a name as any other. */
function set(owner: Members, key: string, value: unknown): void {
    if (Array.isArray(owner) && key === "length") return; // a list's own
    Object.defineProperty(owner, key, { value, enumerable: true, writable: true, configurable: true });
}

function misspelled(word: string, at: number): string {
    const letter = at % Math.max(1, word.length);
    const ways = [
        word.slice(0, letter) + word.slice(letter + 1),
        word.slice(0, letter) + word.slice(letter, letter + 1) + word.slice(letter),
        word.toUpperCase(),
        word.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
        `${word}s`,
        `${word} `,
    ];
    return ways[at % ways.length];
}
