import { invalid } from "./request";

/**
 * CloudWatch Logs' filter pattern for plain text: every term, `"a phrase"`, any of `?terms`, none of `-terms`. The cases of
 * letters differ. As there, `?terms` beside others say nothing.
 */
export function filterOf(pattern: string): (text: string) => boolean {
    const trimmed = pattern.trim();
    if (/^[{[%]/.test(trimmed))
        throw invalid(
            `filterPattern: ${trimmed.slice(0, 40)}: patterns for JSON, for columns and regular expressions are not served here: use terms.`,
        );
    const all: string[] = [];
    const any: string[] = [];
    const none: string[] = [];
    for (const [, sign, phrase, word] of trimmed.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)) {
        const term = phrase === undefined ? word : phrase.replace(/\\(.)/g, "$1");
        (sign === "?" ? any : sign === "-" ? none : all).push(term);
    }
    return (text) =>
        all.every((term) => text.includes(term)) &&
        none.every((term) => !text.includes(term)) &&
        (all.length > 0 || any.length === 0 || any.some((term) => text.includes(term)));
}
