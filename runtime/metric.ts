import { RuntimeError } from "./errors";
import { type Declared, declaredIn } from "./metric/declared";
import { type Dimensions, valuesOf } from "./metric/dimensions";
import { type MetricDriver } from "./metric/driver";
import { drivers } from "./metric/drivers";
import { attend } from "./metric/process";
import { Sender } from "./metric/sender";
import { Values } from "./metric/values";
import { readUrl } from "./url";

export type { Dimensions } from "./metric/dimensions";

/**
 * Opens the `Metric` at `url`, such as a link has put into the environment: `openMetric(process.env.ORDERS_URL)`.
 *
 * ```ts
 * const orders = openMetric(process.env.ORDERS_URL);
 * orders.add(1, { country: "de" });
 * ```
 *
 * - `otlp://<name>?…` is sent by OTLP to where `OTEL_EXPORTER_OTLP_ENDPOINT` says, every 10 seconds: on `local`.
 * - `cloudwatch://<name>?namespace=<namespace>&…` is Amazon CloudWatch, every 60 seconds: in a container of ECS as a line in
 *   the embedded metric format on standard output, which asks for nothing; elsewhere, as on a VM, by `PutMetricData`, which takes
 *   the package `@aws-sdk/client-cloudwatch`.
 * - `cloudmonitoring://<name>?project=<project>&location=<region>&…` is Google Cloud Monitoring, every 15 seconds, by OTLP to the
 *   Telemetry API, with the token of the metadata server. It needs the role `roles/telemetry.metricsWriter`.
 *
 * Each has `kind`, `unit` and `dimensions`, as they were declared. Opened twice, it is the same one.
 *
 * @throws {@link RuntimeError} Invalid, when the URL is none
 */
export function openMetric(url: string | undefined): Metric {
    const known = opened.get(url ?? "");
    if (known) return known;
    const found = readUrl("openMetric", url, drivers);
    const declared = declaredIn(found.url);
    const metric = new Metric(declared, found.driver(declared), () => opened.delete(url ?? ""));
    opened.set(url ?? "", metric);
    return metric;
}

const opened = new Map<string, Metric>();

/**
 * Metric takes values, gathers them in memory, and sends them in the background. What is written never waits, and never fails
 * because something else does: what cannot be sent is kept for the next time, and said on standard error, at most once in five
 * minutes. Only a mistake of the program is thrown: see `add` and `record`.
 *
 * What is left is sent when the process has nothing more to do, and at SIGTERM, which then does what it did before. A program
 * that ends by `process.exit` awaits `close` before.
 *
 * While it is open, a counter to which nothing was added counts 0, and a gauge keeps its value. There are at most 1,000
 * combinations of dimensions: what comes beyond is counted with `other` in each.
 */
export class Metric {
    readonly #sender: Sender;
    readonly #leave: () => void;

    /** Use {@link openMetric}. */
    constructor(
        private readonly declared: Declared,
        driver: MetricDriver,
        private readonly forget: () => void,
    ) {
        const { name, kind } = declared;
        this.#sender = new Sender(name, kind, new Values(kind), driver);
        this.#leave = attend(this.#sender);
    }

    /**
     * Adds to a counter.
     *
     * @param by 0 or more
     * @param dimensions a value for each that was declared
     * @throws {@link RuntimeError} Invalid: it is no counter, `by` is less than 0 or no number, or a dimension is not
     * declared or not given
     */
    add(by = 1, dimensions: Dimensions = {}): void {
        this.#write("add", ["counter"], by, dimensions);
    }

    /**
     * Takes down what a gauge is at now, or one value of a distribution.
     *
     * @param dimensions a value for each that was declared
     * @throws {@link RuntimeError} Invalid: it is a counter, the value is no number, or a dimension is not declared or not
     * given
     */
    record(value: number, dimensions: Dimensions = {}): void {
        this.#write("record", ["gauge", "distribution"], value, dimensions);
    }

    /** Sends what there is. On Google Cloud that may take 10 seconds, since it takes a value every 5. It does not fail. */
    flush(): Promise<void> {
        return this.#sender.flush();
    }

    /** Sends what there is, and ends: what is written later is lost. It does not fail. */
    async close(): Promise<void> {
        await this.#sender.close();
        this.#leave();
        this.forget();
    }

    #write(verb: "add" | "record", kinds: readonly string[], value: number, dimensions: Dimensions): void {
        const { name, kind, dimensions: declared } = this.declared;
        const at = `metric ${name}: ${verb} ${value}`;
        const wrong = (what: string) => new RuntimeError("Invalid", `${at}: ${what}`);
        if (!kinds.includes(kind))
            throw wrong(
                `it is a ${kind}: ${verb === "add" ? "`record` a value" : "`add` to it"}, or declare another \`kind\``,
            );
        // CloudWatch takes no more than 2^360.
        if (!(Math.abs(value) <= 1e100))
            throw wrong("it must be a number from -1e100 to 1e100: leave out what is none");
        if (kind === "counter" && value < 0)
            throw wrong('a counter only grows: add 0 or more, or declare `kind: "gauge"`');
        this.#sender.write(valuesOf(at, declared, dimensions), value);
    }
}
