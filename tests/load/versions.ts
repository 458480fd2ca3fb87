// Versions of the small app for releases: what does not work, and what `up` must say of it.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Stack } from "@pulumi/pulumi/automation";
import { smallApp } from "../faults/support";

/** What is wrong, and what `up` must say of it: the check that failed, and the last lines of the log. */
export const broken: { mode: string; says: RegExp[]; startup?: number }[] = [
    { mode: "crash", says: [/ended with exit code 1/, /NO_SUCH_SETTING is not set/] },
    {
        mode: "unhealthy",
        says: [/not ready within 10 s: GET \/healthz: status 500/, /the cache is cold: not ready/],
        startup: 10,
    },
    { mode: "exit", says: [/ended with exit code 0/, /nothing to do: bye/] },
    { mode: "later", says: [/was ready, and then it ended with signal SIGABRT/, /listening on/] },
    { mode: "tooSlow", says: [/not ready within 10 s: GET \/healthz: status 500/], startup: 10 },
];

/** The small app with a file more: another image. */
export function changedApp(root: string): string {
    const folder = path.join(root, "app");
    fs.cpSync(smallApp, folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "more.txt"), "more");
    return folder;
}

/** The inputs of the web container, as the engine's state has them. */
export async function containerOf(stack: Stack): Promise<{ env: Record<string, string> }> {
    const { deployment } = (await stack.exportStack()) as { deployment: { resources: Resource[] } };
    const found = deployment.resources.find(({ type }) => type === "mvi-local:index:Container");
    return found!.inputs as { env: Record<string, string> };
}

interface Resource {
    readonly type: string;
    readonly inputs: object;
}

/** The exit code of the CLI, by what the Automation API rejected with: as the system told it, not as the API calls it. */
export function exitCodeOf(error: Error): number {
    const { commandResult } = error as Error & { commandResult?: { err?: Error & { exitCode?: number } } };
    const code = commandResult?.err?.exitCode;
    if (code === undefined) throw new Error(`this was not said by the CLI: ${error.message}`);
    return code;
}
