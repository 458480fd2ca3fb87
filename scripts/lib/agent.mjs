/** The agent of a stack on this machine, as the scripts ask it. The project must be compiled: see setUp. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./io.mjs";

/** Where the agent of `stack` is, or would be: `<stack>` of this project, or `<project>/<stack>`. */
export async function agentPlace(stack) {
    const { placeOf } = await import("../../dist/agent/core/place.js");
    const { parse } = await import("yaml");
    const project = parse(await readFile(join(root, "Pulumi.yaml"), "utf8")).name;
    return placeOf(stack.includes("/") ? stack : `${project}/${stack}`);
}

/** What the agent of `stack` answers to `status`; undefined where no agent of it runs. */
export async function agentStatus(stack) {
    const { call, Unreachable } = await import("../../dist/agent/core/client.js");
    const place = await agentPlace(stack);
    if (!existsSync(place.folder)) return undefined;
    try {
        return await call(place, "status");
    } catch (fault) {
        if (fault instanceof Unreachable) return undefined;
        throw fault;
    }
}

/** What this machine does not give the stack by itself, and what to do about it: a line each, and none where it gives all. */
export function remarks({ boot, limits }) {
    const lines = [];
    if (boot.by === "nothing") lines.push("reboot     nothing brings the stack back after one: `npm start` does");
    else if (!boot.atBoot)
        lines.push("reboot     the stack is back when you log in: at boot already after `loginctl enable-linger`");
    if (!limits.cpu)
        lines.push(
            "cpu        not limited: it takes a cgroup v2 with cpu and memory that the agent's user may write to",
        );
    return lines;
}
