import { Blob, Container, Image, Log, Network, Secret, VM } from "../../components";
import type { ComponentOptions } from "../../components/component";
import type { Change, Changes } from "./change";
import { app, shared, stay } from "./parts";

const reference = (digit: string) => `x@sha256:${digit.repeat(64)}`;
const used = (o: ComponentOptions) => [shared(o, Blob, "used", {}), shared(o, Secret, "token", { generate: {} })];
const network = (o: ComponentOptions) => shared(o, Network, "own", {});

/** Room for all that is tried, and a way out. */
const pool = (o: ComponentOptions) =>
    shared(o, VM, "used-pool", {
        cpu: 8,
        memory: 32768,
        network: shared(o, Network, "pool-network", { egress: "nat-instance" }),
    });

/** What runs an image, wherever it stands: in a container, beside one, in a job. */
const running = (at = ""): Change[] =>
    [
        { path: `${at}build`, to: { context: app, dockerfile: "Dockerfile.prod" }, from: app },
        { path: `${at}command`, to: ["node", "app.mjs", "stay", "x"] },
        { path: `${at}env`, to: { COLOUR: "blue" } },
        { path: `${at}uses`, to: used },
        { path: `${at}cpu`, to: 1, from: 2 },
        { path: `${at}memory`, to: 2048, from: 3072 },
    ].map((change) => ({ ...change, common: true }));

/** A size of which another part can be changed. */
const sized: Readonly<Record<string, object>> = { cpu: { memory: 4096 }, memory: { cpu: 1 } };

const image: Change = {
    path: "image",
    to: reference("1"),
    from: reference("2"),
    with: { build: undefined },
};
const imageOfOwn: Change = {
    ...image,
    when: "an Image",
    to: (o: ComponentOptions) => shared(o, Image, "used-image", { context: app }),
    from: (o: ComponentOptions) => shared(o, Image, "other-image", { context: app, dockerfile: "Dockerfile.prod" }),
};

const log: Change = {
    path: "log",
    to: (o: ComponentOptions) => shared(o, Log, "own-log", {}),
    apart: ["tried-log"],
};

/** A path, or a command, with all that is said of how it is asked. */
const health = (how: object, when?: string): Change[] =>
    [
        { path: "health.interval", to: 20 },
        { path: "health.timeout", to: 3 },
        { path: "health.failures", to: 5 },
        { path: "health.startup", to: 200 },
    ].map((change) => ({ ...change, with: { health: how }, when }));

const byTcp = "asked by TCP";
const byCommand = "asked by a command";
const portless = ["without a port"];

export const container: Changes = {
    linked: true,
    needs: { "with a shell": "exec", "on machines": "on" },
    ways: {
        "over HTTP": () => ({ build: app, port: 3000 }),
        "without a port": () => ({ build: app, command: stay }),
        "with a shell": () => ({ build: app, port: 3000, exec: true }),
        "on machines": (o) => ({ build: app, port: 3000, on: pool(o) }),
    },
    changes: [
        ...running().map((one) => ({ ...one, with: sized[one.path] })),
        image,
        imageOfOwn,
        log,
        // On machines, their own network is its.
        { path: "network", to: network, not: ["on machines"] },
        { path: "port", to: 3001, not: portless },
        { path: "ports", to: { web: { port: 3000 } }, with: { port: undefined }, not: portless },
        {
            path: "ports.http.protocol",
            to: "tcp",
            from: "http",
            with: { port: undefined, ports: { http: { port: 3000 } } },
            not: portless,
        },
        { path: "scale", to: 3 },
        { path: "scale.min", to: 2, with: { scale: { min: 1, max: 4 } } },
        { path: "scale.max", to: 3, from: 4, with: { scale: { min: 1 } } },
        { path: "scale.cpu", to: 40, with: { scale: { min: 1, max: 4 } } },
        { path: "scale.requests", to: 40, with: { public: true, scale: { min: 1, max: 4 } }, not: portless },
        { path: "health", to: "/healthz", not: portless },
        { path: "health.path", to: "/other", from: "/healthz", with: { health: {} }, not: portless },
        { path: "health.command", to: ["true"] },
        {
            path: "health.port",
            to: "two",
            from: "http",
            with: { port: undefined, ports: { http: { port: 1 }, two: { port: 2 } }, health: { path: "/" } },
            not: portless,
        },
        ...health({ path: "/healthz" }).map((one) => ({ ...one, not: portless })),
        ...health({}, byTcp).map((one) => ({ ...one, not: portless })),
        ...health({ command: ["true"] }, byCommand),
        { path: "public", to: true, not: portless },
        { path: "domain", to: "shop.example.com", with: { public: true }, not: portless },
        { path: "sidecars", to: { proxy: { build: app, command: stay } } },
        ...running("sidecars.proxy.").map((one) => ({
            ...one,
            with: { sidecars: { proxy: { build: app, command: stay, ...sized[one.path.split(".")[2]] } } },
        })),
        {
            path: "sidecars.proxy.image",
            to: reference("1"),
            from: reference("2"),
            with: { sidecars: { proxy: { command: stay } } },
        },
        ...[5, 20, 60].map((to): Change => ({ path: "stopGrace", when: `${to} s`, to })),
        { path: "rollout.strategy", to: "recreate" },
        { path: "rollout.timeout", to: 1800, timed: true },
        { path: "exec", to: true, from: false },
        { path: "on", to: pool, not: ["on machines"] },
    ],
};

