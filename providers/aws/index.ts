import type { Cloud } from "../../components/cloud";
import { blob } from "./blob";
import { checks } from "./checks";
import { children, stack } from "./children";
import { container } from "./container";
import { database } from "./database";
import { shown } from "./dashboard";
import { image } from "./image";
import { job } from "./job";
import { key } from "./key";
import { kv } from "./kv";
import { lacks } from "./lacks";
import { loadBalancer } from "./load-balancer";
import { log } from "./log";
import { metric } from "./metric";
import { network } from "./network";
import { secret } from "./secret";
import { vm } from "./vm";

/** Amazon Web Services, through Pulumi's own provider for it. */
export const cloud: Cloud = {
    name: "aws",
    drivers: shown({ blob, container, database, image, job, key, kv, loadBalancer, log, metric, network, secret, vm }),
    lacks,
    checks,
    children,
    stack,
};
