import * as pulumi from "@pulumi/pulumi";

/**
 * Is there an engine to make what is declared? Under mocks there is none, and a test of a program says the same on every
 * machine. A mocked engine has no channel.
 */
export function deploys(): boolean {
    const monitor = pulumi.runtime.getMonitor() as { getChannel?: unknown } | undefined;
    return typeof monitor?.getChannel === "function";
}
