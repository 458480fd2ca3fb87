/** The kinds of resources that the agent can make. */

import type * as alarm from "./alarm/kind";
import type * as balancer from "./balancer/balancer";
import type * as blob from "./blob/bucket";
import type * as container from "./container/container";
import type * as containerOnce from "./container/once";
import type * as dataKeys from "./core/data-keys";
import type * as database from "./database/kind";
import type * as image from "./image/image";
import type * as key from "./key/key";
import { type RunOnce } from "./job/job";
import type * as job from "./job/kind";
import type * as table from "./kv/table";
import type * as log from "./log/kind";
import type * as machine from "./machine/machine";
import type * as mail from "./mail/kind";
import type * as metric from "./metric/kind";
import type * as secret from "./secret/secret";
import { type Host, type Kind, Refusal } from "./kind";

export interface KindRegistry {
    /** Names in the order in which they are brought up: what is used before what uses it. Stopped in the reverse order. */
    readonly order: readonly string[];
    /** @throws {@link Refusal} when there is no such kind. */
    make(name: string, host: Host): Kind;
}

/**
 * Each kind's module is loaded when the stack first has one: an agent with a bucket needs no database server. A module in
 * `MVI_KINDS` that exports `kinds`, a map from names to factories, adds to them or stands in for them.
 */
export function kindRegistry(extra = process.env.MVI_KINDS): KindRegistry {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when there is one
    const added = extra ? (require(extra) as { kinds: Record<string, Factory> }).kinds : {};
    const all: Record<string, Factory> = { ...BUILT_IN, ...added };
    return {
        order: Object.keys(all),
        make(name, host) {
            if (!Object.hasOwn(all, name)) {
                throw new Refusal(`${name}: no such kind of resource; there are ${Object.keys(all).join(", ")}`);
            }
            return all[name](host);
        },
    };
}

type Factory = (host: Host) => Kind;

/* eslint-disable @typescript-eslint/no-require-imports -- loaded when first used, and without a wait: `import()` has one */
const BUILT_IN: Record<string, Factory> = {
    Key: (host) => {
        const { withDataKeys } = require("./core/data-keys") as typeof dataKeys;
        return withDataKeys((require("./key/key") as typeof key).keyKind(host)) as unknown as Kind;
    },
    Secret: lazy(() => (require("./secret/secret") as typeof secret).secretKind),
    Metric: lazy(() => (require("./metric/kind") as typeof metric).metricKind),
    Mail: lazy(() => (require("./mail/kind") as typeof mail).mailKind),
    Bucket: lazy(() => (require("./blob/bucket") as typeof blob).bucketKind),
    Log: lazy(() => (require("./log/kind") as typeof log).logKind),
    Table: lazy(() => (require("./kv/table") as typeof table).tableKind),
    Database: lazy(() => (require("./database/kind") as typeof database).databaseKind),
    Image: lazy(() => (require("./image/image") as typeof image).imageKind),
    Container: lazy(() => (require("./container/container") as typeof container).containerKind),
    Machine: lazy(() => (require("./machine/machine") as typeof machine).machineKind),
    Balancer: lazy(() => (require("./balancer/balancer") as typeof balancer).balancerKind),
    Job: (host) => {
        const { jobKind } = require("./job/kind") as typeof job;
        const { runOnce } = require("./container/once") as typeof containerOnce;
        // a job passes on what it is to run as it got it: it is for `runOnce` to judge
        const run: RunOnce = (lender, spec) => runOnce(lender, spec as unknown as containerOnce.OnceSpec);
        return jobKind(host, run) as unknown as Kind;
    },
    Alarm: lazy(() => (require("./alarm/kind") as typeof alarm).alarmKind),
};
/* eslint-enable @typescript-eslint/no-require-imports */

/** A kind's inputs and outputs are its own: the agent does not look into them, so their types end here. */
function lazy(load: () => (host: Host) => unknown): Factory {
    return (host) => load()(host) as Kind;
}
