import { hostname } from "node:os";
import { RuntimeError } from "../errors";
import { type Declared } from "./declared";
import { mayPass, type MetricDriver } from "./driver";
import { postOtlp } from "./http";
import { bucketsOf, type Point, requestOf } from "./otlp-message";
import { type Reading, Values } from "./values";

/** The store's finest step. */
const INTERVAL = 10_000;

/** Sends what was added by OTLP, to where the environment says: what OpenTelemetry's SDKs look for. */
export function openOtlp(declared: Declared): MetricDriver {
    const url = endpoint();
    const headers = headersIn(process.env.OTEL_EXPORTER_OTLP_HEADERS ?? "");
    const resource = { "service.name": process.env.OTEL_SERVICE_NAME ?? hostname() };
    const waiting = new Values(declared.kind);
    let start = Date.now();
    return {
        interval: INTERVAL,
        immediate: false,
        cumulative: false,
        async send(readings) {
            waiting.merge(readings);
            if (waiting.size === 0) return;
            const end = Date.now();
            const request = requestOf(
                declared,
                waiting.readings().map(pointOf),
                { cumulative: false, start, end },
                resource,
            );
            try {
                await postOtlp(url, headers, request);
            } catch (error) {
                if (mayPass(error)) throw error;
                waiting.clear();
                start = end;
                throw error;
            }
            waiting.clear();
            start = end;
        },
    };
}

function pointOf({ at, value }: Reading): Point {
    if (typeof value === "number") return { at, value };
    const { count, sum, min, max } = value;
    return { at, value: { count, sum, min, max, buckets: bucketsOf(value) } };
}

/** @throws {@link RuntimeError} Invalid */
function endpoint(): string {
    const { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: whole, OTEL_EXPORTER_OTLP_ENDPOINT: base } = process.env;
    const url = whole ?? (base && `${base.replace(/\/$/, "")}/v1/metrics`);
    if (url && URL.canParse(url)) return url;
    throw new RuntimeError(
        "Invalid",
        `openMetric: OTEL_EXPORTER_OTLP_ENDPOINT is ${JSON.stringify(base)}: it must say where OTLP is received, as a link to the metric does`,
    );
}

/** As OpenTelemetry writes them: `authorization=Bearer%20…,other=…`. */
function headersIn(list: string): Record<string, string> {
    return Object.fromEntries(
        list
            .split(",")
            .map((pair) => /^\s*([^=\s]+)\s*=(.*)$/.exec(pair))
            .filter((match) => match !== null)
            .map(([, name, value]) => [name, decodeURIComponent(value.trim())]),
    );
}
