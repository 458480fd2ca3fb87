/**
 * npm test: everything that must hold before a change goes in.
 *
 *     npm test                              all parts; one that passed with the very same files is not run again
 *     npm test -- --again                   all parts, whatever passed before
 *     npm test -- unit                      one part: types, lint, format or unit
 *     npm test -- tests/scripts/*.test.ts   these test files (and other arguments for mocha)
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { findPulumi, withPulumi } from "./lib/cli.mjs";
import { command, root, run } from "./lib/io.mjs";
import { endLeft, mark } from "./lib/left.mjs";
import { nameOfAll, passedBefore, remember } from "./lib/passed.mjs";
import { setUp } from "./lib/project.mjs";

/**
 * What has a command of its own is left out: `npm run test:faults` takes long (its short form is here), and so do `npm run test:aws`
 * and `npm run test:gcp`. Of AWS's there are two here, which pass themselves over where there is no plugin or no emulator.
 */
const apart = [
    "tests/faults/!(short).test.ts",
    "tests/load/releases.test.ts",
    "tests/aws/live-!(guestbook-dev).test.ts",
    "tests/gcp/live*.test.ts",
];

/** What computes, and starts no program that lives on; and what waits for AWS's emulator, behind it. */
const computing = ["tests/{aws,gcp,components,conformance,critical,input,policies,scale}/**/*.test.ts"];

/** Two runs side by side: what computes on one core, what mostly waits for programs on the other. */
const everyday = [
    ["tests/**/*.test.ts", ...ignored([...apart, ...computing])],
    [...computing, ...ignored(apart)],
];

const cache = join("node_modules", ".cache", "pulumi-mvi");

/** A part returns how many of its checks passed and failed. */
const parts = {
    types: (env) =>
        check(
            "types",
            "typescript/bin/tsc",
            ["-p", ".", "--incremental", "--tsBuildInfoFile", join(cache, "types")],
            env,
        ),
    lint: (env) =>
        check("lint", "eslint/bin/eslint.js", [".", "--cache", "--cache-location", join(cache, "eslint")], env),
    format: (env) =>
        check(
            "format",
            "prettier/bin/prettier.cjs",
            ["--check", ".", "--log-level", "warn", "--cache", "--cache-location", join(cache, "prettier")],
            env,
        ),
    unit,
};

await command(async (args) => {
    const again = args.includes("--again");
    const chosen = args.filter((arg) => arg in parts);
    const forMocha = args.filter((arg) => !(arg in parts) && arg !== "--again");
    const names = chosen.length > 0 ? chosen : forMocha.length > 0 ? ["unit"] : Object.keys(parts);

    const started = Date.now();
    await setUp();
    const env = withPulumi(await findPulumi());
    console.log(`${"set-up".padEnd(8)} done in ${seconds(started)}`);
    const total = { passed: 0, failed: 0 };
    const files = forMocha.length > 0 ? undefined : await nameOfAll();
    for (const name of names) {
        const before = again ? undefined : await passedBefore(name, files);
        if (before)
            console.log(
                `${name.padEnd(8)} passed at ${before.at} with the same files: \`npm test -- --again\` runs it anew`,
            );
        const { passed, failed } = before ? { ...before, failed: 0 } : await parts[name](env, forMocha);
        total.passed += passed;
        total.failed += failed;
        // What was changed meanwhile was perhaps not looked at.
        if (files && !before && failed === 0 && (await nameOfAll()) === files) await remember(name, files, passed);
    }
    console.log(`${total.passed} passed, ${total.failed} failed, in ${seconds(started)}`);
    return total.failed === 0 ? 0 : 1;
});

function seconds(since) {
    return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** One tool over the whole tree, which passes or fails as one. */
async function check(name, tool, args, env) {
    const started = Date.now();
    const code = await run(process.execPath, [join(root, "node_modules", tool), ...args], { env });
    console.log(`${name.padEnd(8)} ${code === 0 ? "passed" : "FAILED"} in ${seconds(started)}`);
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The tests: those that were asked for, or those of every day. */
async function unit(env, args) {
    const started = Date.now();
    const first = mocha(env, args.length > 0 ? args : everyday[0], (line) => console.log(line));
    const held = [];
    const rest = args.length > 0 ? [] : [mocha(env, everyday[1], (line) => held.push(line))];
    const counts = await Promise.all([first, ...rest]);
    held.forEach((line) => console.log(line));
    // Else what failed would stand far above, before the other's report.
    if (rest.length > 0 && counts[0].failing > 0) console.log(["", ...counts[0].end].join("\n"));
    const sum = (key) => counts.reduce((all, one) => all + one[key], 0);
    if (sum("passing") + sum("failing") + sum("pending") === 0) {
        console.log(`${"unit".padEnd(8)} FAILED: there is no test of that name`);
        return { passed: 0, failed: 1 };
    }
    // Tests which pass themselves over, for want of a plugin or an emulator, do not fail; nor do they prove anything.
    if (sum("passing") + sum("failing") === 0) {
        console.log(`${"unit".padEnd(8)} SKIPPED: no test was run: each was passed over, as it says above`);
        return { passed: 0, failed: 0 };
    }
    console.log(`${"unit".padEnd(8)} ${sum("failing") === 0 ? "passed" : "FAILED"} in ${seconds(started)}`);
    return { passed: sum("passing"), failed: sum("failing") };
}

/**
 * Mocha, with its own report; the counts are read from its summary. Whatever the tests leave running is a failure, and is
 * ended: it would hold up whoever waits for all of a job's processes. Mocha itself ends with its report (`exit` in
 * .mocharc.json): a server that some test left listening would keep it, and CI, waiting for ever.
 *
 * @returns how many there were, in its own words, and the report's `end`: what failed, and how
 */
async function mocha(env, args, print) {
    const counts = { passing: 0, failing: 0, pending: 0 };
    const end = [];
    const tell = (line) => {
        print(line);
        if (counts.passing + counts.failing > 0) end.push(line);
    };
    const thisRun = randomUUID();
    const colour = process.stdout.isTTY ? ["--color"] : [];
    const code = await run(
        process.execPath,
        [join(root, "node_modules", "mocha", "bin", "mocha.js"), ...colour, ...args],
        {
            env: { ...env, [mark]: thisRun },
            onLine: (line) => {
                tell(line);
                // eslint-disable-next-line no-control-regex -- colours are control characters
                const summary = line.replace(/\x1b\[\d+m/g, "").match(/^ {2}(\d+) (passing|failing|pending)\b/);
                if (summary) counts[summary[2]] = Number(summary[1]);
            },
        },
    );
    // It ended without a report, by a syntax error for one.
    if (code !== 0 && counts.failing === 0) counts.failing = 1;
    const left = await endLeft(thisRun);
    if (left.length > 0) {
        counts.failing++;
        tell(["The tests left these processes running, which were ended:", ...left].join("\n  "));
    }
    return { ...counts, end };
}

function ignored(globs) {
    return globs.flatMap((glob) => ["--ignore", glob]);
}
