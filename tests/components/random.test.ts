import { expect } from "chai";
import * as fc from "fast-check";
import { App, Mistake } from "../../components";
import { fakeCloud } from "../support/fake-cloud";
import { run } from "../support/mocks";

/** Words which declarations are made of, right ones and wrong ones, so that random ones come near the truth. */
const words = [
    ...[
        "containers",
        "jobs",
        "databases",
        "blobs",
        "kvs",
        "secrets",
        "keys",
        "images",
        "logs",
        "metrics",
        "vms",
        "loadBalancers",
        "networks",
        "alarms",
        "container",
    ],
    ...[
        "build",
        "image",
        "command",
        "env",
        "uses",
        "cpu",
        "memory",
        "port",
        "ports",
        "scale",
        "min",
        "max",
        "health",
        "path",
        "public",
        "domain",
        "sidecars",
        "rollout",
        "strategy",
    ],
    ...[
        "engine",
        "version",
        "backups",
        "retention",
        "window",
        "restore",
        "from",
        "schedule",
        "timeZone",
        "once",
        "routes",
        "to",
        "tcp",
        "listen",
        "alarms",
        "email",
        "above",
        "of",
        "value",
        "generate",
    ],
    ...[
        "transform",
        "protect",
        "local",
        "aws",
        "key",
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "then",
        "web",
        "db",
        "a",
        "A",
        "x-y",
        "",
        "nosuch",
    ],
];
const values = [
    "web",
    "db",
    "db:read",
    "a as B",
    "postgres",
    "./app",
    "/healthz",
    "0 3 * * *",
    "* * * * *",
    "UTC",
    "encrypt",
    "rolling",
    "ops@example.com",
    "10.0.0.0/16",
    "\0",
    "💥",
    "a".repeat(5000),
];

const leaf = fc.oneof(
    fc.constantFrom<unknown>(
        ...values,
        null,
        undefined,
        true,
        false,
        0,
        1,
        -1,
        2,
        80,
        0.25,
        512,
        65535,
        1e21,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.MAX_SAFE_INTEGER,
    ),
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.constant(10n as unknown),
    fc.constant((() => 1) as unknown),
    fc.constant(Symbol("s") as unknown),
    fc.constant(new Date(0) as unknown),
);
const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
        { maxDepth: 6, depthSize: "medium" },
        leaf,
        fc.array(tie("node"), { maxLength: 4 }),
        fc
            .array(fc.tuple(fc.constantFrom(...words), tie("node")), { maxLength: 6 })
            .map((entries) => Object.fromEntries(entries)),
    ),
})).node;
/** Near misses: sections with parts whose arguments are random. */
const sections = fc.dictionary(
    fc.constantFrom(...words.slice(0, 15)),
    fc.dictionary(fc.constantFrom("web", "db", "a", "b", "mail", "UP", "x".repeat(50)), tree, { maxKeys: 4 }),
    { maxKeys: 6 },
);

describe("random declarations", () => {
    it("end in one curable message or in a plan: never in a stack trace, never in a hang", async function () {
        this.timeout(120_000);
        const runs = Number(process.env.MVI_RANDOM_RUNS ?? 3000);
        let refused = 0;
        let slowest = 0;
        await run({}, () => {
            fc.assert(
                fc.property(fc.oneof(tree, sections, sections), (declaration) => {
                    const started = performance.now();
                    const { cloud, carried } = fakeCloud();
                    try {
                        new App("shop", declaration as never, { cloud });
                    } catch (error) {
                        if (!(error instanceof Mistake)) throw error;
                        refused++;
                        expect(carried, "made of a wrong declaration").to.deep.equal([]);
                        expect(error.faults).to.not.be.empty;
                        for (const fault of error.faults) {
                            expect(fault.where, "where").to.not.equal("");
                            expect(fault.todo, "what to do").to.not.equal("");
                        }
                        expect(error.message).to.not.match(/\n\s+at |undefined is not|Cannot read|TypeError/);
                    }
                    slowest = Math.max(slowest, performance.now() - started);
                }),
                { numRuns: runs },
            );
        });
        expect(refused).to.be.greaterThan(runs / 4);
        expect(slowest, "milliseconds of the slowest").to.be.lessThan(1000);
    });
});
