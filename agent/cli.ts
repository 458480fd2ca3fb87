#!/usr/bin/env node
/** The command `pulumi-mvi`, for a project that has this package. */

import { installPlugin } from "../plugin/install";
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

npx pulumi-mvi install

Puts the provider of this machine's stacks where Pulumi looks for it. The program does that too, when it runs; but Pulumi asks
for the provider first that a stack was last brought up with. Needed when the program's folder was moved, or Pulumi's emptied.

${help()}`;

async function main([command, ...words]: readonly string[]): Promise<void> {
    if (command === undefined || words.some((word) => /^(-h|--help)$/.test(word)) || /^(-h|--help)$/.test(command))
        return console.log(usage);
    if (command === "install") return console.log(`The provider is installed: version ${installPlugin()}.`);
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
