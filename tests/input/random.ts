// Random declarations: from anything at all to near misses.
import * as fc from "fast-check";
import { marks } from "./hostile";
import { longTexts, partNames, sectionNames, texts, words } from "./words";

const numbers = [0, 1, -1, 2, 80, 0.25, 512, 65535, 65536, 1e21, 1e308, Number.NaN, Number.POSITIVE_INFINITY, -0];

/** One value: right somewhere, or nowhere. */
export const leaf: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<unknown>(...texts) },
    {
        weight: 3,
        arbitrary: fc.constantFrom<unknown>(...numbers, Number.MAX_SAFE_INTEGER, null, undefined, true, false),
    },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
    { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.bigInt()) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...marks) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...longTexts) },
);

/** An object which may have any name as its own, also `__proto__`. */
const dictionary = <T>(names: readonly string[], members: fc.Arbitrary<T>, maxLength: number) =>
    fc.array(fc.tuple(fc.constantFrom(...names), members), { maxLength }).map((entries) => Object.fromEntries(entries));

/** Anything. */
export const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
        { maxDepth: 6, depthSize: "medium" },
        leaf,
        fc.array(tie("node"), { maxLength: 4 }),
        dictionary(words, tie("node"), 6),
    ),
})).node;

/** Sections with parts whose arguments are random. */
export const sections = dictionary(sectionNames, dictionary(partNames, tree, 4), 6);

/** Services as Docker Compose has them, at its place or at ours. */
export const compose = fc
    .tuple(
        fc.constantFrom("services", "containers", "Services", "container", "vms", "jobs"),
        dictionary(
            ["web", "db", "my_app", "proxy", "Redis", "worker.1"],
            fc
                .record(
                    {
                        image: fc.constantFrom("nginx", "nginx:latest", "postgres:16-alpine", "ghcr.io/a/b:v1", ""),
                        build: fc.constantFrom<unknown>(".", { context: ".", dockerfile: "Dockerfile", args: ["A=b"] }),
                        ports: fc.constantFrom<unknown>(["80:80"], ["127.0.0.1:80:80/tcp"], [80], 80, "80", [
                            { target: 80 },
                        ]),
                        expose: fc.constantFrom<unknown>(["3000"], [3000]),
                        environment: fc.constantFrom<unknown>(["A=b", "C"], { A: 1, B: true, C: null }),
                        env: fc.constantFrom<unknown>(["A=b"], { A: 1 }, "A=b"),
                        command: fc.constantFrom<unknown>("npm start", ["npm", 1], ""),
                        entrypoint: fc.constantFrom<unknown>("/bin/sh", ["/bin/sh", "-c"]),
                        depends_on: fc.constantFrom<unknown>(["db"], { db: { condition: "service_healthy" } }),
                        volumes: fc.constantFrom<unknown>(
                            ["db:/var/lib"],
                            [{ type: "bind", source: ".", target: "/app" }],
                        ),
                        healthcheck: fc.constant({ test: ["CMD", "curl", "-f", "http://localhost"], interval: "30s" }),
                        health: fc.constantFrom<unknown>({ test: "exit 0" }, { interval: "30s" }, "http://localhost/"),
                        restart: fc.constantFrom("always", "unless-stopped", "no"),
                        deploy: fc.constant({ replicas: 2, resources: { limits: { cpus: "0.5", memory: "512M" } } }),
                        scale: fc.constantFrom<unknown>("2", 2, { replicas: 2 }),
                        memory: fc.constantFrom<unknown>("512M", 512),
                        networks: fc.constantFrom<unknown>(["default"], { default: { aliases: ["x"] } }),
                        uses: fc.constantFrom<unknown>("db", ["db"], { db: "write" }),
                    },
                    { requiredKeys: [] },
                )
                .map((service) => ({ ...service })),
            4,
        ),
        fc.record(
            {
                version: fc.constantFrom<unknown>("3.8", 3),
                volumes: fc.constantFrom<unknown>({ db: null }, { db: {} }),
                networks: fc.constantFrom<unknown>({ default: null }, { front: { driver: "bridge" } }),
                secrets: fc.constantFrom<unknown>({ token: { file: "./token" } }, { token: { external: true } }),
                configs: fc.constant({ a: { file: "./a" } }),
                name: fc.constant("shop"),
            },
            { requiredKeys: [] },
        ),
    )
    .map(([section, services, more]) => ({ [section]: services, ...more }));
