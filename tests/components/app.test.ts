import { expect } from "chai";
import { App, type AppArgs, Mistake } from "../../components";
import { type Carried, fakeCloud } from "../support/fake-cloud";
import { run } from "../support/mocks";

const shop: AppArgs = {
    containers: {
        web: {
            build: "./web",
            port: 3000,
            public: true,
            health: "/healthz",
            scale: { min: 2, max: 10 },
            uses: ["db", "uploads:read", "stripe as STRIPE_KEY", "mail"],
        },
        mail: { build: "./mail", port: 2525, uses: ["db as PRIMARY"] },
    },
    jobs: {
        nightly: { container: "web", command: ["node", "report.js"], schedule: "0 3 * * *", timeZone: "Europe/Berlin" },
    },
    databases: { db: { engine: "postgres" } },
    blobs: { uploads: {} },
    secrets: { stripe: { generate: {} } },
    alarms: { email: "ops@example.com" },
};

async function carry(args: unknown, config: Record<string, string> = {}): Promise<Carried[]> {
    const { cloud, carried } = fakeCloud();
    await run({ config }, () => void new App("shop", args as AppArgs, { cloud }));
    return carried;
}

async function faultsOf(args: unknown, config: Record<string, string> = {}): Promise<string[]> {
    const { cloud, carried } = fakeCloud();
    let faults: string[] = [];
    await run({ config }, () => {
        try {
            new App("shop", args as AppArgs, { cloud });
        } catch (error) {
            if (!(error instanceof Mistake)) throw error;
            faults = error.message
                .split("\n")
                .slice(1)
                .map((line) => line.trim().replace(/^- /, ""));
        }
    });
    expect(carried, "nothing is made of a wrong declaration").to.deep.equal([]);
    return faults;
}

