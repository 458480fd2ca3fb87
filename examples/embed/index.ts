import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { guestbook } from "../../stacks/guestbook";

/**
 * Deploys the guestbook from a program of one's own, and destroys it again: `npm run embed -- up`, `npm run embed --
 * destroy`. It needs Pulumi's CLI on PATH, no language host, and no project's files: what must last is in the state.
 */
async function main(command: string): Promise<void> {
    if (command !== "up" && command !== "destroy")
        throw new Error(`"${command}" is no command here: use up or destroy`);
    const workDir = mkdtempSync(join(tmpdir(), "embed-"));
    try {
        const program = async () => guestbook();
        const stack = await LocalWorkspace.createOrSelectStack(
            { stackName: "embed", projectName: "guestbook", program },
            { workDir },
        );
        await stack.setConfig("mvi:cloud", { value: process.env.MVI_CLOUD ?? "local" });
        const progress = { onOutput: (text: string) => void process.stdout.write(text) };
        if (command === "destroy") {
            await stack.destroy({ ...progress, remove: true });
        } else {
            const { outputs } = await stack.up(progress);
            console.log(outputs.url?.value);
        }
    } finally {
        rmSync(workDir, { recursive: true, force: true });
    }
}

main(process.argv[2] ?? "up").catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
