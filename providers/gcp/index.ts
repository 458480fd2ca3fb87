import type { Cloud } from "../../components/cloud";
import { checks } from "./checks";
import { shown } from "./dashboard";
import { drivers } from "./drivers";
import { lacks } from "./lacks";
import { readied } from "./ready";
import type { GcpChildren } from "./types";
import type { GcpStack } from "./types-stack";

/** What runs: as whom, with what rights, and its ways through the network. */
const ofWorkloads = [
    "account",
    "bucketGrant",
    "keyGrant",
    "secretGrant",
    "repositoryGrant",
    "serviceGrant",
    "jobGrant",
    "accountGrant",
    "viewGrant",
    "projectGrant",
    "connect",
    "suffix",
] as const;

/** How the internet comes in. */
const ofBalancers = [
    "address",
    "listener",
    "proxy",
    "plain",
    "upgrade",
    "tls",
    "routes",
    "backend",
    "nothing",
    "endpoints",
    "health",
    "firewall",
    "armor",
    "certificate",
    "certificates",
    "entry",
    "authorization",
    "proof",
    "record",
    "endpoint",
    "uptime",
    "suffix",
] as const;

/** The keys of {@link GcpChildren}: what is not there does not compile. */
const children: Cloud["children"] & { readonly [S in keyof GcpChildren]: readonly (keyof GcpChildren[S])[] } = {
    blob: ["bucket", "suffix"],
    container: [
        "service",
        "worker",
        "machines",
        "template",
        "scaling",
        "inside",
        "inner",
        "way",
        ...ofWorkloads,
        ...ofBalancers,
    ],
    database: [
        "instance",
        "address",
        "way",
        "zone",
        "record",
        "cache",
        "cacheUsers",
        "userSecret",
        "userMade",
        "account",
        "secretGrant",
        "connect",
        "suffix",
    ],
    image: ["repository", "build", "suffix"],
    job: ["job", "run", "schedule", "starter", "workflow", "runner", ...ofWorkloads],
    key: ["key", "importJob", "suffix"],
    kv: ["database", "ttl", "backupSchedule", "suffix"],
    loadBalancer: ["relay", ...ofBalancers],
    log: ["bucket", "sink", "filter", "delivery", "bucketGrant", "topic", "publisher", "subscription", "suffix"],
    metric: ["alarm"],
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
    secret: ["secret", "version", "generated", "suffix"],
    vm: ["machines", "template", "scaling", "health", "firewall", "inside", "inner", "way", ...ofWorkloads],
};

/** The keys of {@link GcpStack}, in the same way. */
const stack: { readonly [P in keyof GcpStack]: readonly (keyof GcpStack[P])[] } = {
    accessLogs: children.blob,
    accessLogsWriter: ["grant"],
    agents: ["agent"],
    apis: ["api"],
    dashboard: ["dashboard"],
    images: ["fetcher", "suffix"],
    key: children.key,
    keyUsers: ["grant"],
    keys: ["audit", "ring", "suffix"],
    logs: ["exclusion"],
    mail: ["channel"],
    network: children.network,
};

/** Google Cloud, through Pulumi's own provider for it. */
export const cloud: Cloud = {
    name: "gcp",
    drivers: readied(shown(drivers)),
    lacks,
    checks,
    children,
    stack,
};
