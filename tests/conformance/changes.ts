import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Container, Key, Metric, Network, VM } from "../../components";
import type { Cloud, ServiceName } from "../../components/cloud";
import type { ComponentOptions } from "../../components/component";
import type { Change, Changes } from "./change";
import { container, job, vm } from "./changes-of-workloads";
import { app, listen, shared } from "./parts";

export type { Change } from "./change";

const network = (o: ComponentOptions) => shared(o, Network, "own", {});
const key: Change = { path: "key", to: (o: ComponentOptions) => shared(o, Key, "own-key", {}) };
const ports = { http: { port: 3000 }, other: { port: 3001 }, raw: { port: 9000, protocol: "tcp" as const } };
const web = (o: ComponentOptions) => shared(o, Container, "web", { build: app, ports });
const other = (o: ComponentOptions) => shared(o, Container, "other", { build: app, ports });
const redirect = { to: "https://example.com/" };
/** A backup of Redis, as each cloud names them. */
const backup = (name: string) => (o: ComponentOptions) =>
    (o.cloud as Cloud).name === "gcp"
        ? `projects/shop/locations/europe-west1/backupCollections/db/backups/${name}`
        : name;
const sql = ["with PostgreSQL", "with MySQL"];

const loadBalancer: Changes = {
    ways: {
        "for HTTP": (o) => ({ routes: [{ to: web(o) }] }),
        "for a domain": (o) => ({ routes: [{ to: web(o) }], domain: "shop.example.com" }),
        "for TCP": (o) => ({ tcp: { raw: { listen, to: web(o), port: "raw" } } }),
    },
    changes: [
        { path: "routes.0.host", to: "shop.example.com", not: ["for TCP"] },
        { path: "routes.0.path", to: "/shop", not: ["for TCP"] },
        { path: "routes.0.to", to: other, from: web, not: ["for TCP"] },
        { path: "routes.0.port", to: "other", not: ["for TCP"] },
        { path: "redirects", to: [{ path: "/old", to: "/new" }], not: ["for TCP"] },
        ...Object.entries({
            host: "www.example.com",
            path: "/old",
            to: "https://other.example.com/",
            permanent: true,
        }).map(([name, to]): Change => ({
            path: `redirects.0.${name}`,
            to,
            ...(name === "to" ? { from: redirect.to } : {}),
            with: { redirects: [{ path: "/older", ...redirect }] },
            not: ["for TCP"],
        })),
        { path: "tcp", to: (o: ComponentOptions) => ({ raw: { listen, to: web(o), port: "raw" } }), not: ["for TCP"] },
        { path: "tcp.raw.listen", to: listen + 1, only: ["for TCP"] },
        { path: "tcp.raw.to", to: other, from: web, only: ["for TCP"] },
        { path: "tcp.raw.port", to: "http", only: ["for TCP"] },
        { path: "domain", to: "www.example.com" },
        { path: "certificate", to: "certificate-1", only: ["for a domain"] },
        { path: "allow", to: ["203.0.113.0/24"] },
        { path: "accessLog", to: false },
        { path: "waf", to: true, not: ["for TCP"] },
        { path: "network", to: network },
    ],
};

const database: Changes = {
    linked: true,
    needs: { serverless: "size=serverless" },
    ways: {
        "with PostgreSQL": () => ({ engine: "postgres" }),
        "with MySQL": () => ({ engine: "mysql" }),
        "with Redis": () => ({ engine: "redis" }),
        serverless: () => ({ engine: "postgres", size: "serverless" }),
    },
    changes: [
        { path: "engine", to: "mysql", only: ["with PostgreSQL"] },
        { path: "version", to: "17", from: "16", only: ["with PostgreSQL", "serverless"] },
        { path: "version", to: "8.0", only: ["with MySQL"] },
        { path: "version", to: "7", only: ["with Redis"] },
        ...["small", "medium", "large"].map((to): Change => ({ path: "size", when: to, to })),
        { path: "storage", to: 100, only: sql },
        { path: "highAvailability", to: true },
        { path: "backups.retention", to: 14 },
        ...["01:00", "03:30"].map((to): Change => ({ path: "backups.window", when: to, to })),
        { path: "backups.pointInTime", to: false, from: true, not: ["with Redis"] },
        { path: "restore.from", to: "other", from: "another", not: ["with Redis"] },
        { path: "restore.from", to: backup("other"), from: backup("another"), only: ["with Redis"] },
        { path: "restore.time", to: "2026-11-21T09:30:00Z", not: ["with Redis"], with: { restore: { from: "other" } } },
        ...["mon 05:00", "sun 02:00", "sun 05:30"].map((to): Change => ({ path: "maintenance", when: to, to })),
        { path: "parameters", to: { work_mem: "8MB" }, not: ["with Redis", "with MySQL"] },
        { path: "parameters", to: { max_connections: "60" }, only: ["with MySQL"] },
        { path: "parameters", to: { "maxmemory-policy": "allkeys-lru" }, only: ["with Redis"] },
        key,
        { path: "network", to: network },
    ],
};

const log: Changes = {
    linked: true,
    ways: { alone: () => ({}) },
    changes: [
        { path: "retention", to: 14 },
        key,
        { path: "export", to: (o: ComponentOptions) => shared(o, Blob, "archive", {}) },
        ...[
            { path: "filters.errors.contains", to: "ERROR", from: "WARN" },
            { path: "filters.errors.into", to: metric("errors"), from: metric("others") },
        ].map((one) => ({
            ...one,
            with: (o: ComponentOptions) => ({ filters: { errors: { contains: "ERROR", into: metric("errors")(o) } } }),
        })),
        { path: "subscribers", to: ["https://logs.example.com/in"] },
    ],
};

