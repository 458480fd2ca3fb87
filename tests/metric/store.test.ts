import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { Refusal } from "../../agent/kind";
import { Sketch, sketchBytes } from "../../agent/metric/sketch";
import { type MetricStoreOptions, openMetricStore } from "../../agent/metric/store";
import { type MetricStore, type Statistic } from "../../agent/metric/types";
import { until } from "../process/host";
import { FakeClock } from "./fake-clock";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("metrics", () => {
    let dir: string;
    let clock: FakeClock;
    const stores: MetricStore[] = [];
    const open = (options: MetricStoreOptions = {}): MetricStore => {
        const store = openMetricStore(dir, { clock, ...options });
        stores.push(store);
        return store;
    };
    const values = (
        store: MetricStore,
        name: string,
        statistic: Statistic,
        { step = 60, back = 3 * MINUTE, dimensions = {} } = {},
    ): (number | null)[] =>
        store
            .query({ name, statistic, step, dimensions, from: clock.time - back, to: clock.time })
            .map(({ value }) => value);

    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-metric-"));
        clock = new FakeClock(Math.floor(Date.now() / HOUR) * HOUR);
    });
    afterEach(() => {
        stores.splice(0).forEach((store) => store.stop());
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("adds counters up, over series and steps, and has them after it was opened again", () => {
        const first = open();
        for (let second = 0; second < 180; second++) {
            first.count("orders", 1, { shop: second % 2 ? "a" : "b", kind: "x" });
            clock.advance(1000);
        }
        first.stop();
        for (const store of [first, open()]) {
            expect(values(store, "orders", "sum")).to.deep.equal([60, 60, 60]);
            expect(values(store, "orders", "rate")).to.deep.equal([1, 1, 1]);
            expect(values(store, "orders", "sum", { dimensions: { shop: "a" } })).to.deep.equal([30, 30, 30]);
            expect(values(store, "orders", "sum", { dimensions: { shop: "c" } })).to.deep.equal([null, null, null]);
            expect(values(store, "orders", "sum", { step: 10, back: MINUTE })).to.deep.equal([10, 10, 10, 10, 10, 10]);
        }
        expect(stores[1].series("orders")).to.have.length(2);
    });

    it("has each statistic of a gauge, and null where there was nothing", () => {
        const store = open();
        [5, 1, 3].forEach((value) => (store.gauge("depth", value), clock.advance(1000)));
        clock.advance(2 * MINUTE);
        store.gauge("depth", -2);
        clock.advance(MINUTE - 3000);
        const all = (statistic: Statistic): (number | null)[] => values(store, "depth", statistic);
        expect(all("avg")).to.deep.equal([3, null, -2]);
        expect(all("min")).to.deep.equal([1, null, -2]);
        expect(all("max")).to.deep.equal([5, null, -2]);
        expect(all("last")).to.deep.equal([3, null, -2]);
        expect(() => all("p99")).to.throw(Refusal, "p99 is for distributions, and this is a gauge");
        expect(() => values(store, "depth", "avg", { step: 15 })).to.throw(Refusal, "10 s");
        expect(() => values(store, "depth", "avg", { step: 10, back: 1e12 })).to.throw(Refusal, "points");
    });

    it("has percentiles of distributions, right within a few percent, from disk too", () => {
        const store = open();
        for (let value = 1; value <= 1000; value++) {
            store.observe("seconds", value / 1000, { path: value % 2 ? "/" : "/x" });
            clock.advance(100);
        }
        clock.advance(MINUTE);
        store.flush();
        for (const each of [store, open()]) {
            const [p50] = values(each, "seconds", "p50", { step: 600, back: 600_000 }).slice(-1);
            expect(p50).to.be.within(0.5 * 0.9, 0.5 * 1.1);
            expect(values(each, "seconds", "p99", { step: 600, back: 600_000 }).at(-1)).to.be.within(0.99 * 0.9, 1);
            expect(values(each, "seconds", "max", { step: 600, back: 600_000 }).at(-1)).to.equal(1);
        }
    });

    it("keeps fine steps for 6 hours and coarse ones for 15 days, in files that do not grow", () => {
        const store = open();
        store.count("ticks", 7);
        clock.advance(5.9 * HOUR);
        expect(values(store, "ticks", "sum", { step: 10, back: 6 * HOUR }).filter(Number)).to.deep.equal([7]);
        clock.advance(0.2 * HOUR);
        store.count("ticks", 1);
        store.flush();
        expect(values(store, "ticks", "sum", { step: 10, back: 7 * HOUR }).filter(Number)).to.deep.equal([]); // its place was taken, or it is out of the ring
        clock.advance(14 * 24 * HOUR);
        expect(values(store, "ticks", "sum", { step: 3600, back: 15 * 24 * HOUR }).filter(Number)).to.deep.equal([
            7, 1,
        ]);
        const size = fs.statSync(path.join(dir, fs.readdirSync(dir)[0])).size;
        clock.advance(2 * 24 * HOUR);
        store.count("ticks", 2);
        store.flush();
        clock.advance(MINUTE);
        expect(values(store, "ticks", "sum", { step: 3600, back: 16 * 24 * HOUR }).filter(Number)).to.deep.equal([2]);
        expect(fs.statSync(path.join(dir, fs.readdirSync(dir)[0])).size).to.be.at.most(
            Math.max(size, 8192 + 48 * (2160 + 21600)),
        );
    });

    it("drops and counts what does not fit, and says so once", () => {
        const reports: string[] = [];
        const store = open({ maxSeries: 5, report: (line) => reports.push(line) });
        store.declare("orders", { unit: "1", kind: "counter", dimensions: ["shop"] });
        store.count("orders", 1, { shop: "a" });
        store.count("orders", 1, { user: "42" });
        store.count("orders", 1, { user: "43" });
        store.gauge("orders", 1);
        store.count("other", 1);
        store.gauge("other", 1);
        store.gauge("nan", NaN);
        for (let index = 0; index < 10; index++) store.count("many", 1, { user: String(index) });
        expect([...store.dropped()]).to.deep.equal([
            ["orders", 3],
            ["other", 1],
            ["nan", 1],
            ["many", 7],
        ]);
        expect(reports).to.have.length(4);
        expect(reports[3]).to.contain("all 5 series");
        store.forget("many");
        store.count("free", 1);
        expect(store.series("free")).to.have.length(1);
        expect(
            store.write({
                name: "late",
                kind: "gauge",
                time: clock.time - 16 * 24 * HOUR,
                count: 1,
                sum: 1,
                min: 1,
                max: 1,
                last: 1,
            }),
        ).to.contain("longer ago");
    });

    it("takes what comes late, in its own step", () => {
        const store = open();
        clock.advance(10 * MINUTE);
        store.flush();
        store.write({
            name: "late",
            kind: "counter",
            time: clock.time - 3 * MINUTE,
            count: 1,
            sum: 4,
            min: 4,
            max: 4,
            last: 4,
        });
        store.flush();
        store.write({
            name: "late",
            kind: "counter",
            time: clock.time - 3 * MINUTE,
            count: 1,
            sum: 5,
            min: 5,
            max: 5,
            last: 5,
        });
        expect(values(store, "late", "sum")).to.deep.equal([9, null, null]);
    });

    it("loses at most 5 s by kill -9, removes what is no series, and goes on in the same step", async () => {
        const child = spawn(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "writer.ts"), dir], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        let out = "";
        child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
        await until(() => out.includes("5000"), 20_000);
        child.kill("SIGKILL");
        await new Promise((resolve) => child.once("exit", resolve));
        fs.writeFileSync(path.join(dir, "torn"), '{"name":');
        const reports: string[] = [];
        clock = new FakeClock(Date.now());
        const store = open({ report: (line) => reports.push(line) });
        const total = (): number =>
            values(store, "ticks", "sum", { back: HOUR }).reduce<number>((sum, value) => sum + (value ?? 0), 0);
        const before = total();
        expect(before).to.be.at.least(5000);
        expect(reports).to.have.length(1);
        store.count("ticks", 1);
        clock.time += MINUTE;
        expect(total()).to.equal(before + 1);
    });

    it("watches the machine without being asked", async () => {
        const store = open({ system: dir });
        clock.advance(10_000);
        await until(() => store.series("system_disk_used_ratio").length === 1);
        clock.advance(10_000);
        for (const name of ["system_memory_used_ratio", "system_disk_used_ratio"]) {
            expect(values(store, name, "last", { step: 60, back: MINUTE }).at(-1), name).to.be.within(0.001, 1);
        }
        expect(values(store, "system_disk_free_bytes", "last", { back: MINUTE }).at(-1)).to.be.greaterThan(1e6);
    });

    it("sketches any values: percentiles in order, within the stated error, the same after the disk", () => {
        fc.assert(
            fc.property(
                fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
                fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 200 }),
                (any, near) => {
                    const sketch = new Sketch();
                    near.forEach((value) => sketch.add(value));
                    near.sort((a, b) => a - b);
                    const exact = near[Math.max(0, Math.ceil(0.9 * near.length) - 1)];
                    const found = sketch.quantile(0.9)!;
                    expect(found / exact).to.be.within(1 / 1.2, 1.2); // 20 powers of two
                    const other = new Sketch();
                    any.forEach((value) => other.add(value));
                    sketch.merge(other);
                    const bytes = Buffer.alloc(sketchBytes);
                    sketch.encode(bytes, 0);
                    const read = Sketch.decode(bytes, 0);
                    const ranks = [0, 0.25, 0.5, 0.75, 0.99, 1];
                    const all = ranks.map((rank) => read.quantile(rank)!);
                    expect(all).to.deep.equal(ranks.map((rank) => sketch.quantile(rank)!));
                    expect(all).to.deep.equal([...all].sort((a, b) => a - b));
                },
            ),
            { numRuns: 200 },
        );
    });
});
