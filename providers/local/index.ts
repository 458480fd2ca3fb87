import type { Cloud } from "../../components/cloud";
import { checks } from "./checks";
import { drivers } from "./drivers";
import { lacks } from "./lacks";

/** One machine: the one that runs `pulumi`. */
export const cloud: Cloud = {
    name: "local",
    drivers,
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
