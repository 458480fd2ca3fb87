import { type InlineProgramArgs, LocalWorkspace } from "@pulumi/pulumi/automation";
import { guestbook } from "../../stacks/guestbook";

/**
 * Deploys the guestbook from a program of one's own, without the command line's `up`, and destroys it again:
 * `npm run embed -- up`, `npm run embed -- destroy`. It needs Pulumi's CLI on PATH, and no language host.
 */
async function main(command: string): Promise<void> {
    const program: InlineProgramArgs = { stackName: "embed", projectName: "guestbook", program: async () => guestbook() };
    const stack = await LocalWorkspace.createOrSelectStack(program);
    await stack.setConfig("mvi:cloud", { value: process.env.MVI_CLOUD ?? "local" });
    const progress = { onOutput: (text: string) => void process.stdout.write(text) };
    if (command === "up") {
        const { outputs, summary } = await stack.up(progress);
        console.log(`${summary.result}: ${String(outputs.url.value)}`);
    } else if (command === "destroy") {
        await stack.destroy({ ...progress, remove: true });
    } else {
        throw new Error(`"${command}" is no command here: use up or destroy`);
    }
}

main(process.argv[2] ?? "up").catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
