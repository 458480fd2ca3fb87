/** What cannot be on this very machine, by what is installed on it: with all other faults, before anything is made. */

import type * as missing from "../../agent/database/missing";
import type { Check, Cloud } from "../../components/cloud";
import { versions } from "../../components/database";
import { checkContext, checkContexts } from "../build-context";
import { deploys } from "../deploys";

const database: Check<"database"> = ({ engine, version }, at) => {
    if (!deploys()) return;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on use, as it is with a database only
    const { missingServer } = require("../../agent/database/missing") as typeof missing;
    const chosen = version || versions[engine][0];
    const lacking = missingServer(engine, chosen, versions[engine]);
    if (lacking)
        at.in(lacking.argument).fault(lacking.fault, lacking.todo, { engine, version: chosen }[lacking.argument]);
};

export const checks: NonNullable<Cloud["checks"]> = {
    database,
    image: ({ context }, at) => checkContext(context, at.in("context")),
    container: (_, at, args) => checkContexts(args, at),
    job: (_, at, args) => checkContexts(args, at),
};
