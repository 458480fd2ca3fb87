/** Reads what the tests of a part handed in: the contract stands at the top of ../proof.mjs. */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** The entries of a part, in the order of `what`; and, as faults, those that are not of the stated form. */
export async function evidenceIn(folder, part) {
    const entries = [];
    const faults = [];
    for (const name of (await readdir(folder)).filter((each) => each.endsWith(".json")).sort()) {
        try {
            entries.push(checked(JSON.parse(await readFile(join(folder, name), "utf8")), part));
        } catch (fault) {
            faults.push(`${name}, which was handed in: ${fault.message}`);
        }
    }
    return { entries: entries.sort((a, b) => (a.what < b.what ? -1 : 1)), faults };
}

/** Has this entry a figure that falls short of what was wanted? */
export function shortIn({ figures }) {
    return Object.values(figures).some((figure) => figure.met === false);
}

function checked(entry, part) {
    const { what, times, figures } = entry;
    if (entry.part !== part) throw new Error(`\`part\` must be "${part}", but is ${JSON.stringify(entry.part)}`);
    if (typeof what !== "string" || what === "") throw new Error("`what` must be a text");
    if (!Number.isSafeInteger(times) || times < 0) throw new Error("`times` must be a whole number");
    if (typeof figures !== "object" || figures === null || Object.keys(figures).length === 0)
        throw new Error("`figures` must be an object with at least one figure");
    for (const [name, figure] of Object.entries(figures)) {
        const plain = ["string", "number"].includes(typeof figure);
        if (!plain && !(typeof figure?.met === "boolean" && figure.got !== undefined && figure.wanted !== undefined))
            throw new Error(`the figure "${name}" must be a text, a number or { got, wanted, met }`);
    }
    return { what, times, figures };
}
