/** What cannot be on this very machine, by what is installed on it: with all other faults, before anything is made. */

import * as pulumi from "@pulumi/pulumi";
import { missingServer } from "../../agent/database/missing";
import type { Check, Cloud } from "../../components/cloud";
import { versions } from "../../components/database";

const database: Check<"database"> = ({ engine, version }, at) => {
    if (!deploys()) return;
    const chosen = version || versions[engine][0];
    const missing = missingServer(engine, chosen, versions[engine]);
    if (missing)
        at.in(missing.argument).fault(missing.fault, missing.todo, { engine, version: chosen }[missing.argument]);
};

/**
 * Is there an engine to make it? Under mocks there is none, and a test of a program says the same on every machine. A mocked
 * engine has no channel.
 */
function deploys(): boolean {
    const monitor = pulumi.runtime.getMonitor() as { getChannel?: unknown } | undefined;
    return typeof monitor?.getChannel === "function";
}

export const checks: NonNullable<Cloud["checks"]> = { database };
