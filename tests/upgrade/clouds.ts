// The guestbook on AWS and GCP, through the engine, with a provider that makes at once whatever it is asked for.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type * as auto from "@pulumi/pulumi/automation";
import { withCli } from "../plugin/harness";
import { Workspace } from "../support/engine";
import { configOf } from "../support/instant/clouds";
import { serveInstant } from "../support/instant/provider";
import { serveGoogle } from "./google";
import { root, treeOf } from "./saved";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";
process.env.PATH = `${withCli()}${path.delimiter}${process.env.PATH}`;

export const clouds = ["aws", "gcp"] as const;
export const profiles = ["dev", "prod"] as const;

/** Does `work` with a stack of `program`, which goes afterwards. */
export async function onCloud<T>(
    cloud: (typeof clouds)[number],
    profile: (typeof profiles)[number],
    program: auto.PulumiFn,
    work: (stack: auto.Stack) => Promise<T>,
): Promise<T> {
    const [instant, google] = await Promise.all([serveInstant(), serveGoogle()]);
    const workspace = new Workspace({ PULUMI_DEBUG_PROVIDERS: instant.attach });
    try {
        return await work(await workspace.stack("stack", program, { ...configOf[cloud], "mvi:profile": profile }));
    } finally {
        workspace.close();
        instant.close();
        google.close();
    }
}

export type Guestbook = () => Record<string, unknown>;

/** The guestbook as a commit of this project declares it, with the packages of now. Puts that commit's tree into `folder`, and builds it. */
export function guestbookOf(commit: string, folder: string): Guestbook {
    treeOf(commit, folder);
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    execFileSync(process.execPath, [path.join(folder, "scripts/build.mjs")], { cwd: folder, stdio: "pipe" });
    return (require(path.join(folder, "stacks/guestbook")) as { guestbook: Guestbook }).guestbook;
}
