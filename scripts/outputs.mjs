/** npm run -s outputs: the stack's outputs as JSON. `npm run -s outputs -- aws` for another stack than `local`. */
import { command, Failure } from "./lib/io.mjs";
import { openPulumi, outputsOf, parse } from "./lib/stack.mjs";

await command(async (args) => {
    const { stack } = parse(args);
    const outputs = await outputsOf(stack, await openPulumi());
    if (!outputs)
        throw new Failure(
            `There is no stack ${stack}. \`npm start${stack === "local" ? "" : ` -- ${stack}`}\` makes it.`,
        );
    console.log(JSON.stringify(outputs, null, 4));
});
