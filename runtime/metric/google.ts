import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { RuntimeError } from "../errors";
import { type Declared } from "./declared";
import { type MetricDriver } from "./driver";
import { googleToken } from "./google-token";
import { postOtlp } from "./http";
import { bucketsOf, type Histogram, type Point, requestOf } from "./otlp-message";
import { type Reading } from "./values";

const INTERVAL = 15_000;
/** Milliseconds between two points of a series: Cloud Monitoring refuses what comes sooner. */
const LEAST = 5000;
/** Points in a request: what Cloud Monitoring takes at once. */
const POINTS = 200;

/** Of this process: a machine may run several that write the same series, and each must have its own. */
const instance = randomUUID();

/**
 * Sends to Google Cloud Monitoring, by OTLP to the Telemetry API, which keeps it as Managed Service for Prometheus does. Sources:
 * https://docs.cloud.google.com/stackdriver/docs/reference/telemetry/v1.metrics (which attributes a resource must have),
 * https://docs.cloud.google.com/stackdriver/docs/otlp-metrics/overview (names, JSON).
 *
 * As Prometheus does, it sends what a series has come to since the process began, and that again while nothing changes: so it
 * does not matter if one is lost, as when Cloud Run takes the processor away between two requests. A series that grows begins
 * with a 0, without which nobody could see that it grew to its first value.
 */
export function openGoogle(declared: Declared): MetricDriver {
    const { project, location, url } = optionsOf(declared);
    const token = googleToken();
    const resource = {
        "gcp.project_id": project,
        location,
        "service.name":
            process.env.OTEL_SERVICE_NAME ?? process.env.K_SERVICE ?? process.env.CLOUD_RUN_JOB ?? hostname(),
        "service.instance.id": instance,
    };
    const all = new Map<string, Series>();
    // What counts must have begun before its first point.
    const start = Date.now() - 1;
    let posted = -Infinity;

    async function post(): Promise<void> {
        // By the clock that the points have, which may have been set back.
        for (let left; (left = Math.min(posted + LEAST - Date.now(), LEAST)) > 0;) await pause(left);
        const authorization = `Bearer ${await token()}`;
        const end = Date.now();
        const every = [...all.values()];
        for (let first = 0; first < every.length; first += POINTS) {
            const some = every.slice(first, first + POINTS);
            const points = some.map((one) => one.next());
            const request = requestOf(declared, points, { cumulative: true, start, end }, resource);
            await postOtlp(url, { authorization }, request);
            posted = end;
            some.forEach((one, index) => one.sent(points[index]));
        }
    }

    return {
        interval: INTERVAL,
        immediate: false,
        cumulative: true,
        async send(readings, complete) {
            for (const reading of readings) {
                const key = JSON.stringify(reading.at);
                const series = all.get(key) ?? new Series(reading.at, declared.kind === "gauge");
                all.set(key, series);
                series.take(reading);
            }
            const owing = () => [...all.values()].some((one) => one.owing);
            if (complete) while (owing()) await post();
            else if (all.size > 0) await post();
        },
    };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Series is what one has come to, and how far that is known. */
class Series {
    #value: number | Histogram | undefined;
    #sent: number | Histogram | undefined;

    constructor(
        private readonly at: readonly string[],
        private readonly gauge: boolean,
    ) {}

    take({ value }: Reading): void {
        const before = this.#value;
        if (typeof value === "number") {
            this.#value = this.gauge ? value : ((before as number | undefined) ?? 0) + value;
            return;
        }
        const { count, sum, buckets } = (before as Histogram | undefined) ?? nothing;
        const more = bucketsOf(value);
        this.#value = {
            count: count + value.count,
            sum: sum + value.sum,
            buckets: buckets.map((one, index) => one + more[index]),
        };
    }

    get owing(): boolean {
        if (this.gauge) return this.#sent !== this.#value;
        return countOf(this.#sent) !== countOf(this.#value);
    }

    next(): Point {
        const zero = typeof this.#value === "object" ? nothing : 0;
        return { at: this.at, value: this.gauge || this.#sent !== undefined ? this.#value! : zero };
    }

    sent({ value }: Point): void {
        this.#sent = value;
    }
}

const nothing: Histogram = {
    count: 0,
    sum: 0,
    buckets: bucketsOf({ count: 0, sum: 0, min: 0, max: 0, values: new Map() }),
};

const countOf = (value: number | Histogram | undefined): number =>
    typeof value === "object" ? value.count : (value ?? 0);

/** @throws {@link RuntimeError} Invalid */
function optionsOf({ name, options }: Declared): { project: string; location: string; url: string } {
    const [project, location] = ["project", "location"].map((option) => options.get(option));
    const endpoint = options.get("endpoint") ?? "https://telemetry.googleapis.com";
    if (!project || !location || !URL.canParse(endpoint))
        throw new RuntimeError(
            "Invalid",
            `openMetric: the URL of ${name} must be cloudmonitoring://<name>?project=<project>&location=<region>&kind=<kind>, as a link writes it`,
        );
    return { project, location, url: `${endpoint.replace(/\/$/, "")}/v1/metrics` };
}
