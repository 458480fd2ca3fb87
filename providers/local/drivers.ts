import type * as blob from "./blob";
import type * as container from "./container";
import type * as database from "./database";
import type * as image from "./image";
import type * as job from "./job";
import type * as key from "./key";
import type * as kv from "./kv";
import type * as loadBalancer from "./load-balancer";
import type * as log from "./log";
import type * as metric from "./metric";
import type * as network from "./network";
import type * as secret from "./secret";
import type * as vm from "./vm";
import { onDemand } from "../on-demand";

/* eslint-disable @typescript-eslint/no-require-imports -- synchronous: see onDemand */
export const drivers = onDemand({
    blob: () => (require("./blob") as typeof blob).blob,
    container: () => (require("./container") as typeof container).container,
    database: () => (require("./database") as typeof database).database,
    image: () => (require("./image") as typeof image).image,
    job: () => (require("./job") as typeof job).job,
    key: () => (require("./key") as typeof key).key,
    kv: () => (require("./kv") as typeof kv).kv,
    loadBalancer: () => (require("./load-balancer") as typeof loadBalancer).loadBalancer,
    log: () => (require("./log") as typeof log).log,
    metric: () => (require("./metric") as typeof metric).metric,
    network: () => (require("./network") as typeof network).network,
    secret: () => (require("./secret") as typeof secret).secret,
    vm: () => (require("./vm") as typeof vm).vm,
});
/* eslint-enable @typescript-eslint/no-require-imports */
