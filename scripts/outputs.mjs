/** npm run -s outputs: the stack's outputs as JSON. `npm run -s outputs -- aws` for another stack than `local`. */
import { command, Failure } from "./lib/io.mjs";
import { refuseUnknown } from "./lib/known.mjs";
import { openPulumi, outputsOf, parse } from "./lib/stack.mjs";

await command(async (args) => {
    const { stack } = parse(args);
    await refuseUnknown(stack);
    const outputs = await outputsOf(stack, await openPulumi());
    if (!outputs)
        throw new Failure(
            `The stack ${stack} is not made yet: \`npm start${stack === "local" ? "" : ` -- ${stack}`}\` makes it.`,
        );
    console.log(JSON.stringify(outputs, null, 4));
});
