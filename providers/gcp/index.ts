import * as pulumi from "@pulumi/pulumi";
import type { Cloud, DriverOf, ServiceName } from "../../components/cloud";
import { blob } from "./blob";
import { key } from "./key";
import { lacks } from "./lacks";
import { network } from "./network";
import { readied } from "./ready";
import type { GcpChildren } from "./types";

/** The keys of {@link GcpChildren}: what is not there does not compile. */
const children: Cloud["children"] & { readonly [S in keyof GcpChildren]: readonly (keyof GcpChildren[S])[] } = {
    blob: ["bucket", "suffix"],
    container: [],
    database: [],
    image: [],
    job: [],
    key: ["key", "importJob", "suffix"],
    kv: [],
    loadBalancer: [],
    log: [],
    metric: [],
    network: [
        "vpc",
        "subnet",
        "deny",
        "allow",
        "names",
        "address",
        "router",
        "nat",
        "zone",
        "record",
        "endpoints",
        "suffix",
    ],
    secret: [],
    vm: [],
};

/** Google Cloud, through Pulumi's own provider for it. */
export const cloud: Cloud = {
    name: "gcp",
    drivers: readied({
        blob,
        container: notYet("container", "Container"),
        database: notYet("database", "Database"),
        image: notYet("image", "Image"),
        job: notYet("job", "Job"),
        key,
        kv: notYet("kv", "KV"),
        loadBalancer: notYet("loadBalancer", "LoadBalancer"),
        log: notYet("log", "Log"),
        metric: notYet("metric", "Metric"),
        network,
        secret: notYet("secret", "Secret"),
        vm: notYet("vm", "VM"),
    }),
    lacks,
    children,
};

/** Refuses a service by name, until it has a driver. */
function notYet<S extends ServiceName>(_service: S, type: string): DriverOf<S> {
    return (site) => {
        throw new pulumi.RunError(
            `${type} "${site.name}" cannot be made on gcp by this version of pulumi-mvi: choose aws or local by \`pulumi config set mvi:cloud …\``,
        );
    };
}