describe("App", () => {
    it("makes every part, each after those that it uses", async () => {
        const carried = await carry(shop);
        const order = carried.map(({ name }) => name);
        for (const [first, then] of [
            ["shop-db", "shop-mail"],
            ["shop-mail", "shop-web"],
            ["shop-uploads", "shop-web"],
            ["shop-web", "shop-nightly"],
        ]) {
            expect(order.indexOf(first), `${first} before ${then}`).to.be.within(0, order.indexOf(then) - 1);
        }
    });

    it("links parts under their names in the declaration, with the access that is named", async () => {
        const web = (await carry(shop)).find(({ name }) => name === "shop-web")!.spec;
        const links = (web.uses as { prefix: string; access: string[] }[]).map(({ prefix, access }) => [
            prefix,
            access,
        ]);
        expect(links).to.deep.equal([
            ["DB", ["write"]],
            ["UPLOADS", ["read"]],
            ["STRIPE_KEY", ["read"]],
            ["MAIL", ["connect"]],
        ]);
    });

    it("runs a job with what its container has", async () => {
        const { spec } = (await carry(shop)).find(({ name }) => name === "shop-nightly")!;
        expect((spec.uses as { prefix: string }[]).map(({ prefix }) => prefix)).to.include("DB");
        expect(spec.command).to.deep.equal(["node", "report.js"]);
        expect(spec).to.not.have.property("container");
    });

    it("makes alarms when somebody is to be told", async () => {
        const alarms = (await carry(shop)).filter(({ service }) => service === "metric").map(({ name }) => name);
        expect(alarms).to.have.members([
            "shop-web-errors",
            "shop-web-healthy",
            "shop-mail-errors",
            "shop-mail-healthy",
            "shop-db-storage",
            "shop-nightly-failures",
        ]);
    });

    it("chooses sizes and protection by profile", async () => {
        const of = async (profile: string) =>
            (await carry({ ...shop, alarms: undefined }, { "mvi:profile": profile })).find(
                ({ name }) => name === "shop-db",
            )!;
        expect(await of("dev"))
            .to.deep.include({ protect: false })
            .and.to.have.nested.property("spec.highAvailability", false);
        expect(await of("prod"))
            .to.deep.include({ protect: true })
            .and.to.have.nested.property("spec.highAvailability", true);
    });

    describe("refuses, before anything is made", () => {
        const cases: [string, unknown, string[]][] = [
            [
                "a key it does not know, with the nearest right one",
                { container: {} },
                ["container: is not known here: did you mean `containers`?"],
            ],
            [
                "an argument it does not know",
                { blobs: { a: { versionned: true } } },
                ["blobs.a.versionned: is not known here: did you mean `versioned`?"],
            ],
            [
                "an unknown name in uses",
                { databases: { db: { engine: "postgres" } }, containers: { web: { build: ".", uses: ["dbb"] } } },
                [
                    'containers.web.uses[0]: must name a part that is a Database, Blob, KV, Log, Metric, Key, Secret, Container, VM, but got "dbb": did you mean "db"?',
                ],
            ],
            [
                "two parts of one name",
                { blobs: { a: {} }, kvs: { a: {} } },
                ['kvs.a: has the name of a Blob, but got "a": give each part a name of its own'],
            ],
            [
                "a circle",
                { containers: { a: { build: ".", port: 1, uses: ["b"] }, b: { build: ".", port: 1, uses: ["a"] } } },
                [
                    'the declaration: has parts that use each other in a circle, but got "a → b → a": take one of these uses out',
                ],
            ],
            [
                "a port twice",
                { containers: { a: { build: ".", ports: { x: { port: 80 }, y: { port: 80 } } } } },
                ["containers.a.ports.y: is the same port as `x`, but got 80: choose another number"],
            ],
            [
                "min above max",
                { containers: { a: { build: ".", scale: { min: 5, max: 2 } } } },
                ["containers.a.scale.min: must be at most `max` (2), but got 5: lower `min`, or raise `max`"],
            ],
            [
                "a schedule that is none",
                { jobs: { a: { build: ".", schedule: "every day" } } },
                [
                    'jobs.a.schedule: must be five cron fields: minute, hour, day of the month, month, day of the week, but got "every day": write one like "0 3 * * *" (every day at 03:00) or "*/15 * * * 1-5"',
                ],
            ],
            [
                "a schedule that never comes",
                { jobs: { a: { build: ".", schedule: "0 0 30 2 *" } } },
                ['jobs.a.schedule: must come at some time, but got "0 0 30 2 *": choose a day that its month has'],
            ],
            [
                "a size that no cloud has",
                { containers: { a: { build: ".", cpu: 3 } } },
                [
                    "containers.a.cpu: must be one of 0.25, 0.5, 1, 2, 4, 8 CPUs, but got 3: choose one that every cloud has",
                ],
            ],
            [
                "memory that does not go with the cpu",
                { containers: { a: { build: ".", cpu: 0.25, memory: 2048 } } },
                [
                    "containers.a.memory: must be 512 MiB for 0.25 CPU: no cloud has every other, but got 2048: choose one of these, or another `cpu`",
                ],
            ],
            [
                "a name too long",
                { blobs: { ["x".repeat(21)]: {} } },
                [
                    `blobs.${"x".repeat(21)} (its name): must be 1 to 20 lower-case letters, digits and single hyphens, a letter first, no hyphen last, but got "${"x".repeat(21)}": choose such a name: clouds allow no other everywhere`,
                ],
            ],
            [
                "an access that the part has not",
                { blobs: { a: {} }, containers: { web: { build: ".", uses: ["a:sign"] } } },
                ['containers.web.uses[0]: cannot do that with a Blob, but got "sign": choose `write` or `read`'],
            ],
            [
                "an access with a slip of the pen",
                { blobs: { a: {} }, containers: { web: { build: ".", uses: ["a:wirte"] } } },
                ['containers.web.uses[0]: cannot do that with a Blob, but got "wirte": did you mean "write"?'],
            ],
            [
                "a build without a folder",
                { containers: { web: { build: { dockerfile: "Dockerfile.prod" } } } },
                ["containers.web.build: has neither `context` nor `reference`: give exactly one of them"],
            ],
            [
                "a build whose folder is wrong, which is no folder left out",
                { containers: { web: { build: { context: 5 } } } },
                ["containers.web.build.context: must be a folder, but got 5: write it in quotes, not empty"],
            ],
            [
                "neither build nor image",
                { containers: { web: {} } },
                ["containers.web: has neither `build` nor `image`: say what it runs with exactly one of them"],
            ],
            [
                "a number in quotes",
                { containers: { web: { build: ".", port: "3000", scale: { max: "0" } } } },
                [
                    'containers.web.port: must be a whole number of ports from 1 to 65535, but got "3000": write 3000 without quotes; of a variable, Number(…)',
                    'containers.web.scale.max: must be a whole number of replicas from 1 to 1000, but got "0": choose one in that range',
                ],
            ],
            [
                "two links under one name",
                { blobs: { a: {} }, containers: { web: { build: ".", uses: ["a", "a:read"] } } },
                [
                    'containers.web.uses: has two links whose variables begin with A_: give one another name: "a as OTHER"',
                ],
            ],
            [
                "a mail address that is none",
                { alarms: { email: "nobody" } },
                ['alarms.email: must be an e-mail address, but got "nobody": write one like "ops@example.com"'],
            ],
            [
                "what is no declaration at all",
                null,
                ["the declaration: must be an object, but got null: write { containers: { … } }"],
            ],
        ];
        for (const [what, args, faults] of cases) {
            it(what, async () => expect(await faultsOf(args)).to.deep.equal(faults));
        }

        const together: [string, unknown, RegExp][] = [
            [
                "a route to a port that is not there",
                {
                    containers: { web: { build: ".", ports: { http: { port: 80 } } } },
                    loadBalancers: { lb: { routes: [{ to: "web", port: "htp" }] } },
                },
                /loadBalancers\.lb\.routes\[0\]\.port: must name an HTTP port of the container, but got "htp": did you mean "http"\?/,
            ],
            [
                "a route to a worker",
                { containers: { web: { build: "." } }, loadBalancers: { lb: { routes: [{ to: "web" }] } } },
                /lb\.routes\[0\]\.port: must name an HTTP port/,
            ],
            [
                "a gauge that is not there",
                { containers: { web: { build: "." } }, metrics: { m: { of: "web.error" } } },
                /metrics\.m\.of: must be a gauge of a Container, but got "web\.error": did you mean "web\.errors"\?/,
            ],
            [
                "the name of what another part makes",
                { containers: { web: { build: "." } }, logs: { "web-log": {} } },
                /web-log: has the name of the Log that "web" makes by itself/,
            ],
            [
                "the name of an alarm",
                {
                    containers: { web: { build: "." } },
                    metrics: { "web-errors": {} },
                    alarms: { email: "a@example.com" },
                },
                /web-errors: has the name of the Metric that "web" makes by itself/,
            ],
            [
                "one port for two balancers",
                {
                    containers: { web: { build: ".", ports: { raw: { port: 9, protocol: "tcp" } } } },
                    loadBalancers: {
                        a: { tcp: { x: { listen: 9000, to: "web", port: "raw" } } },
                        b: { tcp: { x: { listen: 9000, to: "web", port: "raw" } } },
                    },
                },
                /b\.tcp\.x\.listen: is taken by a\.tcp\.x\.listen/,
            ],
            [
                "one domain for two",
                {
                    containers: {
                        a: { build: ".", port: 1, public: true, domain: "x.example.com" },
                        b: { build: ".", port: 1, public: true, domain: "x.example.com" },
                    },
                },
                /b\.domain: is taken by a\.domain/,
            ],
            [
                "a key that signs, to encrypt with",
                { keys: { k: { purpose: "sign" } }, logs: { l: { key: "k" } } },
                /logs\.l\.key: must be a Key that encrypts/,
            ],
            [
                "signing with a key that encrypts",
                { keys: { k: {} }, containers: { web: { build: ".", uses: ["k:sign"] } } },
                /web\.uses\[0\]: cannot do that with a Key to encrypt, but got "sign"/,
            ],
            [
                "one variable of two links",
                {
                    databases: { db: { engine: "postgres" } },
                    secrets: { "db-url": { generate: {} } },
                    containers: { web: { build: ".", uses: ["db", "db-url"] } },
                },
                /web\.uses: has two links with a variable DB_URL/,
            ],
            [
                "a job of a container without a command",
                { containers: { web: { build: "." } }, jobs: { j: { container: "web" } } },
                /jobs\.j\.command: is needed beside `container`/,
            ],
        ];
        for (const [what, args, fault] of together) {
            it(what, async () => expect((await faultsOf(args)).join("\n")).to.match(fault));
        }

        it("what the rules say, beside what is wrong with an argument", async () => {
            const faults = await faultsOf({ containers: { web: { cpu: 3 } } });
            expect(faults.map((fault) => fault.split(":")[0])).to.have.members([
                "containers.web.cpu",
                "containers.web",
            ]);
        });

        it("with all faults at once", async () => {
            const faults = await faultsOf({
                containers: { web: { build: 1, cpu: "x", scale: { min: -1 } } },
                blobs: { UP: {} },
                nonsense: 1,
            });
            expect(faults.map((fault) => fault.split(":")[0])).to.have.members([
                "containers.web.build",
                "containers.web.cpu",
                "containers.web.scale.min",
                "blobs.UP (its name)",
                "nonsense",
            ]);
        });
    });

    it("takes the longest names, with all that is made from them", async () => {
        const long = { name: "a".repeat(19), part: "b".repeat(20), sidecar: "c".repeat(20) };
        const { cloud } = fakeCloud();
        const args: AppArgs = {
            containers: { [long.part]: { build: ".", sidecars: { [long.sidecar]: { build: "." } } } },
            alarms: { email: "ops@example.com" },
        };
        await run({}, () => void new App(long.name, args, { cloud }));
        await run({ config: { "mvi:cloud": "local" } }, () => void new App(long.name, args));
    });

    it("refuses what the cloud lacks, by name and with the reason", async () => {
        const { cloud } = fakeCloud({
            database: { highAvailability: "there is one machine" },
            image: { reference: "no engine" },
        });
        await run({}, () => {
            const args = {
                databases: { db: { engine: "postgres", highAvailability: true } },
                containers: { web: { image: `x@sha256:${"0".repeat(64)}` } },
            } as const;
            expect(() => new App("shop", args, { cloud })).to.throw(
                Mistake,
                /databases\.db\.highAvailability: is not possible on this cloud \(there is one machine\), but got true[\s\S]*containers\.web\.image\.reference: is not possible/,
            );
        });
    });

    it("refuses what the cloud lacks beside another argument only there, and has no such default", async () => {
        const { cloud, carried } = fakeCloud({
            database: { "backups.pointInTime=true": { when: { engine: "mysql" }, because: "whole backups" } },
        });
        await run({}, () => {
            const databases = (pointInTime?: boolean) => ({
                databases: {
                    mine: { engine: "mysql", backups: { pointInTime } },
                    post: { engine: "postgres", backups: { pointInTime } },
                },
            });
            const faults = (args: object) => {
                try {
                    new App("shop", args as never, { cloud });
                } catch (error) {
                    return (error as Mistake).faults;
                }
                return [];
            };
            const [only, ...more] = faults(databases(true));
            expect(more).to.deep.equal([]);
            expect(only).to.include({
                where: "databases.mine.backups.pointInTime",
                what: "is not possible on this cloud with engine mysql (whole backups)",
            });
            expect(faults(databases())).to.deep.equal([]);
        });
        const databases = carried.filter(({ service }) => service === "database");
        const kept = databases.map(({ name, spec }) => [name, (spec.backups as { pointInTime: boolean }).pointInTime]);
        expect(Object.fromEntries(kept)).to.deep.equal({
            "shop-mine": false,
            "shop-post": true,
        });
    });

    it("refuses a wrong configuration with the command that mends it", async () => {
        for (const [config, message] of [
            [
                { "mvi:cloud": "asw" },
                'mvi:cloud: must be `aws`, `gcp` or `local`, but got "asw": run `pulumi config set mvi:cloud aws`',
            ],
            [{ "mvi:profile": "huge" }, "run `pulumi config set mvi:profile dev`"],
            [
                { "mvi:clowd": "aws" },
                "mvi:clowd: is not known: run `pulumi config rm mvi:clowd`, then `pulumi config set mvi:cloud …`",
            ],
            [{ "mvi:protect": "maybe" }, "run `pulumi config set mvi:protect true`"],
        ] as const) {
            await run({ config }, () =>
                expect(() => new App("shop", {}, {}))
                    .to.throw(Mistake)
                    .with.property("message")
                    .that.includes(message),
            );
        }
    });
});
