/**
 * npm start: sets up what a fresh clone lacks, and brings a stack up.
 *
 *     npm start                    the stack `local`, on this machine
 *     npm start -- aws             another stack: shows what it would do, and asks
 *     npm start -- local --diff    more arguments go to `pulumi up`
 */
import { agentStatus, remarks } from "./lib/agent.mjs";
import { command, Failure } from "./lib/io.mjs";
import { refuseUnknown } from "./lib/known.mjs";
import { freeStack } from "./lib/lock.mjs";
import { setUp } from "./lib/project.mjs";
import { openPulumi, outputsOf, parse, selectStack } from "./lib/stack.mjs";

await command(async (args) => {
    const { stack, rest } = parse(args);
    await refuseUnknown(stack);
    refuseUnseen(stack, rest);
    await setUp();
    const pulumi = await openPulumi();
    await selectStack(stack, pulumi, "--create");
    await freeStack(pulumi, stack);
    // This machine costs nothing and forgets nothing; elsewhere a person looks at the plan first. What was ended or removed
    // by hand is brought back.
    const unasked = stack === "local" ? ["--yes", "--skip-preview", "--refresh"] : [];
    const code = await pulumi.run(["up", "--stack", stack, ...unasked, "--suppress-outputs", ...rest]);
    if (code !== 0) return code;
    console.log(await summary(stack, pulumi));
});

/** Elsewhere than on this machine a person says yes to the plan: without one, nothing is begun. */
function refuseUnseen(stack, rest) {
    const decided = rest.some((arg) => /^(--yes|-y|--skip-preview|-f)(=|$)/.test(arg));
    if (stack === "local" || decided || process.stdin.isTTY) return;
    throw new Failure(
        [
            `\`npm start -- ${stack}\` shows its plan and asks, and here is no terminal to answer.`,
            `With \`npm start -- ${stack} --yes\` it does not ask; \`npm run -s pulumi -- preview --stack ${stack}\` shows the plan alone.`,
        ].join("\n"),
    );
}

/** What was made, where it is, and what to try next. */
async function summary(stack, pulumi) {
    const outputs = (await outputsOf(stack, pulumi)) ?? {};
    const links = Object.entries(outputs).filter(([, value]) => typeof value === "string" && /^https?:/.test(value));
    const suffix = stack === "local" ? "" : ` -- ${stack}`;
    const status = stack === "local" ? await agentStatus(stack) : undefined;
    return [
        "",
        ...links.map(([name, url]) => `${name.padEnd(10)} ${url}`),
        `${"made".padEnd(10)} ${await made(stack, pulumi)}`,
        ...(status ? remarks(status) : []),
        "",
        "Try next:",
        `  npm run -s outputs${suffix}     what the stack has, as JSON`,
        `  npm start${suffix}              after a change of stacks/guestbook.ts or examples/guestbook/`,
        `  npm run down${suffix}           to end and remove it all`,
        `  ${"npm test".padEnd(22 + suffix.length)} the tests`,
        ...(stack === "local" ? ["  npm start -- aws       the same on AWS: it shows the plan, and asks"] : []),
    ].join("\n");
}

/** The components of the stack, counted by kind. */
async function made(stack, pulumi) {
    const state = JSON.parse((await pulumi.capture(["stack", "export", "--stack", stack])) ?? "{}");
    const types = (state.deployment?.resources ?? []).map(({ type }) => type);
    const components = types.filter((type) => type.startsWith("mvi:index:")).map((type) => type.split(":")[2]);
    const counts = new Map();
    for (const kind of components) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const words = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${count} ${kind}`);
    const resources = types.filter((type) => !type.startsWith("pulumi:")).length - components.length;
    return [...words, `in ${resources} resources`].join(", ").replace(", in", " in");
}
