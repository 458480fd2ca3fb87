/**
 * npm run -s ask -- <call> name=value …: asks the agent of the stack `local` on this machine, and prints the answer as JSON.
 *
 *     npm run -s ask -- runs id=guestbook-nightly    the last runs of a job, newest first, and when it is due next
 *     npm run -s ask -- logs log=guestbook-web-log text=ERROR limit=20
 *     npm run -s ask -- dashboard                   each declared Metric under its heading, with its newest value
 *     npm run -s ask -- status
 *     npm run -s ask -- dev runs id=…               another stack on this machine than `local`
 *     npm run -s ask -- shop/dev runs id=…          one of another project
 *
 * `npm run -s ask` alone lists all that can be asked. A time is one such as 2026-11-23T04:00:00Z, with its zone, or
 * milliseconds since 1970; it is answered in milliseconds.
 */
import { agentPlace } from "./lib/agent.mjs";
import { command, Failure } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";

const start = "Say what to ask: `npm run -s ask -- runs id=guestbook-nightly`, or `npm run -s ask -- status`.";

await command(async (words) => {
    await setUp();
    const { ask, question } = await import("../dist/agent/ask.js");
    const { Refusal } = await import("../dist/agent/kind.js");
    const { help } = await import("../dist/agent/questions.js");
    try {
        const asked = question(words, `${start}\n\n${help()}`);
        const place = await agentPlace(asked.stack ?? "local");
        // That one brings up the stack `local`, and no other.
        const up = asked.stack === undefined ? "`npm start`" : "`pulumi up`";
        console.log(JSON.stringify(await ask(place, asked, up), null, 4));
    } catch (fault) {
        throw fault instanceof Refusal ? new Failure(fault.message) : fault;
    }
});
