/** The OTLP receiver: apps send metrics and logs to it, over HTTP on this machine. */

import * as http from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Host, type Identity } from "../../kind";
import { type Clock, realClock } from "../clock";
import { type MetricStore } from "../types";
import { Ingest, type Taken } from "./ingest";
import { decodeLogs, decodeMetrics, encodeAnswer, type Encoding } from "./messages";
import { holderOf, otlpToken } from "./token";

export interface OtlpReceiver {
    /** `http://127.0.0.1:<port>` */
    readonly endpoint: string;
    /** What OpenTelemetry's SDKs look for in the environment. They send no traces, as those are not kept here. */
    environment(identity: Identity): Record<string, string>;
    stop(): Promise<void>;
}

/** Listens on `host.port("otlp")`. */
export async function startOtlp(host: Host, metrics: MetricStore, clock: Clock = realClock): Promise<OtlpReceiver> {
    const port = await host.port("otlp");
    const ingest = new Ingest(metrics, host.logs, clock);
    const server = http.createServer((request, response) => {
        take(request, port, host, ingest).then(
            ({ status, type, body }) =>
                response.writeHead(status, { "content-type": type, ...close(status) }).end(body),
            (error: Error) => {
                host.report(`otlp: a request failed: ${error.stack ?? error.message}`);
                response.writeHead(500, { "content-type": "text/plain", connection: "close" }).end("otlp: failed\n");
            },
        );
    });
    server.requestTimeout = 30_000;
    server.maxConnections = 500;
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    const endpoint = `http://127.0.0.1:${port}`;
    return {
        endpoint,
        environment: (identity) => ({
            OTEL_SERVICE_NAME: identity.owner.slice(identity.owner.lastIndexOf("/") + 1),
            OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
            OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
            OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${otlpToken(identity)}`,
            OTEL_METRICS_EXPORTER: "otlp",
            OTEL_METRIC_EXPORT_INTERVAL: "10000", // the store's finest step
            OTEL_LOGS_EXPORTER: "otlp",
            OTEL_TRACES_EXPORTER: "none",
        }),
        stop: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

interface Answer {
    readonly status: number;
    readonly type: string;
    readonly body: Buffer | string;
}

const MOST_BYTES = 4 * 1024 * 1024;

async function take(request: http.IncomingMessage, port: number, host: Host, ingest: Ingest): Promise<Answer> {
    const { method, headers } = request;
    const path = (request.url ?? "").split("?")[0];
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? "")) {
        return fault(403, `expected the Host 127.0.0.1:${port}, but got ${headers.host}`);
    }
    if (path !== "/v1/metrics" && path !== "/v1/logs") {
        const traces = path === "/v1/traces" ? "traces are not kept here: set OTEL_TRACES_EXPORTER=none" : "";
        return fault(404, traces || `there are /v1/metrics and /v1/logs, but got ${path}`);
    }
    if (method !== "POST") {
        return fault(405, `expected POST, but got ${method}`);
    }
    const identity = holderOf(headers.authorization, host.identities);
    if (!identity) {
        return fault(
            401,
            "no token, or one that is not known: use the OTEL_EXPORTER_OTLP_HEADERS that the workload was given",
        );
    }
    const encoding = (headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
    if (encoding !== "application/x-protobuf" && encoding !== "application/json") {
        return fault(415, `expected application/x-protobuf or application/json, but got ${encoding}`);
    }
    const body = await read(request);
    if (!Buffer.isBuffer(body)) {
        return body;
    }
    return answer(path === "/v1/metrics" ? "metrics" : "logs", identity, body, encoding, ingest);
}

/** The whole body, unpacked; or why not. */
async function read(request: http.IncomingMessage): Promise<Buffer | Answer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > MOST_BYTES) {
            return fault(413, `a request has ${MOST_BYTES} bytes at most: send smaller batches`);
        }
        chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const packing = request.headers["content-encoding"] ?? "identity";
    if (packing === "identity") {
        return bytes;
    }
    if (packing !== "gzip") {
        return fault(415, `expected gzip or no Content-Encoding, but got ${packing}`);
    }
    return promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES }).then(
        (plain) => plain as Buffer,
        (error: Error) => fault(400, `the body cannot be unpacked: ${error.message}`),
    );
}

function answer(of: "metrics" | "logs", identity: Identity, body: Buffer, encoding: Encoding, ingest: Ingest): Answer {
    let store: () => Taken;
    try {
        if (of === "metrics") {
            const request = decodeMetrics(body, encoding);
            store = () => ingest.takeMetrics(identity, request);
        } else {
            const request = decodeLogs(body, encoding);
            store = () => ingest.takeLogs(identity, request);
        }
    } catch (error) {
        return fault(400, `the body cannot be read: ${(error as Error).message}`);
    }
    const { rejected, why } = store();
    return { status: 200, type: encoding, body: encodeAnswer(of, rejected, why, encoding) };
}

/** After a fault the rest of a body may be on its way still. */
const close = (status: number): http.OutgoingHttpHeaders => (status === 200 ? {} : { connection: "close" });

function fault(status: number, why: string): Answer {
    return { status, type: "text/plain", body: `otlp: ${why}\n` };
}
