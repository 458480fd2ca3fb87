/** What cannot be on this very machine, by what is installed on it: with all other faults, before anything is made. */

import { missingServer } from "../../agent/database/missing";
import type { Check, Cloud } from "../../components/cloud";
import { versions } from "../../components/database";
import { checkContext, checkContexts } from "../build-context";
import { deploys } from "../deploys";

const database: Check<"database"> = ({ engine, version }, at) => {
    if (!deploys()) return;
    const chosen = version || versions[engine][0];
    const missing = missingServer(engine, chosen, versions[engine]);
    if (missing)
        at.in(missing.argument).fault(missing.fault, missing.todo, { engine, version: chosen }[missing.argument]);
};

export const checks: NonNullable<Cloud["checks"]> = {
    database,
    image: ({ context }, at) => checkContext(context, at.in("context")),
    container: (_, at, args) => checkContexts(args, at),
    job: (_, at, args) => checkContexts(args, at),
};
