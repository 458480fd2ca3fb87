// Right declarations, which the tests do harm to. Between them they have every section, and most arguments.
import type { AppArgs } from "../../components";

const build = "./app";
const digest = `sha256:${"0".repeat(64)}`;

export const valid: Readonly<Record<string, AppArgs>> = {
    shop: {
        containers: {
            web: {
                build: "./web",
                port: 3000,
                public: true,
                health: "/healthz",
                scale: { min: 2, max: 10 },
                uses: ["db", "uploads"],
            },
            mail: { build: "./mail", uses: ["db"] },
        },
        jobs: { nightly: { container: "web", command: ["node", "report.js"], schedule: "0 3 * * *" } },
        databases: { db: { engine: "postgres" } },
        blobs: { uploads: {} },
        alarms: { email: "ops@example.com" },
    },
    workloads: {
        images: { app: { context: build, target: "run", args: { A: "b" } } },
        networks: { net: {} },
        logs: {
            book: { retention: 14, filters: { errors: { contains: "ERROR", into: "errors" } }, export: "archive" },
        },
        metrics: {
            errors: {},
            orders: {
                unit: "orders",
                kind: "distribution",
                dimensions: ["country"],
                alarms: { slow: { above: 5, statistic: "p90", period: 120, periods: 2, email: ["a@example.com"] } },
            },
            watched: { of: "web.errors", alarms: { many: { above: 1, email: "a@example.com" } } },
        },
        blobs: { archive: { versioned: false, lifecycle: [{ prefix: "tmp/", expire: 7 }] } },
        containers: {
            web: {
                image: "app",
                command: ["node", "server.js"],
                env: { COLOUR: "blue" },
                uses: ["orders", "archive:read as OLD", "signer:sign,verify", "token", "made:file", "api", "machines"],
                cpu: 1,
                memory: 3072,
                ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
                scale: { min: 1, max: 6, cpu: 50, requests: 100 },
                health: { path: "/healthz", port: "http", interval: 20, timeout: 3, failures: 5, startup: 90 },
                sidecars: {
                    proxy: { build: "./proxy", env: { A: "b" }, uses: ["archive:read"], cpu: 0.5, memory: 1024 },
                },
                stopGrace: 45,
                rollout: { strategy: "recreate", timeout: 120 },
                public: true,
                log: "book",
                network: "net",
            },
            api: { build: { context: build, dockerfile: "Dockerfile.prod" }, port: 80 },
        },
        vms: {
            machines: {
                scale: { min: 1, max: 2, cpu: 50 },
                cpu: 2,
                memory: 4096,
                start: "node server.js",
                userData: "#!/bin/sh\necho hello",
                ports: { http: { port: 8080 } },
                health: { path: "/" },
            },
        },
        loadBalancers: {
            front: {
                routes: [{ host: "shop.example.com", path: "/shop", to: "web", port: "http" }, { to: "api" }],
                redirects: [{ path: "/old", to: "https://shop.example.com/", permanent: true }],
                tcp: { raw: { listen: 9000, to: "web", port: "raw" } },
                allow: ["203.0.113.0/24"],
                accessLog: true,
            },
        },
        secrets: { token: { value: "planted-value" }, made: { generate: { length: 64, alphabet: "hex" } } },
        keys: { signer: { purpose: "sign", algorithm: "ed25519" }, vault: { rotation: 365 } },
    },
    data: {
        databases: {
            db: {
                engine: "postgres",
                version: "17",
                storage: 100,
                backups: { retention: 14, window: "01:30", pointInTime: true },
                parameters: { work_mem: "8MB" },
            },
            old: { engine: "mysql" },
            cache: { engine: "redis" },
        },
        kvs: {
            carts: {
                partitionKey: { name: "customer", type: "string" },
                sortKey: { name: "at", type: "number" },
                ttl: "gone",
                pointInTime: false,
            },
        },
        blobs: {
            uploads: {
                versioned: true,
                lifecycle: [{ expire: 7, expireOld: 3 }],
                cors: [{ origins: ["https://shop.example.com"], methods: ["PUT"], headers: ["x-a"], maxAge: 60 }],
            },
        },
        jobs: {
            once: { build, once: true, uses: ["db", "old", "cache", "carts", "uploads"] },
            nightly: {
                build,
                schedule: "0 3 * * *",
                timeZone: "Europe/Berlin",
                timeout: 600,
                retries: 5,
                concurrency: "replace",
                env: { A: digest },
            },
        },
    },
};
