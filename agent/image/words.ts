/** Variables that a text may name. */
export type Scope = Readonly<Record<string, string>>;

/** Text cut at its blanks outside quotes; the quotes are kept. */
export function words(text: string): string[] {
    return text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
}

/** The value of a word: variables put in ($X, ${X}, ${X:-else}, ${X:+then}), quotes taken off. */
export function expand(word: string, scope: Scope): string {
    let out = "";
    for (let at = 0; at < word.length;) {
        const rest = word.slice(at);
        const single = /^'([^']*)'/.exec(rest);
        const double = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
        if (single !== null) {
            out += single[1];
            at += single[0].length;
        } else if (double !== null) {
            out += substitute(double[1] ?? "", scope);
            at += double[0].length;
        } else {
            const plain = /^(?:[^"'\\]|\\.|\\$)+/.exec(rest)?.[0] ?? rest.charAt(0);
            out += substitute(plain, scope);
            at += plain.length;
        }
    }
    return out;
}

/** Puts variables into a text and takes off its backslashes. What is not set is empty. */
export function substitute(text: string, scope: Scope): string {
    const pattern = /\\(.)|\$\{(\w+)(?:(:?[-+])((?:[^{}]|\$\{[^}]*\})*))?\}|\$(\w+)/gs;
    return text.replace(
        pattern,
        (_, escaped?: string, braced?: string, modifier?: string, other?: string, bare?: string) => {
            if (escaped !== undefined) {
                return escaped;
            }
            const value = own(scope, braced ?? bare ?? "");
            const set = value !== undefined && (value !== "" || !modifier?.startsWith(":"));
            if (modifier?.endsWith("+")) {
                return set ? substitute(other ?? "", scope) : "";
            }
            return set || modifier === undefined ? (value ?? "") : substitute(other ?? "", scope);
        },
    );
}

/**
 * The commands of a shell line, cut at `&&`, `;` and line ends, with their variables put in. A string says why it is not
 * of that simple form, which can be run without a shell.
 */
export function commands(text: string, scope: Scope): string[][] | string {
    const list: string[][] = [[]];
    for (const word of text.match(/&&|\|\||;|\n|(?:[^\s"'\\;&|]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+|[|&]/g) ?? []) {
        if (word === "&&" || word === ";" || word === "\n") {
            list.push([]);
        } else if (word === "||" || word === "|" || word === "&") {
            return `"${word}" in it`;
        } else {
            const bare = word.replace(/\\.|'[^']*'/g, "").replace(/\$\{[^}]*\}/g, "");
            const found = /\$\(|`/.exec(bare) ?? /[(){}<>]/.exec(bare.replace(/"[^"]*"/g, ""));
            if (found !== null) {
                return `"${found[0]}" in it`;
            }
            list.at(-1)?.push(expand(word, scope));
        }
    }
    return list.filter((command) => command.length > 0);
}

function own(scope: Scope, name: string): string | undefined {
    return Object.hasOwn(scope, name) ? scope[name] : undefined;
}