const alarms = (one: object) => () => ({ alarms: { slow: { above: 5, email: "ops@example.com", ...one } } });
const dimensions = ["country"];

const metrics: Changes = {
    linked: ["alone"],
    ways: { alone: () => ({}), "of a gauge": (o) => ({ of: gauge("cpu")(o) }) },
    changes: [
        { path: "unit", to: "orders", only: ["alone"], with: alarms({}) },
        ...["gauge", "distribution"].map((to): Change => ({
            path: "kind",
            when: to,
            to,
            only: ["alone"],
            with: alarms({ statistic: "average" }),
        })),
        { path: "dimensions", to: dimensions, only: ["alone"] },
        { path: "of", to: gauge("memory"), only: ["of a gauge"], with: alarms({}) },
        { path: "dashboard", to: "Shop" },
        { path: "alarms.slow.above", to: 6, from: 5, with: alarms({}) },
        { path: "alarms.slow.below", to: 6, from: 5, with: alarms({ above: undefined }) },
        ...["sum", "min", "max"].map((to): Change => ({
            path: "alarms.slow.statistic",
            when: to,
            to,
            from: "average",
            with: alarms({}),
        })),
        ...["p50", "p90", "p99"].map((to): Change => ({
            path: "alarms.slow.statistic",
            when: to,
            to,
            from: "average",
            with: { ...alarms({})(), kind: "distribution" },
            only: ["alone"],
        })),
        { path: "alarms.slow.period", to: 120, with: alarms({}) },
        { path: "alarms.slow.periods", to: 2, with: alarms({}) },
        ...["breaching", "ignore"].map((to): Change => ({
            path: "alarms.slow.missing",
            when: to,
            to,
            with: alarms({}),
        })),
        {
            path: "alarms.slow.email",
            to: ["a@example.com", "b@example.com"],
            from: "ops@example.com",
            with: alarms({}),
        },
    ],
};

/** What each service's arguments can be changed to. A test says that none of them is left out. */
export const changes: { readonly [S in ServiceName]: Changes } = {
    vm,
    container,
    job,
    loadBalancer,
    database,
    log,
    metric: metrics,
    network: {
        ways: { alone: () => ({}) },
        beside: (own, o) => void new VM("own-vm", { network: own }, o),
        changes: [
            { path: "range", to: "10.9.0.0/16" },
            { path: "zones", to: 3 },
            ...["none", "nat-instance", "nat-gateway"].map((to): Change => ({ path: "egress", when: to, to })),
            { path: "flowLogs", to: true },
        ],
    },
    key: {
        linked: true,
        ways: { "to encrypt": () => ({}), "to sign": () => ({ purpose: "sign" }) },
        changes: [
            { path: "purpose", to: "sign", only: ["to encrypt"] },
            { path: "algorithm", to: "ed25519", only: ["to sign"] },
            { path: "rotation", to: 365, only: ["to encrypt"] },
            { path: "material", to: Buffer.alloc(32).toString("base64"), only: ["to encrypt"] },
            { path: "deletionWindow", to: 10 },
        ],
    },
    image: {
        ways: { "that is built": () => ({ context: app }) },
        changes: [
            { path: "context", to: path.join(app, "../../../examples/guestbook"), from: app },
            { path: "dockerfile", to: "Dockerfile.prod" },
            { path: "target", to: "run" },
            { path: "args", to: { A: "b" } },
            { path: "platforms", to: ["linux/arm64", "linux/amd64"] },
        ],
    },
    kv: {
        linked: true,
        ways: { alone: () => ({}) },
        changes: [
            { path: "partitionKey.name", to: "country", from: "key", with: { partitionKey: {} } },
            { path: "partitionKey.type", to: "number", with: { partitionKey: { name: "key" } } },
            { path: "sortKey.name", to: "at", from: "on", with: { sortKey: {} } },
            { path: "sortKey.type", to: "number", with: { sortKey: { name: "at" } } },
            { path: "ttl", to: "gone" },
            { path: "pointInTime", to: false },
            key,
        ],
    },
    blob: {
        linked: true,
        ways: { alone: () => ({}) },
        changes: [
            { path: "versioned", to: false },
            { path: "lifecycle.0.prefix", to: "tmp/", with: { lifecycle: [{ expire: 7 }] } },
            { path: "lifecycle.0.expire", to: 8, from: 7, with: { lifecycle: [] } },
            { path: "lifecycle.0.expireOld", to: 8, from: 7, with: { lifecycle: [] } },
            ...Object.entries({ origins: ["https://a.example"], methods: ["PUT"], headers: ["x-a"], maxAge: 60 }).map(
                ([name, to]): Change => ({
                    path: `cors.0.${name}`,
                    to,
                    ...(name === "origins" ? { from: ["*"] } : {}),
                    with: { cors: [{ origins: ["*"] }] },
                }),
            ),
            key,
        ],
    },
    secret: {
        linked: true,
        ways: {
            "that is given": () => ({ value: pulumi.secret("planted-value") }),
            "that is made": () => ({ generate: {} }),
        },
        changes: [
            { path: "value", to: () => pulumi.secret("another-value"), only: ["that is given"] },
            { path: "generate.length", to: 64, only: ["that is made"] },
            { path: "generate.alphabet", to: "hex", only: ["that is made"] },
            { path: "rotation", to: 30, only: ["that is made"] },
            key,
        ],
    },
};

function metric(name: string) {
    return (o: ComponentOptions) => shared(o, Metric, name, {});
}

function gauge(name: string) {
    return (o: ComponentOptions) => shared(o, Container, "web-seen", { build: app, port: 80 }).gauge(name);
}
