import * as pulumi from "@pulumi/pulumi";
import {
    Blob,
    Container,
    Database,
    Image,
    Job,
    Key,
    KV,
    LoadBalancer,
    Log,
    Metric,
    Network,
    Secret,
    VM,
} from "../../components";
import { blobService } from "../../components/blob";
import { containerService } from "../../components/container";
import { databaseService } from "../../components/database";
import { imageService } from "../../components/image";
import { jobService } from "../../components/job";
import { keyService } from "../../components/key";
import { kvService } from "../../components/kv";
import { loadBalancerService } from "../../components/load-balancer";
import { logService } from "../../components/log";
import { metricService } from "../../components/metric";
import { networkService } from "../../components/network";
import { secretService } from "../../components/secret";
import { vmService } from "../../components/vm";
import { app, listen, shared, source, stay } from "./parts";
import type { ServiceName } from "../../components/cloud";
import type { AnyService, Component, ComponentOptions } from "../../components/component";

/** Sample is how a service is tried: with every argument that it has, and with as few as it takes. */
export interface Sample {
    readonly service: AnyService;
    readonly type: new (name: string, args: never, options: ComponentOptions) => Component;
    /** Every argument, none at its default. What a cloud lacks is taken out before it is used. */
    full(options: ComponentOptions): object;
    /** What cannot stand beside that: further samples with the arguments which are left. */
    also?(options: ComponentOptions): object[];
    /** Arguments whose effect hangs on what the cloud answers: its own tests try them. */
    readonly elsewhere?: readonly string[];
    /** The fewest arguments. */
    least(): object;
    /** Outputs which must be there. */
    readonly outputs: readonly string[];
    /** Ends of the variables that a use gives: the same on every cloud, so that an app's code is. */
    readonly variables: readonly string[];
}

const health = { path: "/healthz", port: "http", interval: 20, timeout: 3, failures: 5, startup: 90 };
const build = {
    context: app,
    dockerfile: "Dockerfile.prod",
    target: "run",
    args: { A: "b" },
    platforms: ["linux/amd64", "linux/arm64"],
};

