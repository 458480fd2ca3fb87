#!/usr/bin/env node
/** The command `pulumi-mvi`, for a project that has this package. */

import { ask, question, stackMeant } from "./ask";
import { placeOf } from "./core/place";
import { Refusal } from "./kind";
import { help } from "./questions";

const usage = `npx pulumi-mvi ask [<project>/]<stack> <call> name=value …

Asks the agent of a stack on this machine, and prints the answer as JSON. The stack may be left out where there is one only.

    npx pulumi-mvi ask runs id=nightly                    the last runs of a job, newest first, and when it is due next
    npx pulumi-mvi ask logs log=web-log text=ERROR limit=20
    npx pulumi-mvi ask dashboard                          each Metric under its heading, with its newest value
    npx pulumi-mvi ask listBackups id=db                  what can be restored of a database
    npx pulumi-mvi ask shop/dev status                    of one stack of several

${help()}`;

async function main([command, ...words]: readonly string[]): Promise<void> {
    if (command === undefined || words.some((word) => /^(-h|--help)$/.test(word)) || /^(-h|--help)$/.test(command))
        return console.log(usage);
    if (command !== "ask") throw new Refusal(`"${command}" is no command here.\n\n${usage}`);
    const asked = question(words, usage);
    const place = placeOf(stackMeant(asked.stack));
    console.log(JSON.stringify(await ask(place, asked, "`pulumi up`"), null, 4));
}

main(process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exitCode = 1;
});
