import * as path from "node:path";
import { expect } from "chai";
import { type AlarmInputs } from "../../agent/alarm/alarm";
import { alarmKind } from "../../agent/alarm/kind";
import { type Host } from "../../agent/kind";
import { otlpOf, stopOtlp } from "../../agent/metric/endpoint";
import { metricKind } from "../../agent/metric/kind";
import { openMetricStore } from "../../agent/metric/store";
import { type MetricStore, type Statistic } from "../../agent/metric/types";
import { openMetric } from "../../runtime/metric";
import { conformMetric, errorsOf } from "../conformance-runtime/metric";
import { FakeClock } from "../metric/fake-clock";
import { type TestHost, testHost } from "../process/host";
import { keepEnvironment } from "../support/environment";
import { FakeCloudWatch, shown } from "./cloudwatch";
import { type Datum, readLine } from "./emf-spec";
import { FakeTelemetry } from "./telemetry";

const putBack = keepEnvironment(
    ...[
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_SERVICE_NAME",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    ],
    ...[
        "ECS_CONTAINER_METADATA_URI_V4",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "GCE_METADATA_HOST",
    ],
);
const query = (kind: string, dimensions: readonly string[]) =>
    `kind=${kind}&unit=1${dimensions.length ? `&dimensions=${dimensions.join()}` : ""}`;

const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };

describe("openMetric on one machine", () => {
    let test: TestHost;
    let store: MetricStore;
    let clock: FakeClock;
    let host: Host;

    conformMetric({
        name: "OTLP, into the store of an agent",
        async open() {
            test = testHost();
            clock = new FakeClock(Math.floor(Date.now() / 60_000) * 60_000);
            store = openMetricStore(path.join(test.root, "metrics"), { clock });
            host = { ...test, metrics: store };
            const declare = (name: string, kind: "counter" | "gauge" | "distribution", dimensions: string[]) =>
                metricKind(host).apply(name, { name, kind, dimensions, unit: "1" }, call);
            await declare("orders", "counter", ["country", "express"]);
            await declare("depth", "gauge", []);
            await declare("seconds", "distribution", ["path"]);
            const permits = ["orders", "depth", "seconds"].map((id) => ({ kind: "Metric", id, access: ["write"] }));
            const identity = test.identities.issue("Container/web", permits);
            Object.assign(process.env, (await otlpOf(host)).environment(identity));
        },
        async close() {
            expect(await alarmed()).to.equal("alarm");
            expect([...store.dropped()]).to.deep.equal([]);
            await stopOtlp(host);
            store.stop();
            test.clean();
            putBack();
        },
        url: (name, kind, dimensions) => `otlp://${name}?${query(kind, dimensions)}`,
        seen(name, dimensions = {}) {
            const of = (statistic: Statistic) => {
                const [from, to] = [Date.now() - 600_000, Date.now() + 10_000];
                // One step of all time, so that no midnight lies between two.
                const points = store.query({ name, dimensions, from, to, step: 864_000_000, statistic });
                return points.flatMap(({ value }) => value ?? []).at(-1) ?? 0;
            };
            const sum = of(name === "depth" ? "last" : "sum");
            if (name !== "seconds") return { sum, count: 0, median: 0 };
            return { sum, count: Math.round(sum / of("avg")), median: of("p50") };
        },
        cut: async (off) => void (await (off ? stopOtlp(host) : otlpOf(host))),
    });

    /** What an alarm says of the orders that were written. */
    async function alarmed(): Promise<string> {
        const kind = alarmKind(host, { clock });
        const inputs = {
            name: "many",
            metric: "orders",
            dimensions: {},
            statistic: "sum",
            comparison: ">",
            threshold: 5,
        };
        const more = { periodSeconds: 60, periods: 1, missing: "ok", to: ["ops@example.com"], description: "Many." };
        await kind.apply("many", { ...inputs, ...more } as AlarmInputs, call);
        await clock.walk(240_000, 10_000);
        const [{ history }] = kind.alarms();
        await kind.stop();
        return history.map(({ to }) => to).find((to) => to === "alarm") ?? "quiet";
    }
});

