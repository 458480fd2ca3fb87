import { expect } from "chai";
import { Mistake } from "../../components";
import { flawsOf, outcomeOf, type Tried } from "./outcome";

const build = "./app";

/** What each cloud takes on its own terms: a declaration with all of it, and where it is refused. */
const refused: Readonly<Record<Exclude<Tried, "none" | "local">, { declaration: object; faults: [string, RegExp][] }>> =
    {
        aws: {
            declaration: {
                images: { arm: { context: build, platforms: ["linux/arm64"] } },
                containers: {
                    asleep: { build, port: 80, scale: { min: 0, max: 2 } },
                    counted: { build, port: 80, scale: { min: 1, max: 2, requests: 5 } },
                    slow: { build, port: 80, health: { command: ["true"], startup: 600 } },
                    wide: { build, cpu: 8, sidecars: { a: { build, cpu: 8 }, b: { build, cpu: 1 } } },
                    mixed: { image: "arm", sidecars: { other: { build } } },
                    lost: { build, on: "machines" },
                    large: { build, on: "routed", cpu: 2 },
                },
                vms: { machines: {}, routed: { network: "own" } },
                networks: { own: { egress: "nat-instance" } },
                databases: {
                    db: { engine: "postgres", maintenance: "mon 03:15", backups: { pointInTime: false } },
                    open: { engine: "mysql", parameters: { require_secure_transport: "0" } },
                    old: { engine: "postgres", restore: { from: "rds:x", time: "2026-11-21T09:30:00Z" } },
                    cache: { engine: "redis", maintenance: "mon 02:15" },
                },
                jobs: { both: { build, schedule: "0 0 13 * 5" } },
            },
            faults: [
                ["containers.asleep.scale.min", /no request can start/],
                ["containers.counted.scale.requests", /needs `public`/],
                ["containers.slow.health.startup", /at most 300/],
                ["containers.wide.cpu", /is 17 with the sidecars, with 34816 MiB/],
                ["containers.lost.on", /no way to the internet or to AWS from the stack's own network/],
                ["containers.large.cpu", /is 2 with its sidecars: each machine of `routed` has 1/],
                ["containers.large.memory", /is 4096 MiB with its sidecars, for which ECS takes 4096/],
                ["containers.mixed", /different processors: linux\/arm64; linux\/amd64/],
                ["databases.db.backups.pointInTime", /always on/],
                ["databases.db.maintenance", /falls into the backup, which begins at 03:00/],
                ["databases.open.parameters.require_secure_transport", /TLS is always forced/],
                ["databases.old.restore.time", /not for a backup/],
                ["databases.cache.maintenance", /falls into the backup/],
                ["jobs.both.schedule", /names days of the month and of the week/],
            ],
        },
        gcp: {
            declaration: {
                images: { arm: { context: build, platforms: ["linux/arm64"] } },
                containers: {
                    asleep: { build, port: 80, exec: true, scale: { min: 0, max: 2 } },
                    counted: {
                        build,
                        ports: { a: { port: 80 }, b: { port: 81 } },
                        scale: { min: 1, max: 2, requests: 5 },
                    },
                    wide: { build, cpu: 8, sidecars: { a: { build, cpu: 1 } } },
                    huge: {
                        build,
                        cpu: 8,
                        exec: true,
                        sidecars: { a: { build, cpu: 8 }, b: { build, cpu: 8 }, c: { build, cpu: 8 }, d: { build } },
                    },
                    placed: { build, port: 80, on: "machines", scale: 3 },
                    beside: { build, on: "machines", cpu: 1, network: "own" },
                    other: { image: "arm", port: 80 },
                    ported: { build, port: 80, env: { PORT: "81" } },
                    web: { build, port: 80 },
                },
                vms: { machines: {} },
                networks: { own: {} },
                databases: {
                    db: { engine: "postgres", highAvailability: true, backups: { pointInTime: false } },
                    open: { engine: "mysql", parameters: { require_secure_transport: "0" }, maintenance: "sun 05:30" },
                    old: { engine: "postgres", restore: { from: "db/1", time: "2026-11-21T09:30:00Z" } },
                    lost: { engine: "postgres", restore: { from: "A b" } },
                    cache: { engine: "redis", backups: { window: "03:30" }, restore: { from: "db/1" } },
                },
                jobs: { third: { image: "arm" }, again: { container: "ported", command: ["true"] } },
                loadBalancers: {
                    front: {
                        redirects: [{ to: "http://example.com/" }, { path: "/x", to: "https://example.com:8443/" }],
                        tcp: { raw: { listen: 9000, to: "web", port: "http" } },
                    },
                },
            },
            faults: [
                ["containers.asleep.scale.min", /no request can start/],
                ["containers.counted.scale.requests", /needs `public`/],
                ["containers.wide.cpu", /is 9 with the sidecars, with 18432 MiB, and Cloud Run has at most 8/],
                ["containers.huge.cpu", /is 32.25 with the sidecars/],
                ["containers.placed.scale", /is 3, and each machine of `machines` runs it once/],
                ["containers.beside.cpu", /is 1 with its sidecars, and with `placed` 1\.25/],
                ["containers.beside.memory", /is 2048 with its sidecars, and with `placed` 2560/],
                ["containers.beside.network", /is not that of its machines/],
                ["containers.other.image", /linux\/amd64 only/],
                ["containers.ported.env.PORT", /the port that it listens on, 80/],
                ["databases.db.backups.pointInTime", /always on/],
                ["databases.open.parameters.require_secure_transport", /TLS is always forced/],
                ["databases.open.maintenance", /full hour/],
                ["databases.old.restore.time", /not for a backup/],
                ["databases.lost.restore.from", /Cloud SQL/],
                ["databases.cache.backups.window", /full hour/],
                ["databases.cache.restore.from", /whole name/],
                ["jobs.third.image", /linux\/amd64 only/],
                ["jobs.again.container", /PORT/],
                ["loadBalancers.front.redirects[0].to", /plain HTTP/],
                ["loadBalancers.front.redirects[1].to", /another port/],
                ["loadBalancers.front.tcp.raw.to", /HTTP only/],
            ],
        },
    };

describe("what one cloud takes on its own terms is refused with all else, before anything is made", function () {
    this.timeout(120_000);
    for (const [on, { declaration, faults }] of Object.entries(refused)) {
        it(`on ${on}: ${faults.length} faults in one message`, async () => {
            // One fault that is no cloud's matter stands in the same message.
            const { refusal, made } = await outcomeOf({ ...declaration, blobs: { data: { nosuch: 1 } } }, on as Tried);
            expect(refusal).to.be.instanceOf(Mistake);
            expect(flawsOf(refusal!)).to.deep.equal([]);
            expect(made).to.equal(0);
            for (const [where, what] of faults)
                expect(refusal!.faults.find((fault) => fault.where === where)?.what, where).to.match(what);
            const wanted = [...faults.map(([where]) => where), "blobs.data.nosuch"];
            expect(refusal!.faults.map(({ where }) => where).filter((where) => !wanted.includes(where))).to.deep.equal(
                [],
            );
        });
    }

    it("on local the same is a plan, as far as it is no cloud's matter", async () => {
        const { refusal } = await outcomeOf({ jobs: { both: { build, schedule: "0 0 13 * 5" } } }, "local");
        expect(refusal?.message).to.equal(undefined);
    });
});
