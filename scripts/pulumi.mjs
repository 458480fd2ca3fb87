/** npm run -s pulumi -- <arguments>: Pulumi's own tool, with the state and the passphrase that `npm start` uses. */
import { command, run } from "./lib/io.mjs";
import { pulumiEnvironment } from "./lib/stack.mjs";

await command(async (args) => run("pulumi", args, { env: await pulumiEnvironment() }));
