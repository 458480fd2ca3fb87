import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
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
    Mistake,
    Network,
    Secret,
    VM,
} from "../../components";
import type { Component, ComponentOptions } from "../../components/component";
import { type Carried, fakeCloud } from "../support/fake-cloud";
import { run } from "../support/mocks";

type Type = new (name: string, args: never, options: ComponentOptions) => Component;
const build = "./app";

/** What is refused: the component, its arguments, and where and what each fault says. */
const refused: [Type, unknown, RegExp[]][] = [
    [Container as never, {}, [/^tried: has neither `build` nor `image`/]],
    [Container as never, { build, image: `x@sha256:${"0".repeat(64)}` }, [/has both `build` and `image`/]],
    [Container as never, { image: "nginx:latest" }, [/^image: must be an image by digest, but got "nginx:latest"/]],
    [Container as never, { build, port: 0 }, [/^port: must be a whole number of ports from 1 to 65535, but got 0/]],
    [Container as never, { build, port: 80, ports: { a: { port: 81 } } }, [/^port: is there beside `ports`/]],
    [Container as never, { build, public: true }, [/^public: needs an HTTP port/]],
    [
        Container as never,
        { build, ports: { a: { port: 1, protocol: "tcp" } }, public: true },
        [/^public: needs an HTTP port/],
    ],
    [Container as never, { build, port: 80, domain: "example.com" }, [/^domain: needs `public: true`/]],
    [
        Container as never,
        { build, port: 80, public: true, domain: "https://example.com" },
        [/^domain: must be a domain's name/],
    ],
    [Container as never, { build, scale: 0 }, [/^scale.min: must be at least 1: only a request could start one/]],
    [Container as never, { build, scale: { requests: 5 } }, [/^scale.requests: needs an HTTP port/]],
    [Container as never, { build, health: "/x" }, [/^health: needs a port to ask at/]],
    [
        Container as never,
        { build, port: 80, health: { path: "/x", port: "admin" } },
        [/^health.port: must name one of `ports`, but got "admin": there are http/],
    ],
    [
        Container as never,
        { build, port: 80, health: { path: "/x", command: ["x"] } },
        [/^health: has both `path` and `command`/],
    ],
    [
        Container as never,
        { build, port: 80, health: { interval: 5, timeout: 5 } },
        [/^health.timeout: must be less than `interval` \(5\)/],
    ],
    [Container as never, { build, port: 80, health: "healthz" }, [/^health.path: must be a path that begins with \//]],
    [Container as never, { build, env: { "A-B": "x" } }, [/must have a name of letters, digits and _/]],
    [Container as never, { build, env: { A: 1 } }, [/^env.A: must be a text, but got 1/]],
    [Container as never, { build, sidecars: { a: {} } }, [/^sidecars.a: has neither `build` nor `image`/]],
    [Container as never, { build, uses: ["db"] }, [/^uses\[0\]: must be one of Database/]],
    [
        Container as never,
        { build: { context: ".", dokerfile: "x" } },
        [/^build.dokerfile: is not known here: did you mean `dockerfile`\?/],
    ],
    [Container as never, { build, memory: 100 }, [/^memory: must be a whole number of MiB from 512 to 32768/]],
    [Container as never, { build, protect: true }, [/^protect: is not known here/]],
    [Job as never, { build, once: true, schedule: "0 3 * * *" }, [/^once: is there beside `schedule`/]],
    [Job as never, { build, timeZone: "UTC" }, [/^timeZone: is for a schedule/]],
    [
        Job as never,
        { build, schedule: "0 3 * * *", timeZone: "Berlin" },
        [/^timeZone: must be a time zone of the IANA list/],
    ],
    [Job as never, { build, schedule: "0 0 3 * * *" }, [/^schedule: must be five cron fields/]],
    [
        Job as never,
        { build, schedule: "61 * * * *" },
        [/^schedule: must have a minute within 0 to 59 as its first field/],
    ],
    [
        Job as never,
        { build, schedule: "0 25 * * *" },
        [/^schedule: must have an hour within 0 to 23 as its second field/],
    ],
    [
        Job as never,
        { build, schedule: "0 0 * JUNE 8" },
        [
            /^schedule: must have a month within 1 to 12 or JAN to DEC as its fourth field, but got "0 0 \* JUNE 8": write "\*" there, or one such as "JAN"$/,
        ],
    ],
    [Image as never, {}, [/has neither `context` nor `reference`/]],
    [Image as never, { context: ".", reference: `x@sha256:${"0".repeat(64)}` }, [/has both `context` and `reference`/]],
    [
        Image as never,
        { reference: `x@sha256:${"0".repeat(64)}`, target: "run" },
        [/^target: is for an image that is built here/],
    ],
    [LoadBalancer as never, {}, [/has neither `routes` nor `redirects` nor `tcp`/]],
    [
        LoadBalancer as never,
        { redirects: [{ to: "/a" }, { to: "/b" }] },
        [/^redirects\[1\]: is for the same host and path/],
    ],
    [LoadBalancer as never, { redirects: [{ to: "ftp://x" }] }, [/^redirects\[0\].to: must be a URL or a path/]],
    [LoadBalancer as never, { redirects: [{ to: "/" }], certificate: "c" }, [/^certificate: needs `domain`/]],
    [LoadBalancer as never, { tcp: {}, waf: true }, [/has neither/, /^waf: guards HTTP/]],
    [
        LoadBalancer as never,
        { redirects: [{ to: "/" }], allow: ["10.0.0.0"] },
        [/^allow\[0\]: must be a range of addresses/],
    ],
    [Database as never, {}, [/^engine: must be `postgres`, `mysql` or `redis`, but got undefined/]],
    [Database as never, { engine: "postgresql" }, [/^engine: .* did you mean `postgres`\?/]],
    [Database as never, { engine: "postgres", version: "9.6" }, [/^version: must be one of 18, 17, 16 for postgres/]],
    [Database as never, { engine: "redis", storage: 30 }, [/^storage: is not for redis/]],
    [Database as never, { engine: "mysql", size: "serverless", storage: 30 }, [/^storage: is not for serverless/]],
    [
        Network as never,
        { existing: "net-1", range: "10.1.0.0/16", flowLogs: false, egress: "none" },
        [/^range: is for a new network/, /^flowLogs: is for a new network/],
    ],
    [Database as never, { engine: "redis", size: "serverless" }, [/^size: is not for redis/]],
    [
        Database as never,
        { engine: "redis", backups: { pointInTime: true }, restore: { from: "a", time: "2026-11-21T09:30:00Z" } },
        [/^backups.pointInTime: is not possible with redis/, /^restore.time: is not possible with redis/],
    ],
    [
        Database as never,
        { engine: "mysql", backups: { window: "3am", retention: 99 } },
        [/^backups.retention: /, /^backups.window: must be a time of day/],
    ],
    [
        Database as never,
        { engine: "mysql", restore: { from: "x", time: "yesterday" } },
        [/^restore.time: must be a point in time in UTC/],
    ],
    [Database as never, { engine: "mysql", maintenance: "sunday" }, [/^maintenance: must be a day and a time/]],
    [Blob as never, { lifecycle: [{}] }, [/^lifecycle\[0\]: says nothing to delete/]],
    [
        Blob as never,
        { versioned: false, lifecycle: [{ expireOld: 3 }] },
        [/^lifecycle\[0\].expireOld: is for a versioned store/],
    ],
    [Blob as never, { cors: [{ origins: ["example.com"] }] }, [/^cors\[0\].origins\[0\]: must be an origin/]],
    [Blob as never, { key: "k" }, [/^key: must be a Key, but got "k": make one with `new Key/]],
    [KV as never, { partitionKey: "a", sortKey: "a" }, [/has two attributes of one name/]],
    [
        KV as never,
        { partitionKey: { name: "a", type: "text" } },
        [/^partitionKey.type: must be `string`, `number` or `binary`/],
    ],
    [Secret as never, {}, [/has neither `value` nor `generate`/]],
    [Secret as never, { value: "x", generate: {} }, [/has both `value` and `generate`/]],
    [Secret as never, { value: "x", rotation: 5 }, [/^rotation: is for a generated value/]],
    [
        Secret as never,
        { generate: { length: 4 } },
        [/^generate.length: must be a whole number of characters from 16 to 512/],
    ],
    [Key as never, { purpose: "sign", rotation: 90 }, [/^rotation: is not for keys that sign/]],
    [Key as never, { algorithm: "ed25519" }, [/^algorithm: is for keys that sign/]],
    [
        Key as never,
        { material: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", rotation: 90 },
        [/^rotation: is not for imported material/],
    ],
    [
        Key as never,
        { material: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", purpose: "sign" },
        [/^material: can be imported for keys that encrypt only/],
    ],
    [Log as never, { subscribers: ["http://example.com"] }, [/^subscribers\[0\]: must be an HTTPS address/]],
    [Log as never, { retention: 0 }, [/^retention: must be a whole number of days from 1 to 3650/]],
    [Metric as never, { alarms: { a: { email: "a@example.com" } } }, [/^alarms.a: has neither `above` nor `below`/]],
    [
        Metric as never,
        { alarms: { a: { above: 1, below: 2, email: "a@example.com" } } },
        [/^alarms.a: has both `above` and `below`/],
    ],
    [
        Metric as never,
        { alarms: { a: { above: 1, period: 90, email: [] } } },
        [/^alarms.a.period: must be whole minutes/, /^alarms.a.email: must name somebody/],
    ],
    [Metric as never, { of: "web.errors" }, [/^of: must be a gauge of a component/]],
    [VM as never, { ports: { http: { port: 80 } } }, [/^ports: has ports, but nothing that listens/]],
    [VM as never, { userData: "echo" }, [/^userData: must be a script or a cloud-init document/]],
    [VM as never, { scale: 0 }, [/^scale.min: must be at least 1/]],
    [VM as never, { start: "x", health: "/x" }, [/^health: needs a port to ask at/]],
    [Network as never, { range: "10.999.1.0/16" }, [/^range: must be a private IPv4 range/]],
    [
        LoadBalancer as never,
        { redirects: [{ to: "//evil.example.com" }] },
        [/^redirects\[0\].to: must be a URL or a path/],
    ],
    [
        LoadBalancer as never,
        { redirects: [{ to: "/" }], allow: ["999.1.1.1/8"] },
        [/^allow\[0\]: must be a range of addresses/],
    ],
    [
        Metric as never,
        { alarms: { a: { above: 1, statistic: "p99", email: "a@example.com" } } },
        [/^alarms.a.statistic: is not for a counter/],
    ],
    [
        Metric as never,
        { alarms: { a: { above: 1, period: 86400, periods: 60, email: "a@example.com" } } },
        [/^alarms.a.periods: must cover at most 604800 seconds/],
    ],
    [Key as never, { material: "c2hvcnQ=" }, [/^material: must be 32 bytes in base64/]],
    [Network as never, { range: "8.8.8.0/24" }, [/^range: must be a private IPv4 range/]],
    [Network as never, { egress: "nat" }, [/^egress: must be/]],
];

describe("components", () => {
    for (const [type, args, faults] of refused) {
        it(`refuse ${type.name} ${JSON.stringify(args).slice(0, 90)}`, async () => {
            const { cloud, carried } = fakeCloud();
            await run({}, () => {
                try {
                    new type("tried", args as never, { cloud });
                    expect.fail("it was not refused");
                } catch (error) {
                    if (!(error instanceof Mistake)) throw error;
                    const found = error.faults.map(
                        ({ where, what, got, todo }) =>
                            `${where === "the declaration" ? "tried" : where}: ${what}${got === undefined ? "" : `, but got ${got}`}: ${todo}`,
                    );
                    expect(found).to.have.length(faults.length);
                    faults.forEach((fault, index) => expect(found[index]).to.match(fault));
                }
            });
            expect(carried).to.deep.equal([]);
        });
    }

    const defaults: [Type, unknown, string, Record<string, unknown>][] = [
        [
            Container as never,
            { build, port: 80 },
            "dev",
            {
                "scale.min": 1,
                "scale.max": 1,
                cpu: 0.25,
                memory: 512,
                public: false,
                stopGrace: 30,
                "rollout.strategy": "rolling",
                "ports.http.protocol": "http",
            },
        ],
        [Container as never, { build, cpu: 2 }, "prod", { "scale.min": 2, memory: 4096 }],
        [Container as never, { build, scale: { max: 1 } }, "prod", { "scale.min": 1, "scale.max": 1 }],
        [
            Database as never,
            { engine: "postgres" },
            "dev",
            {
                version: "18",
                size: "micro",
                storage: 20,
                highAvailability: false,
                "backups.retention": 7,
                "backups.pointInTime": true,
            },
        ],
        [
            Database as never,
            { engine: "redis" },
            "prod",
            {
                version: "8",
                size: "small",
                highAvailability: true,
                "backups.retention": 35,
                "backups.pointInTime": false,
            },
        ],
        [Blob as never, {}, "dev", { versioned: true, "lifecycle[0].expireOld": 90 }],
        [Blob as never, { versioned: false }, "dev", { lifecycle: [] }],
        [KV as never, {}, "dev", { "partitionKey.name": "key", ttl: "expires", pointInTime: true, sortKey: undefined }],
        [Key as never, {}, "dev", { purpose: "encrypt", rotation: 90, deletionWindow: 30 }],
        [Key as never, { purpose: "sign" }, "dev", { rotation: undefined, algorithm: "ecdsa-p256" }],
        [Log as never, {}, "dev", { retention: 30 }],
        [Log as never, {}, "small", { retention: 90 }],
        [Log as never, {}, "prod", { retention: 365 }],
        [
            Job as never,
            { build },
            "dev",
            { timeZone: "UTC", timeout: 3600, retries: 2, concurrency: "forbid", once: false },
        ],
        [VM as never, { cpu: 2 }, "prod", { memory: 4096, disk: 20, "scale.min": 2 }],
        [Network as never, {}, "dev", { egress: "public-address", zones: 2, flowLogs: false }],
        [Network as never, {}, "small", { egress: "nat-instance", flowLogs: true }],
        [Network as never, {}, "prod", { egress: "nat-gateway", flowLogs: true }],
        [
            Metric as never,
            { alarms: { a: { above: 1, email: "a@example.com" } } },
            "dev",
            { "alarms.a.statistic": "sum", "alarms.a.periods": 3, "alarms.a.email": ["a@example.com"] },
        ],
        [
            Metric as never,
            { kind: "distribution", alarms: { a: { above: 1, email: "a@example.com" } } },
            "dev",
            { "alarms.a.statistic": "p99" },
        ],
    ];
    for (const [type, args, profile, expected] of defaults) {
        it(`complete ${type.name} ${JSON.stringify(args)} at ${profile}`, async () => {
            const { cloud, carried } = fakeCloud();
            await run({ config: { "mvi:profile": profile } }, () => void new type("tried", args as never, { cloud }));
            const { spec } = carried.find(({ name }) => name === "tried") as Carried;
            for (const [path, value] of Object.entries(expected))
                expect(spec).to.have.deep.nested.property(path, value);
        });
    }

    it("take an output for a text, and a secret for a value, without looking into them", async () => {
        const { cloud, carried } = fakeCloud();
        await run({}, () => {
            new Secret("token", { value: pulumi.secret("planted") }, { cloud });
            new Container(
                "web",
                { image: pulumi.output(`x@sha256:${"0".repeat(64)}`), env: { A: pulumi.output("b") } },
                { cloud },
            );
        });
        expect(carried.map(({ name }) => name)).to.include.members(["token", "web", "web-image"]);
    });

    it("never show a secret in a message", async () => {
        const { cloud } = fakeCloud();
        await run({}, () => {
            for (const args of [{ value: "planted-value", generate: {} }, { value: 12345678 }]) {
                expect(() => new Secret("token", args as never, { cloud }))
                    .to.throw(Mistake)
                    .with.property("message")
                    .that.does.not.match(/planted|12345678/);
            }
            expect(() => new Key("key", { material: "planted-value", purpose: "sign" }, { cloud }))
                .to.throw(Mistake)
                .with.property("message")
                .that.does.not.include("planted");
        });
    });
});
