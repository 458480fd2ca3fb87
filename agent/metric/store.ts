/** The store of metrics: what the agent lends as `host.metrics`. */

import * as fs from "node:fs";
import * as path from "node:path";
import { listIfAny, makeFolder } from "../core/files";
import { type Dimensions } from "../kind";
import { type Clock, realClock } from "./clock";
import { runQuery } from "./query";
import { kept, Series, seriesKey } from "./series";
import { Sketch } from "./sketch";
import { startSystemMetrics } from "./system";
import { type Declaration, type MetricSort, type MetricStore, type Sample } from "./types";

export interface MetricStoreOptions {
    /** Series at most: what would make more is dropped. @default 1000 */
    readonly maxSeries?: number;
    /** Bytes at most that all series together may come to take. @default 2 GiB: 300 distributions, or 1800 others */
    readonly maxBytes?: number;
    /** The folder whose disk is watched, with the machine's processors and memory. @default the machine is not watched */
    readonly system?: string;
    readonly clock?: Clock;
    /** A line for the agent's own log. */
    report?(line: string): void;
}

/** Opens the metrics in the folder `dir`, and makes it when there is none. One process at a time may have it open. */
export function openMetricStore(dir: string, options: MetricStoreOptions = {}): MetricStore {
    const { maxSeries = 1000, maxBytes = 2 * 1024 ** 3, clock = realClock, report = () => undefined } = options;
    const all = new Map<string, Series>();
    const declarations = new Map<string, Declaration>();
    const dropped = new Map<string, number>();
    const said = new Set<string>();
    let bytes = 0;
    let stopped = false;

    makeFolder(dir);
    for (const name of listIfAny(dir)) {
        load(path.join(dir, name));
    }
    sweep();

    function load(file: string): void {
        try {
            const series = Series.load(file);
            all.set(seriesKey(series.info), series);
            bytes += Series.bytes(series.info.kind);
        } catch (error) {
            report(`metrics: ${file} is no series, and is removed: ${(error as Error).message}`);
            fs.rmSync(file, { force: true });
        }
    }

    function remove(key: string, series: Series): void {
        fs.rmSync(series.file, { force: true });
        all.delete(key);
        bytes -= Series.bytes(series.info.kind);
    }

    function flush(): void {
        for (const series of all.values()) {
            try {
                series.flush(clock.now());
            } catch (error) {
                sayOnce("flush", `metrics: values are lost, as they cannot be written: ${(error as Error).message}`);
            }
        }
    }

    /** Removes series to which nothing was written for as long as values are kept. */
    function sweep(): void {
        for (const [key, series] of all) {
            const stats = fs.statSync(series.file, { throwIfNoEntry: false });
            if (stats && stats.mtimeMs < Math.min(clock.now(), Date.now()) - kept) {
                remove(key, series);
            }
        }
    }

    function sayOnce(what: string, line: string): void {
        if (!said.has(what) && said.size < 1000) {
            said.add(what);
            report(line);
        }
    }

    /** Why a sample is not taken. */
    function fault(sample: Sample, dimensions: Dimensions, time: number): string | undefined {
        const declaration = declarations.get(sample.name);
        const names = Object.keys(dimensions);
        if (declaration && declaration.kind !== sample.kind) {
            return `it is declared as a ${declaration.kind}, but got a ${sample.kind}`;
        }
        const foreign = declaration && names.find((name) => !declaration.dimensions.includes(name));
        if (foreign !== undefined) {
            return `the dimension ${foreign} is not among those declared (${declaration?.dimensions.join(", ")})`;
        }
        if (sample.name.length === 0 || sample.name.length > 255 || names.length > 16) {
            return "a name has 1 to 255 characters, and there are 16 dimensions at most";
        }
        if (names.some((name) => name.length + dimensions[name].length > LONGEST)) {
            return `a dimension with its value has ${LONGEST} characters at most`;
        }
        if (![sample.count, sample.sum, sample.min, sample.max, sample.last].every(Number.isFinite)) {
            return "a value is not a finite number";
        }
        if (time > clock.now() + AHEAD || time < clock.now() - kept) {
            return "its time lies in the future, or is longer ago than values are kept";
        }
        return undefined;
    }

    function write(sample: Sample): string | undefined {
        if (stopped) {
            return "the agent is being stopped";
        }
        const { name, kind, dimensions = {}, time = clock.now(), origin = "agent" } = sample;
        const why = fault(sample, dimensions, time) ?? add();
        if (why !== undefined) {
            dropped.set(name, (dropped.get(name) ?? 0) + 1);
            sayOnce(name, `metric ${name}: values are dropped: ${why}`);
        }
        return why;

        function add(): string | undefined {
            const info = { name, kind, dimensions, origin };
            const key = seriesKey(info);
            let series = all.get(key);
            if (!series) {
                if (all.size >= maxSeries || bytes + Series.bytes(kind) > maxBytes) {
                    return `all ${all.size} series that there is room for are in use: leave out dimensions that have many values`;
                }
                series = new Series(dir, info);
                all.set(key, series);
                bytes += Series.bytes(kind);
            }
            if (series.info.kind !== kind) {
                return `it was a ${series.info.kind}, but got a ${kind}`;
            }
            series.add(sample, time);
            return undefined;
        }
    }

    function single(kind: MetricSort, name: string, value: number, dimensions?: Dimensions): void {
        let sketch: Sketch | undefined;
        if (kind === "distribution" && Number.isFinite(value)) {
            sketch = new Sketch();
            sketch.add(value);
        }
        write({ name, kind, dimensions, count: 1, sum: value, min: value, max: value, last: value, sketch });
    }

    const store: MetricStore = {
        count: (name, by, dimensions) => single("counter", name, by, dimensions),
        gauge: (name, value, dimensions) => single("gauge", name, value, dimensions),
        observe: (name, value, dimensions) => single("distribution", name, value, dimensions),
        write,
        declare: (name, declaration) => void declarations.set(name, declaration),
        declared: (name) => declarations.get(name),
        forget(name) {
            declarations.delete(name);
            for (const [key, series] of all) {
                if (series.info.name === name) {
                    remove(key, series);
                }
            }
        },
        query: (query) => runQuery([...all.values()], query),
        series: (name) =>
            [...all.values()].map(({ info }) => info).filter((info) => name === undefined || info.name === name),
        dropped: () => dropped,
        flush,
        stop() {
            flush();
            stopped = true;
            ends.forEach((end) => end());
        },
    };
    const ends = [clock.every(5000, flush), clock.every(3_600_000, sweep)];
    if (options.system !== undefined) {
        ends.push(startSystemMetrics(store, options.system, clock, report));
    }
    return store;
}

/** The characters of a dimension and its value together. */
const LONGEST = 400;
/** Milliseconds that another clock may be ahead of ours. */
const AHEAD = 300_000;
