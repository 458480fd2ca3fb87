/** Finds a secret in what somebody has written, also where it stands in another form than its own. */

/** A secret with all that is written otherwise somewhere: quotes, backslashes, line ends, what Go escapes, what is not ASCII. */
export const awkward = 'planted "value"\\one\nof <two> & \tthree: ü%20/+';

/** Whether a value can be read in a text: as it is, or as JSON, base64, hexadecimal or a URL have it, in one another too. */
export function written(text: string | Buffer, value: string): boolean {
    return formsOf(value).some((form) => text.includes(form));
}

/** How deep JSON stands in JSON: a state holds a policy or a template, which may hold a document again. */
const depth = 3;

/** All forms that a value is looked for in. */
export function formsOf(value: string): string[] {
    const escaped = [new Set([value])];
    for (let level = 1; level <= depth; level++)
        escaped.push(new Set([...escaped[level - 1]].flatMap((form) => escapes.map((escape) => escape(form)))));
    // What a program takes as base64, by a URL and so on may have been written into JSON before, or be there afterwards.
    const packed = [...escaped[0], ...escaped[1]].flatMap((form) => [
        ...inBase64(form),
        ...inHex(form),
        ...inUrl(form),
    ]);
    return [...new Set([...escaped.flatMap((level) => [...level]), ...packed])];
}

const json = (text: string) => JSON.stringify(text).slice(1, -1);
const byCode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** JSON as this program, the engine and the providers (Go, for web pages as well), and servers in Python write it. */
const escapes = [
    json,
    (text: string) => json(text).replace(/[<>&\u2028\u2029]/g, byCode),
    (text: string) => json(text).replace(/[^\0-\x7f]/g, byCode),
];

/** In base64 it looks different by where it begins, in steps of three; what its neighbours have a part in is left out. */
function inBase64(text: string): string[] {
    const bytes = Buffer.from(text);
    const all = [0, 1, 2].map((before) => {
        const whole = Buffer.concat([Buffer.alloc(before), bytes]);
        const own = whole.toString("base64").slice(0, Math.floor((whole.length * 4) / 3));
        return own.slice(Math.ceil((before * 4) / 3));
    });
    const forms = all.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
    return forms.filter(tells);
}

function inHex(text: string): string[] {
    const small = Buffer.from(text).toString("hex");
    return [small, small.toUpperCase()].filter(tells);
}

/** A short one would be found by chance. */
const tells = ({ length }: string) => length >= 12;

function inUrl(text: string): string[] {
    const encoded = encodeURIComponent(text);
    const strict = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    return [encoded, strict, encodeURI(text), encoded.replaceAll("%20", "+"), strict.replaceAll("%20", "+")];
}
