/**
 * npm run proof: carries out each part of the proof in full, and writes docs/proof.md.
 *
 *     npm run proof                     all parts, one after the other
 *     npm run proof -- input security   these parts; the sections of the others stay as they are
 *
 * A part is a folder of mocha tests (see proof/parts.mjs). `npm test` runs them too, in a short form. Here they run with
 * MVI_PROOF set to a folder: then they do the whole, and hand in what they saw, one JSON file each, of any name:
 *
 *     {
 *         "part": "input",                         // the part's name
 *         "what": "random declarations on local",  // what was done: one line, of its own within the part
 *         "times": 10000,                          // how often
 *         "figures": {                             // what happened: a text or a number by name, …
 *             "refused": 9120,
 *             "slowest": { "got": "35 ms", "wanted": "under 1 s", "met": true }   // … or one that must be reached
 *         }
 *     }
 *
 * From TypeScript: `proved(…)` of tests/support/proof.ts. A figure that falls short is handed in as it is, and stands on
 * the page as it is; so does a test that failed, and one that was skipped.
 */
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPulumi, withPulumi } from "./lib/cli.mjs";
import { Failure, command, root, run } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";
import { evidenceIn } from "./proof/evidence.mjs";
import { filesOf, parts } from "./proof/parts.mjs";
import { loadOfMachine, surroundings, verdictOf, writeSection } from "./proof/page.mjs";

await command(async (args) => {
    const unknown = args.filter((name) => !parts.some((part) => part.name === name));
    if (unknown.length > 0)
        throw new Failure(
            `There is no part ${unknown.join(", ")}: known are ${parts.map(({ name }) => name).join(", ")}.`,
        );
    await setUp();
    const env = withPulumi(await findPulumi());
    let failed = 0;
    for (const part of parts.filter(({ name }) => args.length === 0 || args.includes(name))) {
        console.log(`\n${part.title}`);
        const outcome = await carryOut(part, env);
        await writeSection(part, outcome);
        if (!verdictOf(outcome).startsWith("Holds")) failed++;
    }
    console.log(
        `\ndocs/proof.md is written${failed > 0 ? `: ${failed} of the parts failed, fell short or are not shown` : ""}`,
    );
    return failed === 0 ? 0 : 1;
});

/** Runs a part's tests. What they handed in, and how they ended. */
async function carryOut(part, env) {
    const files = await filesOf(part);
    if (files.length === 0) return { passing: 0, pending: [], failing: [], entries: [] };
    const folder = await mkdtemp(join(tmpdir(), "mvi-proof-"));
    const started = Date.now();
    const of = surroundings();
    const before = loadOfMachine();
    try {
        const evidence = join(folder, "evidence");
        const report = join(folder, "report.json");
        await mkdir(evidence);
        const mocha = [
            join(root, "node_modules/mocha/bin/mocha.js"),
            "--reporter",
            join(root, "scripts/proof/reporter.ts"),
        ];
        const code = await run(process.execPath, [...mocha, ...files], {
            env: { ...env, MVI_PROOF: evidence, MVI_PROOF_REPORT: report },
        });
        const ended = JSON.parse(await readFile(report, "utf8").catch(() => "null")) ?? {
            passing: 0,
            pending: [],
            failing: [`all of it: it ended with code ${code}, and without a report`],
        };
        const { entries, faults } = await evidenceIn(evidence, part.name);
        const seconds = Math.round((Date.now() - started) / 1000);
        return {
            ...ended,
            failing: [...ended.failing, ...faults],
            entries,
            seconds,
            ...of,
            load: { before, after: loadOfMachine() },
        };
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
