/** npm run down: ends and removes all that the stack has, and the stack. `npm run down -- aws` for another than `local`. */
import { untilLetGo } from "./lib/held.mjs";
import { command } from "./lib/io.mjs";
import { refuseUnknown } from "./lib/known.mjs";
import { freeStack } from "./lib/lock.mjs";
import { openPulumi, parse, selectStack } from "./lib/stack.mjs";

await command(async (args) => {
    const { stack, rest } = parse(args);
    await refuseUnknown(stack);
    const pulumi = await openPulumi();
    if (!(await selectStack(stack, pulumi))) {
        console.log(`There is no stack ${stack}: nothing to do.`);
        return 0;
    }
    await freeStack(pulumi, stack);
    const unasked = stack === "local" ? ["--yes", "--skip-preview"] : [];
    let code = await pulumi.run(["destroy", "--stack", stack, ...unasked, ...rest]);
    if (code !== 0) code = await untilLetGo(pulumi, stack, code);
    if (code !== 0) return code;
    return pulumi.run(["stack", "rm", "--yes", "--preserve-config", stack]);
});
