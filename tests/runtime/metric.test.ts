import { spawn } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { expect } from "chai";
import { openMetric, RuntimeError } from "../../runtime";
import { type MetricDriver } from "../../runtime/metric/driver";
import { bounds, bucketsOf } from "../../runtime/metric/otlp-message";
import { Sender } from "../../runtime/metric/sender";
import { type Reading, type Tally, Values } from "../../runtime/metric/values";
import { errorsOf } from "../conformance-runtime/metric";
import { until } from "../agent/harness";
import { keepEnvironment } from "../support/environment";
import { readLine } from "./emf-spec";

const url = (more: string) => `cloudwatch://orders?namespace=shop&${more}`;
const putBack = keepEnvironment("ECS_CONTAINER_METADATA_URI_V4", "OTEL_EXPORTER_OTLP_ENDPOINT");
const fault = (work: () => unknown): RuntimeError => {
    try {
        work();
    } catch (error) {
        expect(error).to.be.instanceOf(RuntimeError).and.include({ code: "Invalid" });
        return error as RuntimeError;
    }
    return expect.fail("it did not fail");
};

describe("openMetric", () => {
    before(() => {
        process.env.ECS_CONTAINER_METADATA_URI_V4 = "http://169.254.170.2/v4/x";
        delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    });
    after(putBack);

    it("refuses a URL that it cannot open, and says what one looks like", () => {
        for (const [wrong, why] of [
            [undefined, /the URL is undefined.*Is the app linked to it\?/],
            ["nonsense", /must begin with otlp:\/\/, cloudwatch:\/\/, cloudmonitoring:\/\//],
            ["statsd://orders?kind=counter", /no driver for "statsd:\/\/"/],
            ["otlp://?kind=counter", /names no metric/],
            ["otlp://orders?kind=number", /the kind "number", and not counter/],
            ["otlp://orders?kind=counter", /OTEL_EXPORTER_OTLP_ENDPOINT is undefined/],
            ["cloudwatch://orders?kind=counter", /has no namespace/],
            ["cloudmonitoring://orders?kind=counter&project=shop", /project=<project>&location=<region>/],
        ] as const)
            expect(fault(() => openMetric(wrong)).message, wrong).to.match(why);
    });

    it("says where, what, the value and what to do about a mistake of the program, and takes nothing down", async () => {
        const counter = openMetric(url("kind=counter&dimensions=country"));
        const gauge = openMetric(url("kind=gauge"));
        const by = { country: "de" };
        for (const [work, why] of [
            [
                () => counter.add(-1, by),
                /^metric orders: add -1: a counter only grows: add 0 or more, or declare `kind: "gauge"`$/,
            ],
            [() => counter.add(NaN, by), /^metric orders: add NaN: it must be a number .*: leave out what is none$/],
            [() => counter.add(Infinity, by), /add Infinity: it must be a number/],
            [
                () => counter.add(1),
                /^metric orders: add 1: the dimension "country" is not given, declared are country: give/,
            ],
            [() => counter.add(1, { ...by, city: "x" }), /"city" is not declared, declared are country: declare it/],
            [() => counter.add(1, { country: {} as string }), /"country" is {}: give a text/],
            [() => counter.record(1, by), /record 1: it is a counter: `add` to it, or declare another `kind`/],
            [() => gauge.add(1), /add 1: it is a gauge: `record` a value/],
            [() => gauge.record(1, by), /"country" is not declared, none are declared/],
        ] as const)
            expect(fault(work).message).to.match(why);
        expect(await linesOf(() => Promise.all([counter.close(), gauge.close()]))).to.deep.equal([]);
    });

    it("is the same one when it is opened twice, until it is closed", async () => {
        const one = openMetric(url("kind=counter"));
        expect(openMetric(url("kind=counter"))).to.equal(one);
        one.add();
        const lines = await linesOf(() => one.close());
        expect(lines.flatMap(readLine)[0].values).to.deep.equal([[1, 1]]);
        const said = await errorsOf(() => Promise.resolve(one.add()));
        expect(said).to.deep.equal([
            "pulumi-mvi: metric orders: it is closed, and what is written to it is lost: write before, or open it again\n",
        ]);
        const again = openMetric(url("kind=counter"));
        expect(again).to.not.equal(one);
        await again.close();
    });

    it("listens to the process while it is open, and to nothing afterwards", async () => {
        const listeners = () => ["SIGTERM", "beforeExit", "exit"].map((event) => process.listenerCount(event));
        const before = listeners();
        const both = ["counter", "gauge"].map((kind) => openMetric(url(`kind=${kind}`)));
        expect(listeners()).to.deep.equal(before.map((count) => count + 1));
        await Promise.all(both.map((metric) => metric.close()));
        expect(listeners()).to.deep.equal(before);
    });
});

describe("what a metric sends in the background", () => {
    class Recorder implements MetricDriver {
        readonly interval = 20;
        readonly immediate = false;
        readonly cumulative = false;
        readonly sent: (readonly Reading[])[] = [];
        /** How each of the next ones fails, or that it does not. */
        failing: (RuntimeError | undefined)[] = [];
        async send(readings: readonly Reading[]) {
            const failure = this.failing.shift();
            if (failure) throw failure;
            this.sent.push(readings);
        }
        close() {}
    }
    const started = async (
        kind: "counter" | "gauge" | "distribution",
        work: (sender: Sender, driver: Recorder) => unknown,
    ) => {
        const driver = new Recorder();
        const sender = new Sender("orders", kind, new Values(kind), driver);
        await work(sender, driver);
        await sender.close();
        return driver.sent;
    };
    const twoMore = ({ sent }: Recorder) => {
        const enough = sent.length + 2;
        return until("two more were sent", () => sent.length >= enough);
    };

    it("is 0 of a counter while nothing is added, and a gauge's value while it has no other", async () => {
        const counted = await started("counter", async (sender, driver) => {
            sender.write([], 2);
            sender.write([], 3);
            await twoMore(driver);
        });
        expect(counted[0]).to.deep.equal([{ at: [], value: 5 }]);
        expect(counted[1]).to.deep.equal([{ at: [], value: 0 }]);
        expect(counted.at(-1), "closing adds nothing").to.deep.equal([]);
        const gauged = await started("gauge", async (sender, driver) => {
            await twoMore(driver);
            sender.write([], 2);
            sender.write([], 3);
            await twoMore(driver);
        });
        expect(gauged[0]).to.deep.equal([]);
        expect(gauged.slice(-3, -1)).to.deep.equal([[{ at: [], value: 3 }], [{ at: [], value: 3 }]]);
    });

    it("is said to fail once in a while: what passes by itself only the second time in a row", async () => {
        for (const [code, sends, times] of [
            ["Unavailable", "f", 0],
            ["Unavailable", "f.f", 0],
            ["Unavailable", "ff", 1],
            ["Denied", "f", 1],
            ["Denied", "fff", 1],
        ] as const) {
            let before = 0;
            const said = await errorsOf((soFar) =>
                started("counter", async (_sender, driver) => {
                    driver.failing = [...sends].map((each) =>
                        each === "f" ? new RuntimeError(code, "no") : undefined,
                    );
                    await until("all were tried", () => driver.failing.length === 0);
                    before = soFar.length;
                }),
            );
            expect(before, `${code} ${sends}`).to.equal(times);
            expect(said, "closing, which passes, says no more").to.deep.equal(
                Array(times).fill("pulumi-mvi: metric orders: no\n"),
            );
        }
    });

    it("has at most 1,000 combinations of dimensions: a client must not fill the memory, or the bill", async () => {
        let sent: (readonly Reading[])[] = [];
        const said = await errorsOf(async () => {
            sent = await started("counter", (sender) => {
                for (let index = 0; index < 1500; index++) sender.write([`c${index}`, "x"], 1);
                sender.write(["c7", "x"], 1);
            });
        });
        const all = sent.flat();
        expect(all).to.have.length(1001);
        expect(all.find(({ at }) => at[0] === "c7")?.value).to.equal(2);
        expect(all.find(({ at }) => at[0] === "other")).to.deep.equal({ at: ["other", "other"], value: 500 });
        expect(said)
            .to.have.length(1)
            .and.satisfy(([line]: string[]) => line.includes("1000 combinations"));
    });

    it("keeps of a distribution how many, how much, least and most, and of many values two digits", () => {
        const values = new Values("distribution");
        for (let index = 0; index < 5000; index++) values.write([], index / 7 - 100);
        const later = new Values("distribution");
        later.write([], 0.001234);
        values.merge(later.readings());
        const tally = values.readings()[0].value as Tally;
        expect(tally.count).to.equal(5001);
        expect(tally.sum).to.be.closeTo((4999 * 5000) / 14 - 500_000 + 0.001234, 1e-6);
        expect([tally.min, tally.max]).to.deep.equal([-100, 4999 / 7 - 100]);
        expect(tally.values.size).to.be.below(1000);
        const buckets = bucketsOf(tally);
        expect(buckets.reduce((sum, one) => sum + one, 0)).to.equal(5001);
        expect(buckets[0], "what is not above 0").to.equal(701);
        expect(buckets[bounds.findIndex((bound) => bound >= 0.001234)]).to.equal(1);
        expect(bounds.length).to.be.below(200);
    });
});

describe("what a metric has when the process ends", function () {
    this.timeout(60_000);

    /** Runs the app, and sends it SIGTERM when it has counted. */
    async function run(way: string, env: Record<string, string>) {
        const app = spawn(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "metric-app.ts"), way], {
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "inherit"],
        });
        let out = "";
        app.stdout.on("data", (data: Buffer) => {
            out += String(data);
            if (out.includes("counted\n") && (way === "wait" || way === "own") && !app.killed) app.kill("SIGTERM");
        });
        const [code, signal] = (await once(app, "close")) as [number | null, string | null];
        return { lines: out.split(/(?<=\n)/), end: code ?? signal };
    }
    const ends = { end: 0, exit: 3, close: 4, own: 5, wait: "SIGTERM" };

    for (const [way, end] of Object.entries(ends)) {
        it(`is on its output: ${way}`, async () => {
            const ECS_CONTAINER_METADATA_URI_V4 = "http://169.254.170.2/v4/x";
            const found = await run(way, { ORDERS_URL: url("kind=counter"), ECS_CONTAINER_METADATA_URI_V4 });
            const lines = found.lines.filter((line) => line.includes("_aws"));
            expect(lines.flatMap(readLine).map(({ values }) => values)).to.deep.equal([[[2, 1]]]);
            expect(found.end).to.equal(end);
        });
    }

    it("ends no app, where nobody reads its output any more", async () => {
        const app = spawn(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "metric-app.ts"), "quiet"], {
            env: {
                ...process.env,
                ORDERS_URL: url("kind=counter"),
                ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2",
            },
            stdio: ["ignore", "pipe", "inherit"],
        });
        app.stdout.destroy();
        expect((await once(app, "close"))[0]).to.equal(0);
    });

    for (const way of ["end", "close", "own", "wait"] as const) {
        it(`has been sent: ${way}`, async () => {
            const bodies: string[] = [];
            const server = http.createServer((request, response) => {
                let body = "";
                request.on("data", (data: Buffer) => (body += String(data)));
                request.on("end", () => {
                    bodies.push(body);
                    setTimeout(() => response.end("{}"), 100);
                });
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
            const { end } = await run(way, { ORDERS_URL: "otlp://orders?kind=counter", OTEL_EXPORTER_OTLP_ENDPOINT });
            await new Promise((resolve) => server.close(resolve));
            expect(bodies).to.have.length(1);
            expect(bodies[0]).to.contain('"asDouble":2');
            expect(end).to.equal(ends[way]);
        });
    }
});

async function linesOf(work: () => Promise<unknown>): Promise<string[]> {
    const { write } = process.stdout;
    const lines: string[] = [];
    process.stdout.write = ((line: string) => lines.push(line) > 0) as typeof write;
    try {
        await work();
    } finally {
        process.stdout.write = write;
    }
    return lines;
}
