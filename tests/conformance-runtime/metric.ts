// What every driver of metrics must do.
import { expect } from "chai";
import { type Metric, openMetric } from "../../runtime/metric";

/** Seen is what has arrived of a metric. */
export interface Seen {
    /** Of all that was added or observed; of a gauge, its last value. */
    readonly sum: number;
    /** How many values, of a distribution. */
    readonly count: number;
    /** The value below which half of a distribution lies, as far as that can be told. */
    readonly median: number;
}

interface MetricHarness {
    /** A name for the report. */
    readonly name: string;
    open(): Promise<void>;
    close(): Promise<void>;
    /** What a link would put into the environment. */
    url(name: string, kind: "counter" | "gauge" | "distribution", dimensions: readonly string[]): string;
    /** What has arrived, with these dimensions; of the whole metric, if none. */
    seen(name: string, dimensions?: Readonly<Record<string, string>>): Seen;
    /** Lets nothing through; undefined where nothing can fail. */
    cut?: (off: boolean) => Promise<void>;
    /** How it writes what is not ASCII. */
    readonly text?: (text: string) => string;
}

export function conformMetric(harness: MetricHarness): void {
    describe(`metrics: ${harness.name}`, function () {
        this.timeout(60_000);
        const { seen, text = (plain) => plain } = harness;
        let orders: Metric;
        let depth: Metric;
        let seconds: Metric;
        const all = () => [orders, depth, seconds];
        const flush = () => Promise.all(all().map((metric) => metric.flush()));
        before(async () => {
            await harness.open();
            orders = openMetric(harness.url("orders", "counter", ["country", "express"]));
            depth = openMetric(harness.url("depth", "gauge", []));
            seconds = openMetric(harness.url("seconds", "distribution", ["path"]));
        });
        after(async () => {
            await Promise.all(all().map((metric) => metric.close()));
            await harness.close();
        });

        it("keeps what cannot be sent now, says so, and fails nowhere", async function () {
            if (!harness.cut) this.skip();
            await harness.cut(true);
            orders.add(1, { country: "de", express: false });
            depth.record(9);
            seconds.record(1, { path: "/" });
            const said = await errorsOf(flush);
            expect(said).to.have.length(3);
            for (const line of said) expect(line).to.match(/^pulumi-mvi: metric (orders|depth|seconds): .+\n$/);
            await harness.cut(false);
        });

        it("takes what is written, whole and by its dimensions", async () => {
            if (!harness.cut) orders.add(1, { country: "de", express: false });
            if (!harness.cut) seconds.record(1, { path: "/" });
            orders.add(2, { country: "de", express: true });
            orders.add(3.5, { country: "is", express: true });
            orders.add(undefined, { country: "München", express: undefined });
            orders.add(0, { country: " \n", express: 1 });
            depth.record(7);
            depth.record(-4);
            for (let value = 2; value <= 1001; value++) seconds.record(value, { path: value % 2 ? "/" : "/buy" });
            await flush();

            expect(seen("orders").sum).to.equal(7.5);
            expect(seen("orders", { country: "de", express: "false" }).sum).to.equal(1);
            expect(seen("orders", { country: "de", express: "true" }).sum).to.equal(2);
            expect(seen("orders", { country: text("München"), express: "unknown" }).sum).to.equal(1);
            expect(seen("orders", { country: "unknown", express: "1" }).sum).to.equal(0);
            expect(seen("depth").sum).to.equal(-4);
            const { count, sum, median } = seen("seconds");
            expect(count).to.equal(1001);
            expect(sum).to.be.closeTo(501_501, 501_501 / 50);
            expect(median).to.be.closeTo(501, 501 / 5);
            expect(seen("seconds", { path: "/buy" }).count).to.equal(500);
        });

        it("adds what comes later", async () => {
            orders.add(10, { country: "de", express: true });
            depth.record(5);
            seconds.record(0.25, { path: "/" });
            await flush();
            await flush(); // There is nothing more: it sends nothing twice.
            expect(seen("orders").sum).to.equal(17.5);
            expect(seen("orders", { country: "de", express: "true" }).sum).to.equal(12);
            expect(seen("depth").sum).to.equal(5);
            expect(seen("seconds").count).to.equal(1002);
        });
    });
}

/** What metrics write to standard error meanwhile. */
export async function errorsOf(work: (soFar: readonly string[]) => Promise<unknown>): Promise<string[]> {
    const { write } = process.stderr;
    const lines: string[] = [];
    process.stderr.write = ((line: string) => !line.startsWith("pulumi-mvi: ") || lines.push(line) > 0) as typeof write;
    try {
        await work(lines);
    } finally {
        process.stderr.write = write;
    }
    return lines;
}
