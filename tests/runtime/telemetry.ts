import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { type Seen } from "../conformance-runtime/metric";

interface Kept {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly start: string | undefined;
    readonly points: { time: number; value: number; count: number; buckets: number[]; bounds: number[] }[];
}

/**
 * Google's Telemetry API for metrics, with the rules of its documents, and the metadata server:
 * https://docs.cloud.google.com/stackdriver/docs/reference/telemetry/v1.metrics
 * https://docs.cloud.google.com/stackdriver/docs/otlp-metrics/overview
 * https://docs.cloud.google.com/monitoring/quotas (one point of a series every five seconds)
 */
export class FakeTelemetry {
    readonly kept = new Map<string, Kept>();
    readonly problems: string[] = [];
    tokens = 0;
    off = false;
    denied = false;
    readonly #server = http.createServer((request, response) => void this.#answer(request, response));

    async start(): Promise<string> {
        await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
        return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    /** As PromQL's `increase` and `last_over_time` over all of the time. */
    seen(name: string, labels: Readonly<Record<string, string>>): Seen {
        const matching = [...this.kept.values()].filter(
            (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
        );
        // Where nothing was before, nobody sees that it has grown.
        const grown = matching.map(({ start, points: [first, ...rest] }) => {
            const last = rest.at(-1) ?? first;
            const base = start === undefined ? { value: 0, count: 0, buckets: [] } : first;
            return {
                sum: last.value - base.value,
                count: last.count - base.count,
                buckets: last.buckets.map((one, index) => one - (base.buckets[index] ?? 0)),
                bounds: last.bounds,
            };
        });
        const count = grown.reduce((sum, one) => sum + one.count, 0);
        let left = count / 2;
        const index = (grown[0]?.bounds ?? []).findIndex(
            (_, at) => (left -= grown.reduce((sum, one) => sum + one.buckets[at], 0)) <= 0,
        );
        return { sum: grown.reduce((sum, one) => sum + one.sum, 0), count, median: grown[0]?.bounds[index] };
    }

    async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
        let body = "";
        for await (const chunk of request as AsyncIterable<Buffer>) body += String(chunk);
        if (request.url === "/computeMetadata/v1/instance/service-accounts/default/token") {
            this.tokens++;
            if (request.headers["metadata-flavor"] !== "Google") return void response.writeHead(403).end();
            return void response.end('{"access_token":"good","expires_in":3599,"token_type":"Bearer"}');
        }
        if (this.denied) return void response.writeHead(403).end("no");
        if (this.off) return void response.writeHead(503).end("later");
        const problems = this.#take(request, body);
        this.problems.push(...problems);
        if (problems.length) return void response.writeHead(400).end(problems.join("; "));
        response.setHeader("content-type", "application/json").end("{}");
    }

    #take({ url, method, headers }: http.IncomingMessage, body: string): string[] {
        const problems: string[] = [];
        const must = (holds: boolean, what: string) => void (holds || problems.push(what));
        must(method === "POST" && url === "/v1/metrics", `${method} ${url}`);
        must(headers.authorization === "Bearer good", "no token");
        must(headers["content-type"] === "application/json", "JSON");
        const { resourceMetrics } = JSON.parse(body) as { resourceMetrics: Loose[] };
        let points = 0;
        for (const { resource, scopeMetrics } of resourceMetrics) {
            const of = attributes(resource.attributes);
            for (const needed of ["gcp.project_id", "location", "service.instance.id", "service.name"])
                must(Boolean(of[needed]), `the resource has no ${needed}`);
            for (const metric of scopeMetrics.flatMap(({ metrics }: Loose) => metrics)) {
                must(/^[a-zA-Z][a-zA-Z0-9_:./]*$/.test(metric.name), `the name ${metric.name}`);
                must(metric.unit === undefined, "a unit may become a part of the name");
                const { dataPoints, aggregationTemporality } = metric.sum ?? metric.histogram ?? metric.gauge;
                must(Boolean(metric.gauge) || aggregationTemporality === 2, "it is not cumulative");
                must(!metric.sum || metric.sum.isMonotonic === true, "a counter is not monotonic");
                points += dataPoints.length;
                for (const point of dataPoints) this.#point(metric, of["service.instance.id"], point, must);
            }
        }
        must(points > 0 && points <= 200, `${points} points in a request`);
        return problems;
    }

    #point(metric: Loose, instance: string, point: Loose, must: (holds: boolean, what: string) => void): void {
        const labels = attributes(point.attributes);
        for (const name of Object.keys(labels)) must(/^[a-zA-Z_][a-zA-Z0-9_.]*$/.test(name), `the label ${name}`);
        must(/^\d{19}$/.test(point.timeUnixNano), "the time is not a text of nanoseconds");
        const time = Number(BigInt(point.timeUnixNano) / 1_000_000n);
        const start = point.startTimeUnixNano as string | undefined;
        must(Boolean(metric.gauge) === (start === undefined), "a start is for what counts");
        must(start === undefined || BigInt(start) < BigInt(point.timeUnixNano), "it ends before it starts");
        const buckets = (point.bucketCounts ?? []).map(Number) as number[];
        const bounds = (point.explicitBounds ?? []) as number[];
        const count = Number(point.count ?? 0);
        must(!metric.histogram || typeof point.count === "string", "64-bit numbers are texts");
        must(!metric.histogram || (buckets.length === bounds.length + 1 && buckets.length <= 200), "buckets");
        must(buckets.reduce((sum, one) => sum + one, 0) === count, "the buckets have another count");
        must(
            bounds.every((one, index) => index === 0 || one > bounds[index - 1]),
            "the bounds do not rise",
        );
        const value = Number(point.asDouble ?? point.sum);
        must(Number.isFinite(value), "no number");
        const key = JSON.stringify([metric.name, instance, Object.entries(labels).sort()]);
        const kept = this.kept.get(key) ?? { name: metric.name as string, labels, start, points: [] };
        this.kept.set(key, kept);
        const before = kept.points.at(-1);
        must(kept.start === start, "it starts anew");
        must(!before || time - before.time >= 5000, `a point ${time - (before?.time ?? 0)} ms after the last one`);
        if (before && !metric.gauge) {
            must(value >= before.value && count >= before.count, "it has become less");
            must(
                buckets.every((one, index) => one >= before.buckets[index]),
                "a bucket has become less",
            );
        }
        kept.points.push({ time, value, count, buckets, bounds });
    }
}

// A request as it came: that it has the right form is what is tested.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;

function attributes(all: readonly { key: string; value: { stringValue?: string } }[]): Record<string, string> {
    return Object.fromEntries(all.map(({ key, value }) => [key, value.stringValue ?? ""]));
}