export const samples: { readonly [S in ServiceName]: Sample } = {
    vm: {
        service: vmService,
        type: VM as never,
        full: (o) => ({
            scale: { min: 2, max: 4, cpu: 50, requests: 100 },
            cpu: 2,
            memory: 8192,
            image: "image-1",
            start: "node server.mjs",
            userData: `#!/bin/sh\ncat > server.mjs <<'END'\n${source}END\n`,
            ports: { http: { port: 8080 }, raw: { port: 9000, protocol: "tcp" } },
            disk: 40,
            health,
            uses: [shared(o, Blob, "used", {})],
            network: shared(o, Network, "own", {}),
        }),
        least: () => ({}),
        outputs: ["url", "addresses"],
        variables: ["URL", "RAW_URL"],
    },
    network: {
        service: networkService,
        type: Network as never,
        full: () => ({ range: "10.9.0.0/16", zones: 3, egress: "nat-instance", flowLogs: true }),
        elsewhere: ["existing"],
        least: () => ({}),
        outputs: ["id", "subnets"],
        variables: [],
    },
    key: {
        service: keyService,
        type: Key as never,
        full: () => ({ purpose: "encrypt", rotation: 365, deletionWindow: 10 }),
        also: () => [{ purpose: "sign", algorithm: "ed25519" }, { material: Buffer.alloc(32).toString("base64") }],
        least: () => ({}),
        outputs: ["id", "url"],
        variables: ["ID", "URL"],
    },
    image: {
        service: imageService,
        type: Image as never,
        full: () => build,
        also: () => [{ reference: `x@sha256:${"0".repeat(64)}` }],
        least: () => ({ context: app }),
        outputs: ["digest", "reference"],
        variables: [],
    },
    container: {
        service: containerService,
        type: Container as never,
        full: (o) => ({
            build,
            command: ["node", "app.mjs"],
            env: { COLOUR: "blue" },
            uses: [shared(o, Blob, "used", {}), shared(o, Secret, "token", { generate: {} })],
            cpu: 1,
            memory: 3072,
            log: shared(o, Log, "own-log", {}),
            network: shared(o, Network, "own", {}),
            ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
            scale: { min: 2, max: 6, cpu: 50, requests: 100 },
            health,
            public: true,
            domain: "shop.example.com",
            sidecars: { proxy: { build: app, command: stay, env: { A: "b" }, cpu: 0.5, memory: 1024 } },
            stopGrace: 45,
            rollout: { strategy: "recreate", timeout: 120 },
            exec: true,
        }),
        also: (o) => [
            { build, port: 3000, on: shared(o, VM, "used-pool", {}) },
            { image: `x@sha256:${"0".repeat(64)}` },
            { image: shared(o, Image, "used-image", { context: app }), command: stay },
        ],
        least: () => ({ build: app }),
        outputs: ["url"],
        variables: ["URL", "RAW_URL"],
    },
    loadBalancer: {
        service: loadBalancerService,
        type: LoadBalancer as never,
        full: (o) => {
            const web = shared(o, Container, "web", {
                build: app,
                ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
            });
            return {
                routes: [{ host: "shop.example.com", path: "/shop", to: web, port: "http" }],
                redirects: [
                    { host: "www.example.com", path: "/old", to: "https://shop.example.com/", permanent: true },
                ],
                tcp: { raw: { listen, to: web, port: "raw" } },
                domain: "shop.example.com",
                certificate: "certificate-1",
                allow: ["203.0.113.0/24"],
                accessLog: true,
                waf: true,
                network: shared(o, Network, "own", {}),
            };
        },
        least: () => ({ redirects: [{ to: "https://example.com/" }] }),
        outputs: ["url", "address"],
        variables: [],
    },
    database: {
        service: databaseService,
        type: Database as never,
        full: (o) => ({
            engine: "postgres",
            version: "17",
            size: "medium",
            storage: 100,
            highAvailability: true,
            backups: { retention: 14, window: "01:30", pointInTime: true },
            restore: { from: "other", time: "2026-11-21T09:30:00Z" },
            maintenance: "mon 02:00",
            parameters: { work_mem: "8MB" },
            key: shared(o, Key, "own-key", {}),
            network: shared(o, Network, "own", {}),
        }),
        least: () => ({ engine: "postgres" }),
        outputs: ["id", "host", "port"],
        variables: ["URL", "HOST", "PORT", "NAME", "USER", "PASSWORD"],
    },
    log: {
        service: logService,
        type: Log as never,
        full: (o) => ({
            retention: 14,
            key: shared(o, Key, "own-key", {}),
            export: shared(o, Blob, "archive", {}),
            filters: { errors: { contains: "ERROR", into: shared(o, Metric, "errors", {}) } },
            subscribers: ["https://logs.example.com/in"],
        }),
        least: () => ({}),
        outputs: ["id"],
        variables: ["NAME"],
    },
    metric: {
        service: metricService,
        type: Metric as never,
        full: () => ({
            unit: "orders",
            kind: "distribution",
            dimensions: ["country"],
            alarms: {
                slow: {
                    above: 5,
                    statistic: "p90",
                    period: 120,
                    periods: 2,
                    missing: "breaching",
                    email: "ops@example.com",
                },
                dead: { below: 1, email: ["a@example.com", "b@example.com"] },
            },
            dashboard: "Shop",
        }),
        also: (o) => [
            { of: shared(o, Container, "web-seen", { build: app, port: 80 }).gauge("errors"), dashboard: "Web" },
        ],
        least: () => ({}),
        outputs: ["id"],
        variables: ["URL", "NAME"],
    },
    kv: {
        service: kvService,
        type: KV as never,
        full: (o) => ({
            partitionKey: { name: "country", type: "string" },
            sortKey: { name: "at", type: "number" },
            ttl: "gone",
            pointInTime: false,
            key: shared(o, Key, "own-key", {}),
        }),
        least: () => ({}),
        outputs: ["id", "url"],
        variables: ["URL", "TABLE"],
    },
    blob: {
        service: blobService,
        type: Blob as never,
        full: (o) => ({
            versioned: true,
            lifecycle: [{ prefix: "tmp/", expire: 7, expireOld: 3 }],
            cors: [{ origins: ["https://shop.example.com"], methods: ["PUT"], headers: ["x-a"], maxAge: 60 }],
            key: shared(o, Key, "own-key", {}),
        }),
        least: () => ({}),
        outputs: ["id", "url"],
        variables: ["URL", "BUCKET"],
    },
    secret: {
        service: secretService,
        type: Secret as never,
        full: (o) => ({ generate: { length: 64, alphabet: "hex" }, rotation: 30, key: shared(o, Key, "own-key", {}) }),
        also: () => [{ value: pulumi.secret("planted-value") }],
        least: () => ({ value: pulumi.secret("planted-value") }),
        outputs: ["id"],
        variables: [""],
    },
    job: {
        service: jobService,
        type: Job as never,
        full: (o) => ({
            build,
            command: ["node", "app.mjs"],
            env: { A: "b" },
            uses: [shared(o, Blob, "used", {})],
            cpu: 1,
            memory: 2048,
            log: shared(o, Log, "own-log", {}),
            network: shared(o, Network, "own", {}),
            schedule: "0 3 * * *",
            timeZone: "Europe/Berlin",
            timeout: 600,
            retries: 5,
            concurrency: "replace",
        }),
        also: (o) => [
            { build, once: true },
            { image: shared(o, Image, "used-image", { context: app }), once: true },
            { image: `x@sha256:${"0".repeat(64)}` },
            { container: shared(o, Container, "web-asked", { build: app, command: stay }), command: ["x"] },
        ],
        least: () => ({ build: app, once: true }),
        outputs: ["id", "lastRun"],
        variables: [],
    },
};
