/** docs/proof.md: a section for each part, each with the day and the machine of its own last run. */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { root } from "../lib/io.mjs";
import { claimsTable } from "./claims.mjs";
import { shortIn } from "./evidence.mjs";
import { parts } from "./parts.mjs";

const file = join(root, "docs/proof.md");

const head = `# Proof

What was done to prove that this works, how often, and what happened. \`npm run proof\` does all of it again and writes this page; \`npm run proof -- input\` does one part, and leaves the other sections as they are. A short form of each part is in \`npm test\`: that of the faults, and of the releases under load, is \`tests/faults/short.test.ts\`, which kills and releases; files are damaged and disks filled there by tests of what reads them, and not through the engine.

A figure that falls short, a test that failed and one that was skipped stand here as they are. "Holds" is said of a part all of whose tests passed, and whose figures are all reached; "holds, but for what was skipped" where some were skipped.
`;

const claimsHead = `## What the README says

Each by its own words. Where there is no figure, a test of \`npm test\` looks at it, or, of AWS, one of \`npm run test:aws\`.`;

/** When, where and of what it was: of each run its own, and before it, since others may commit meanwhile. */
export function surroundings() {
    const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
    const [model] = cpus().map((cpu) => cpu.model.trim());
    const system = `${platform()} ${release().split(".").slice(0, 2).join(".")}`;
    const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
    return {
        date: new Date().toISOString().slice(0, 10),
        machine: `${system}, ${availableParallelism()} cores${model ? ` (${model})` : ""}, ${memory}, Node ${process.version}, ${process.getuid?.() === 0 ? "as root" : "as a user"}`,
        commit: `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "--", ":!docs/proof.md") ? " with changes that are not committed" : ""}`,
    };
}

/** How many processes ran or wanted to, in the last minute. */
export const loadOfMachine = () => Math.round(loadavg()[0] * 10) / 10;

/** Puts the outcome of a part in place of what the page said of it before. */
export async function writeSection(part, outcome) {
    const before = sectionsOf(await readFile(file, "utf8").catch(() => ""));
    await writeFile(file, await pageOf(new Map([...before, [part.name, sectionOf(part, outcome)]])));
}

/** The page, as it is kept: formatted as the rest of the project. */
export async function pageOf(sections) {
    const text = parts.map((part) => {
        const own = sections.get(part.name) ?? "Not run yet.";
        return `## ${part.title}\n\n${part.says}\n\n${start(part.name)}\n\n${own}\n\n${end(part.name)}`;
    });
    const config = await resolveConfig(file);
    return format([head, claimsHead, claimsTable(cell), ...text].join("\n\n"), { ...config, parser: "markdown" });
}

/** What the page says of each part, by name. */
export function sectionsOf(page) {
    const found = new Map();
    for (const { name } of parts) {
        const [, rest] = page.split(start(name));
        if (rest !== undefined) found.set(name, rest.split(end(name))[0].trim());
    }
    return found;
}

/** What is said of a part in a word. It is as good as it can be where that begins with "Holds". */
export function verdictOf({ passing, pending, failing, entries }) {
    if (failing.length > 0) return "Failed";
    if (entries.some(shortIn)) return "Falls short";
    if (passing === 0) return "Not shown";
    return pending.length > 0 ? "Holds, but for what was skipped" : "Holds";
}

/** The text of one section. */
export function sectionOf(part, outcome) {
    const { passing, pending, failing, entries, seconds, date, machine, commit, load } = outcome;
    const run = `${date}, commit ${commit}, in ${seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`}. ${machine}; load of the machine ${load.before} when it began, ${load.after} when it ended.`;
    if (passing + pending.length + failing.length === 0)
        return `Nothing proves it yet: there is no test in \`${part.folder}\`.`;
    const counts = `${passing} tests passed, ${failing.length} failed, ${pending.length} were skipped.`;
    const short = entries.filter(shortIn).length;
    const verdict = verdictOf(outcome);
    return [
        `\`npm run proof -- ${part.name}\`: ${run}`,
        `**${verdict}**: ${counts}${short > 0 ? ` ${short} of the entries fall short.` : ""}`,
        ...list("Failed", failing),
        ...list("Skipped", pending),
        ...(entries.length > 0 ? [table(entries)] : []),
    ].join("\n\n");
}

function table(entries) {
    const rows = entries.map(({ what, times, figures }) => {
        const seen = Object.entries(figures).map(([name, figure]) =>
            figure.met === undefined
                ? `${name}: ${figure}`
                : `${figure.met ? "" : "**"}${name}: ${figure.got} (${figure.met ? "wanted" : "FALLS SHORT of"}: ${figure.wanted})${figure.met ? "" : "**"}`,
        );
        return `| ${cell(what)} | ${times} | ${seen.map(cell).join("<br>")} |`;
    });
    return ["| what was done | times | what happened |", "| --- | --: | --- |", ...rows].join("\n");
}

const list = (title, names) =>
    names.length > 0 ? [`${title}:`, names.map((name) => `- ${cell(name)}`).join("\n")] : [];
const cell = (text) =>
    String(text)
        .replaceAll("|", "\\|")
        .replaceAll("\n", " ")
        .replaceAll("<", "&lt;")
        // eslint-disable-next-line no-control-regex -- what a program has said of a broken file may have any
        .replace(/[\x00-\x1f\x7f]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);
const start = (name) => `<!-- proof: ${name} -->`;
const end = (name) => `<!-- /proof: ${name} -->`;