export const job: Changes = {
    ways: {
        "by hand": () => ({ build: app }),
        "on a schedule": () => ({ build: app, schedule: "0 3 * * *" }),
        once: () => ({ build: app, once: true }),
    },
    changes: [
        ...running().map((one) => ({ ...one, with: sized[one.path] })),
        image,
        imageOfOwn,
        log,
        { path: "network", to: network },
        {
            path: "container",
            to: (o: ComponentOptions) =>
                shared(o, Container, "web-asked", { build: app, command: stay, env: { A: "b" } }),
            from: (o: ComponentOptions) => shared(o, Container, "web-other", { build: app, command: stay }),
            with: { build: undefined, command: ["x"] },
        },
        { path: "schedule", to: "0 4 * * *", not: ["once"] },
        { path: "timeZone", to: "Europe/Berlin", only: ["on a schedule"] },
        { path: "once", to: true, only: ["by hand"] },
        { path: "timeout", to: 600 },
        { path: "retries", to: 5 },
        ...["allow", "replace"].map((to): Change => ({ path: "concurrency", when: to, to, only: ["on a schedule"] })),
    ],
};

const start = () => ({ start: "node server.mjs" });

export const vm: Changes = {
    linked: true,
    ways: {
        alone: () => ({}),
        "with a port": () => ({ ...start(), ports: { http: { port: 8080 } } }),
    },
    changes: [
        { path: "scale", to: 3 },
        { path: "scale.min", to: 2, with: { scale: { min: 1, max: 4 } } },
        { path: "scale.max", to: 3, from: 4, with: { scale: { min: 1 } } },
        { path: "scale.cpu", to: 40, with: { scale: { min: 1, max: 4 } } },
        { path: "scale.requests", to: 40, with: { scale: { min: 1, max: 4 } }, only: ["with a port"] },
        { path: "cpu", to: 8, with: { memory: 16384 } },
        { path: "memory", to: 8192 },
        { path: "image", to: "image-1" },
        { path: "start", to: "node other.mjs" },
        { path: "userData", when: "a script", to: "#!/bin/sh\ntrue\n" },
        { path: "userData", when: "of cloud-init", to: "#cloud-config\nruncmd: [[touch, /tmp/x]]\n" },
        { path: "ports", to: { http: { port: 8081 } }, with: start() },
        { path: "ports.http.protocol", to: "tcp", from: "http", only: ["with a port"] },
        { path: "disk", to: 40 },
        { path: "health", to: "/healthz", only: ["with a port"] },
        { path: "health.path", to: "/other", from: "/healthz", with: { health: {} }, only: ["with a port"] },
        { path: "health.command", to: ["true"] },
        {
            path: "health.port",
            to: "raw",
            from: "http",
            with: { ports: { http: { port: 1 }, raw: { port: 2 } }, health: { path: "/" } },
            only: ["with a port"],
        },
        ...health({ path: "/healthz" }).map((one) => ({ ...one, only: ["with a port"] })),
        ...health({}, byTcp).map((one) => ({ ...one, only: ["with a port"] })),
        ...health({ command: ["true"] }, byCommand),
        { path: "uses", to: used },
        { path: "network", to: network },
    ],
};
