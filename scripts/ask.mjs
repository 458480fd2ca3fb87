/**
 * npm run -s ask -- <call> name=value …: asks the agent of the stack `local` on this machine, and prints the answer as JSON.
 *
 *     npm run -s ask -- runs id=guestbook-nightly    the last runs of a job, newest first, and when it is due next
 *     npm run -s ask -- logs log=guestbook-web-log text=ERROR limit=20
 *     npm run -s ask -- dashboard                   the metrics under their headings, with their newest values
 *     npm run -s ask -- status
 *     npm run -s ask -- dev runs id=…               another stack on this machine than `local`
 *     npm run -s ask -- shop/dev runs id=…          one of another project
 *
 * What can be asked stands in agent/core/queries.ts. A value is a number, true or false if it looks like one, else a text.
 */
import { existsSync } from "node:fs";
import { agentPlace } from "./lib/agent.mjs";
import { command, Failure } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";

await command(async (args) => {
    const words = args.filter((arg) => !arg.includes("="));
    const name = words.pop();
    if (name === undefined || words.length > 1)
        throw new Failure(
            "Say what to ask: `npm run -s ask -- runs id=guestbook-nightly`, or `npm run -s ask -- status`.",
        );
    await setUp();
    const { call, Unreachable } = await import("../dist/agent/core/client.js");
    const { Refusal } = await import("../dist/agent/kind.js");
    const body = Object.fromEntries(args.filter((arg) => arg.includes("=")).map(pair));
    const place = await agentPlace(words[0] ?? "local");
    if (!existsSync(place.folder))
        throw new Failure(
            `There is no agent of ${place.stack} on this machine: what is not deployed keeps nothing. \`npm start\` deploys ${(await agentPlace("local")).stack}.`,
        );
    try {
        const answer = await call(place, name, body, { onProgress: (line) => console.log(line) });
        console.log(JSON.stringify(answer, null, 4));
    } catch (fault) {
        if (fault instanceof Unreachable) throw new Failure(`${fault.message}: \`npm start\` brings it up.`);
        if (fault instanceof Refusal) throw new Failure(fault.message);
        throw fault;
    }
});

function pair(word) {
    const [key, ...rest] = word.split("=");
    const text = rest.join("=");
    return [key, /^(-?\d+(\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text];
}
