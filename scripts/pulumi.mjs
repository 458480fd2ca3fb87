/**
 * npm run -s pulumi -- <arguments>: Pulumi's own tool, with the state and the passphrase that `npm start` uses.
 *
 * It means the stack which is named (`--stack aws`) or selected, else `local`.
 */
import { command } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";
import { openPulumi } from "./lib/stack.mjs";

/** What works on a stack, and may be the first that is done with it: it is made then, as `npm start` would. */
const begins = ["config", "import", "pre", "preview", "refresh", "up", "update"];
/** What works on a stack that is there. */
const continues = ["cancel", "destroy", "down", "logs", "stack", "state", "watch"];

const pass = async (args) => {
    await setUp();
    const pulumi = await openPulumi();
    const verb = args.find((arg) => begins.includes(arg) || continues.includes(arg));
    if (verb !== undefined && !namesStack(args)) await selectLocal(pulumi, begins.includes(verb));
    return pulumi.run(args);
};

await command(pass, { ownHelp: true });

function namesStack(args) {
    if (args.some((arg) => /^(--stack|-s)(=|$)/.test(arg) || ["--help", "-h"].includes(arg))) return true;
    // These name it in their own way, or are about all stacks.
    return args.includes("stack") && ["init", "ls", "rm", "select"].some((word) => args.includes(word));
}

/** Selects the stack `local`, unless one is selected. Where there is none, Pulumi's own message says so. */
async function selectLocal(pulumi, make) {
    if ((await pulumi.capture(["stack", "--show-name"])) !== undefined) return;
    await pulumi.capture(["stack", "select", ...(make ? ["--create"] : []), "local"]);
}
