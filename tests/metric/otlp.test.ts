import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import {
    AggregationTemporalityPreference,
    OTLPMetricExporter as JsonExporter,
} from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtoExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { type Call, type Host, type Identity } from "../../agent/kind";
import { metricKind } from "../../agent/metric/kind";
import { openMetricStore } from "../../agent/metric/store";
import { type MetricInputs } from "../../agent/metric/metric";
import { otlpOf, stopOtlp } from "../../agent/metric/endpoint";
import { otlpToken } from "../../agent/metric/otlp/token";
import { type MetricStore, type Statistic } from "../../agent/metric/types";
import { type TestHost, testHost } from "../process/host";

describe("OTLP", () => {
    let dir: string;
    let test: TestHost;
    let host: Host;
    let store: MetricStore;
    let identity: Identity;
    let endpoint: string;
    const call: Call<MetricInputs> = {
        restoring: false,
        progress: () => undefined,
        signal: new AbortController().signal,
    };

    const total = (name: string, statistic: Statistic, dimensions = {}): number | null => {
        const points = store.query({
            name,
            statistic,
            dimensions,
            step: 3600,
            from: Date.now() - 3_600_000,
            to: Date.now() + 1,
        });
        return points
            .map(({ value }) => value)
            .filter((value) => value !== null)
            .reduce<number | null>((sum, value) => (statistic === "sum" ? (sum ?? 0) + value : value), null);
    };
    const headers = (who = identity): Record<string, string> => ({ authorization: `Bearer ${otlpToken(who)}` });

    function meters(
        exporter: ProtoExporter | JsonExporter,
        views: ConstructorParameters<typeof MeterProvider>[0] = {},
    ) {
        const reader = new PeriodicExportingMetricReader({
            exporter,
            exportIntervalMillis: 3_600_000,
            exportTimeoutMillis: 5000,
        });
        return new MeterProvider({ ...views, readers: [reader] });
    }

    beforeEach(async () => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-otlp-"));
        test = testHost();
        store = openMetricStore(dir);
        host = { ...test, metrics: store };
        identity = test.identities.issue("Container/web", [{ kind: "Metric", id: "orders", access: ["write"] }]);
        ({ endpoint } = await otlpOf(host));
        await new Promise((resolve) => setTimeout(resolve, 2)); // what starts from now on is new to the receiver
    });
    afterEach(async () => {
        await stopOtlp(host);
        store.stop();
        test.clean();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    for (const [name, Exporter] of [
        ["protobuf", ProtoExporter],
        ["JSON", JsonExporter],
    ] as const) {
        for (const temporality of ["CUMULATIVE", "DELTA"] as const) {
            it(`takes what the real SDK sends: ${name}, ${temporality}, gzip`, async () => {
                const provider = meters(
                    new Exporter({
                        url: `${endpoint}/v1/metrics`,
                        headers: headers(),
                        compression: "gzip" as never,
                        temporalityPreference: AggregationTemporalityPreference[temporality],
                    }),
                    {
                        views: [
                            {
                                instrumentName: "fine_seconds",
                                aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
                            },
                        ],
                    },
                );
                const meter = provider.getMeter("app");
                const orders = meter.createCounter("orders");
                const inFlight = meter.createUpDownCounter("in_flight");
                const temperature = meter.createObservableGauge("temperature");
                temperature.addCallback((result) => result.observe(21.5));
                const seconds = meter.createHistogram("request_seconds", {
                    advice: { explicitBucketBoundaries: [0.1, 0.2, 0.5, 1, 2] },
                });
                const fine = meter.createHistogram("fine_seconds");
                for (let round = 0; round < 3; round++) {
                    orders.add(5, { shop: "a", paid: true });
                    orders.add(2, { shop: "b", paid: false });
                    inFlight.add(4);
                    inFlight.add(-3);
                    for (let value = 1; value <= 100; value++) {
                        seconds.record((value / 100) * (round + 1));
                        fine.record((value / 100) * (round + 1));
                    }
                    await provider.forceFlush();
                }
                expect(total("orders", "sum")).to.equal(21);
                expect(total("orders", "sum", { shop: "a", paid: "true" })).to.equal(15);
                expect(total("in_flight", "last")).to.equal(3);
                expect(total("temperature", "avg")).to.equal(21.5);
                // 300 values: 1/100 to 1, 2/100 to 2, 3/100 to 3
                for (const metric of ["request_seconds", "fine_seconds"]) {
                    expect(total(metric, "sum"), metric).to.be.closeTo(50.5 * 6, 1e-6);
                    expect(total(metric, "p50"), metric).to.be.within(0.75, 0.95); // 0.82
                }
                expect(total("fine_seconds", "p99")).to.be.within(2.7, 3.2); // 2.91
                expect(store.dropped().size).to.equal(0);
                await provider.shutdown();
            });
        }
    }

    it("counts from its start what began before it, and each replica by itself", async () => {
        const replicas = [1, 2].map(() =>
            meters(new ProtoExporter({ url: `${endpoint}/v1/metrics`, headers: headers() })),
        );
        const counters = replicas.map((replica) => replica.getMeter("app").createCounter("hits"));
        counters[0].add(10);
        await replicas[0].forceFlush();
        await new Promise((resolve) => setTimeout(resolve, 5));
        counters[1].add(100);
        await replicas[1].forceFlush();
        expect(total("hits", "sum")).to.equal(110);
        const port = Number(new URL(endpoint).port);
        await stopOtlp(host); // the agent starts again
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(new URL((await otlpOf(host)).endpoint).port).to.equal(String(port));
        counters[0].add(1);
        await replicas[0].forceFlush(); // 11 since a start that it did not see: nothing to compare with
        counters[0].add(7);
        await replicas[0].forceFlush();
        expect(total("hits", "sum")).to.equal(117);
        await Promise.all(replicas.map((replica) => replica.shutdown()));
    });

    it("drops undeclared dimensions, and lets only those write who may", async () => {
        const kind = metricKind(host);
        const made = await kind.apply(
            "orders",
            { name: "orders", unit: "1", kind: "counter", dimensions: ["shop"] },
            call,
        );
        expect(made).to.deep.equal({ name: "orders", id: "orders", endpoint });
        const stranger = test.identities.issue("Container/other", []);
        store.count("http_requests_total", 1);
        const seen: string[] = [];
        const post = async (who: Identity, metric: object): Promise<string> => {
            const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
            const response = await fetch(`${endpoint}/v1/metrics`, {
                method: "POST",
                body,
                headers: { ...headers(who), "content-type": "application/json" },
            });
            seen.push(String(response.status));
            return response.text();
        };
        const point = (key: string) => ({
            sum: {
                isMonotonic: true,
                aggregationTemporality: "AGGREGATION_TEMPORALITY_DELTA",
                dataPoints: [
                    {
                        asInt: "3",
                        timeUnixNano: `${Date.now()}000000`,
                        attributes: [{ key, value: { stringValue: "x" } }],
                    },
                ],
            },
        });
        expect(await post(identity, { name: "orders", ...point("shop") })).to.equal("{}");
        expect(await post(identity, { name: "orders", ...point("user") }))
            .to.contain("user is not among those declared")
            .and.contain(`"rejectedDataPoints":"1"`);
        expect(await post(stranger, { name: "orders", ...point("shop") })).to.contain("no link that may write");
        expect(await post(stranger, { name: "http_requests_total", ...point("shop") })).to.contain("agent's own");
        expect(await post(stranger, { name: "own", ...point("shop") })).to.equal("{}");
        expect(await post(stranger, { name: "s", summary: { dataPoints: [{}] } })).to.contain("summaries");
        expect(seen).to.deep.equal(Array(6).fill("200"));
        expect(total("orders", "sum")).to.equal(3);
        await kind.remove("orders", undefined);
        expect(store.series("orders")).to.deep.equal([]);
    });

    it("takes logs into the log of the app", async () => {
        const who = test.identities.issue("Container/shop", [{ kind: "Log", id: "main", access: ["write"] }]);
        const exporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs`, headers: headers(who) });
        const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter } as never)] });
        provider.getLogger("app").emit({ body: "hello", severityNumber: 9 });
        provider.getLogger("app").emit({ body: { why: ["a", 1, true] }, severityNumber: 17 });
        await provider.forceFlush();
        await provider.shutdown();
        expect(test.lines.map(({ log, source, stream, text }) => [log, source, stream, text])).to.deep.equal([
            ["main", "shop/otlp", "stdout", "hello"],
            ["main", "shop/otlp", "stderr", `{"why":["a",1,true]}`],
        ]);
        expect(test.lines[0].time).to.be.closeTo(Date.now(), 5000);
    });

    it("refuses what is not for it, and stays up", async () => {
        const send = (
            url: string,
            options: http.RequestOptions,
            body: Buffer | string = "",
        ): Promise<{ status?: number; text: string }> =>
            new Promise((resolve, reject) => {
                const request = http.request(`${endpoint}${url}`, { method: "POST", ...options }, (response) => {
                    let text = "";
                    response.on("data", (chunk: Buffer) => (text += chunk.toString()));
                    response.on("end", () => resolve({ status: response.statusCode, text }));
                });
                request.on("error", reject);
                request.end(body);
            });
        const json = { ...headers(), "content-type": "application/json" };
        const statuses = [
            await send("/v1/metrics", { headers: { ...json, host: "evil.example" } }, "{}"),
            await send("/v1/metrics", { headers: { "content-type": "application/json" } }, "{}"),
            await send("/v1/metrics", { headers: { ...json, authorization: `${headers().authorization}0` } }, "{}"),
            await send("/v1/traces", { headers: json }, "{}"),
            await send("/v1/metrics", { method: "GET", headers: json }),
            await send("/v1/metrics", { headers: { ...json, "content-type": "text/plain" } }, "x"),
            await send("/v1/metrics", { headers: json }, "{nonsense"),
            await send(
                "/v1/metrics",
                { headers: { ...json, "content-type": "application/x-protobuf" } },
                Buffer.from([0xff, 0xff, 0xff]),
            ),
            await send("/v1/metrics", { headers: { ...json, "content-encoding": "gzip" } }, "no gzip"),
            await send(
                "/v1/metrics",
                { headers: { ...json, "content-encoding": "gzip" } },
                gzipSync(Buffer.alloc(5 * 1024 * 1024)),
            ),
            await send("/v1/metrics", { headers: json }, "{}"),
        ];
        expect(statuses.map(({ status }) => status)).to.deep.equal([
            403, 401, 401, 404, 405, 415, 400, 400, 400, 400, 200,
        ]);
        expect(statuses[3].text).to.contain("OTEL_TRACES_EXPORTER=none");
        expect(test.reports).to.deep.equal([]);
    });
});
