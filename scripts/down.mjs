/** npm run down: ends and removes all that the stack has, and the stack. `npm run down -- aws` for another than `local`. */
import { capture, command, run } from "./lib/io.mjs";
import { parse, pulumiEnvironment } from "./lib/stack.mjs";

await command(async (args) => {
    const { stack, rest } = parse(args);
    const env = await pulumiEnvironment();
    if ((await capture("pulumi", ["stack", "select", stack], { env })) === undefined) {
        console.log(`There is no stack ${stack}: nothing to do.`);
        return 0;
    }
    const unasked = stack === "local" ? ["--yes", "--skip-preview"] : [];
    const code = await run("pulumi", ["destroy", "--stack", stack, ...unasked, ...rest], { env });
    if (code !== 0) return code;
    return run("pulumi", ["stack", "rm", "--yes", "--preserve-config", stack], { env });
});
