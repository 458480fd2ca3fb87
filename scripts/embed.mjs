/** npm run embed -- up, npm run embed -- destroy: examples/embed, with the tool, the state and the passphrase that `npm start` uses. */
import { join } from "node:path";
import { command, root, run } from "./lib/io.mjs";
import { setUp } from "./lib/project.mjs";
import { pulumiEnvironment } from "./lib/stack.mjs";

await command(async (args) => {
    await setUp();
    const program = join(root, "examples", "embed", "index.ts");
    return run(process.execPath, ["--import", "tsx", program, ...args], { env: await pulumiEnvironment() });
});
