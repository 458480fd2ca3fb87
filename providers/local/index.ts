import type { Cloud } from "../../components/cloud";
import { blob } from "./blob";
import { checks } from "./checks";
import { container } from "./container";
import { database } from "./database";
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

/** One machine: the one that runs `pulumi`. */
export const cloud: Cloud = {
    name: "local",
    drivers: { blob, container, database, image, job, key, kv, loadBalancer, log, metric, network, secret, vm },
    lacks,
    checks,
    children: {
        blob: ["bucket"],
        container: ["container", "balancer"],
        database: ["database"],
        image: ["image"],
        job: ["job"],
        key: ["key"],
        kv: ["table"],
        loadBalancer: ["balancer", "accessLog"],
        log: ["log"],
        metric: ["metric", "alarm"],
        network: [],
        secret: ["secret"],
        vm: ["machine", "log"],
    },
};
