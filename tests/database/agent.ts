import { databaseKind, type DatabaseInputs } from "../../agent/database/kind";
import { call, testHost } from "./harness";

// An agent of one database, to be killed: `agent.ts <folder> <inputs as JSON> new|restoring`. Says its outputs when it serves.
async function main(): Promise<void> {
    const [, , root = "", text = "", how] = process.argv;
    const inputs = JSON.parse(text) as DatabaseInputs;
    const kind = databaseKind(testHost(root));
    const outputs = await kind.apply(inputs.name, inputs, call(undefined, how === "restoring"));
    process.send?.(outputs);
    process.on("message", () => void kind.stop().then(() => process.exit(0)));
}

main().catch((error: unknown) => {
    process.send?.({ error: String(error) });
    process.exitCode = 1;
});