describe("openMetric on AWS", () => {
    const data: Datum[] = [];
    const { write } = process.stdout;

    conformMetric({
        name: "lines of CloudWatch's embedded format, in a container",
        open() {
            process.env.ECS_CONTAINER_METADATA_URI_V4 = "http://169.254.170.2/v4/x";
            process.stdout.write = ((line: string, ...rest: []) => {
                if (!line.includes('"_aws"')) return write.call(process.stdout, line, ...rest);
                data.push(...readLine(line));
                return true;
            }) as typeof write;
            return Promise.resolve();
        },
        close() {
            process.stdout.write = write;
            putBack();
            expect(new Set(data.map(({ namespace }) => namespace))).to.deep.equal(new Set(["shop/prod"]));
            const units = Object.fromEntries(data.map(({ name, unit }) => [name, unit]));
            expect(units).to.deep.equal({ orders: "Count", depth: "None", seconds: "Seconds" });
            return Promise.resolve();
        },
        url: (name, kind, dimensions) =>
            `cloudwatch://${name}?namespace=shop%2Fprod&${query(kind, dimensions).replace("unit=1", `unit=${name}`)}`,
        seen: (name, dimensions = {}) => shown(data, name, dimensions),
        text: encodeURIComponent,
    });

    const cloud = new FakeCloudWatch();
    let endpoint: string;
    conformMetric({
        name: "PutMetricData, elsewhere",
        async open() {
            endpoint = await cloud.start();
            delete process.env.ECS_CONTAINER_METADATA_URI_V4;
            Object.assign(process.env, { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "eu-west-1" });
        },
        async close() {
            await cloud.stop();
            putBack();
            expect(cloud.problems).to.deep.equal([]);
            expect(cloud.requests, "all metrics go together").to.be.below(10);
        },
        url: (name, kind, dimensions) =>
            `cloudwatch://${name}?namespace=shop%2Fprod&endpoint=${encodeURIComponent(endpoint)}&${query(kind, dimensions)}`,
        seen: (name, dimensions = {}) => shown(cloud.data, name, dimensions),
        cut: async (off) => void (cloud.off = off),
        text: encodeURIComponent,
    });
});

describe("openMetric on GCP", () => {
    const google = new FakeTelemetry();
    let place: string;
    conformMetric({
        name: "OTLP, to Google's Telemetry API",
        async open() {
            place = await google.start();
            process.env.GCE_METADATA_HOST = place;
        },
        async close() {
            await google.stop();
            putBack();
            expect(google.problems).to.deep.equal([]);
            expect(google.tokens, "each metric asks once").to.equal(3);
        },
        url: (name, kind, dimensions) =>
            `cloudmonitoring://${name}?project=shop&location=europe-west1&endpoint=${encodeURIComponent(`http://${place}`)}&${query(kind, dimensions)}`,
        seen: (name, dimensions = {}) => google.seen(name, dimensions),
        cut: async (off) => void (google.off = off),
    });

    describe("Google's limits and refusals", () => {
        const own = new FakeTelemetry();
        let url: string;
        before(async () => {
            process.env.GCE_METADATA_HOST = await own.start();
            const endpoint = encodeURIComponent(`http://${process.env.GCE_METADATA_HOST}`);
            url = `cloudmonitoring://depth?project=shop&location=europe-west1&endpoint=${endpoint}`;
        });
        after(async () => {
            await own.stop();
            putBack();
        });

        it("are kept: 200 points in a request", async () => {
            const depth = openMetric(`${url}&kind=gauge&dimensions=queue`);
            for (let queue = 0; queue < 450; queue++) depth.record(queue, { queue });
            await depth.close();
            expect(own.problems).to.deep.equal([]);
            expect(own.kept.size).to.equal(450);
            expect(own.seen("depth", { queue: "449" }).sum).to.equal(449);
        });

        it("are said at once, with what to do", async () => {
            own.denied = true;
            const depth = openMetric(`${url}&kind=gauge`);
            const said = await errorsOf(async () => {
                depth.record(1);
                await depth.close();
            });
            expect(said).to.have.length(1);
            expect(said[0]).to.match(/^pulumi-mvi: metric depth: .*answers 403: no.*: link what runs to the metric\n$/);
        });
    });
});
