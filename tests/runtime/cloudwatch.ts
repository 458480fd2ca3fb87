import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { type Seen } from "../conformance-runtime/metric";
import { type Datum } from "./emf-spec";

/** What CloudWatch shows of data: of a metric with exactly these dimensions. */
export function shown(data: readonly Datum[], name: string, dimensions: Readonly<Record<string, string>>): Seen {
    const key = (of: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(of).sort());
    const values = data
        .filter((one) => one.name === name && key(one.dimensions) === key(dimensions))
        .flatMap((one) => one.values);
    const sorted = values.flatMap(([value, times]) => Array<number>(times).fill(value)).sort((a, b) => a - b);
    const gauge = name === "depth";
    return {
        sum: gauge ? values.at(-1)![0] : sorted.reduce((sum, value) => sum + value, 0),
        count: sorted.length,
        median: sorted[Math.floor(sorted.length / 2)],
    };
}

/** PutMetricData with its limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export class FakeCloudWatch {
    readonly data: Datum[] = [];
    readonly problems: string[] = [];
    requests = 0;
    off = false;
    /** It takes requests and says nothing. */
    silent = false;
    /** What each request is answered instead. */
    refusal: { readonly status: number; readonly type: string } | undefined;
    readonly #server = http.createServer((request, response) => void this.#answer(request, response));

    async start(): Promise<string> {
        await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
        response.setHeader("content-type", "application/x-amz-json-1.0");
        if (this.off) return void response.writeHead(503).end('{"__type":"ServiceUnavailable"}');
        if (this.silent) return;
        if (this.refusal)
            return void response.writeHead(this.refusal.status).end(JSON.stringify({ __type: this.refusal.type }));
        this.#take(String(request.headers["x-amz-target"]), String(request.headers.authorization), body);
        response.end("{}");
    }

    #take(target: string, authorization: string, body: Buffer): void {
        this.requests++;
        const must = (holds: boolean, what: string) => void (holds || this.problems.push(what));
        must(target.endsWith(".PutMetricData"), target);
        must(authorization.startsWith("AWS4-HMAC-SHA256 "), authorization);
        must(body.length <= 1024 * 1024, "1 MB");
        const { Namespace, MetricData } = JSON.parse(body.toString()) as {
            Namespace: string;
            MetricData: Record<string, unknown>[];
        };
        must(MetricData.length <= 1000, "1,000 data");
        for (const { MetricName, Dimensions, Unit, Value, Values, Counts, Timestamp } of MetricData) {
            must(typeof Timestamp === "number", "a Timestamp");
            const values = (Values as number[] | undefined) ?? [Value as number];
            must(values.length <= 150 && values.every(Number.isFinite), "150 values");
            this.data.push({
                namespace: Namespace,
                name: MetricName as string,
                unit: Unit as string,
                dimensions: Object.fromEntries(
                    (Dimensions as { Name: string; Value: string }[]).map((one) => [one.Name, one.Value]),
                ),
                values: values.map((value, index) => [value, (Counts as number[] | undefined)?.[index] ?? 1]),
            });
        }
    }
}
