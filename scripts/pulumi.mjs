/** npm run -s pulumi -- <arguments>: Pulumi's own tool, with the state and the passphrase that `npm start` uses. */
import { command } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";
import { openPulumi } from "./lib/stack.mjs";

await command(async (args) => {
    await setUp();
    return (await openPulumi()).run(args);
});
