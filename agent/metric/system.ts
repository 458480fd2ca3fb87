/** The machine's own metrics, without asking. */

import * as fs from "node:fs";
import * as os from "node:os";
import { type MetricSink } from "../kind";
import { type Clock } from "./clock";

/**
 * Every 10 s: `system_cpu_used_ratio`, `system_memory_used_ratio` and `system_disk_used_ratio` (0 to 1; the disk is that of
 * `folder`), `system_memory_free_bytes`, `system_disk_free_bytes`, and `system_load` (processes that run or wait, over 1 min).
 */
export function startSystemMetrics(
    metrics: MetricSink,
    folder: string,
    clock: Clock,
    report: (line: string) => void,
): () => void {
    let before = processorTimes();
    let failed = false;
    const measure = (): void => {
        const now = processorTimes();
        const total = now.total - before.total;
        if (total > 0) {
            metrics.gauge("system_cpu_used_ratio", 1 - (now.idle - before.idle) / total);
        }
        before = now;
        metrics.gauge("system_memory_used_ratio", 1 - os.freemem() / os.totalmem());
        metrics.gauge("system_memory_free_bytes", os.freemem());
        metrics.gauge("system_load", os.loadavg()[0]);
        fs.promises.statfs(folder).then(
            ({ bavail, bfree, blocks, bsize }) => {
                metrics.gauge("system_disk_free_bytes", bavail * bsize);
                const usable = blocks - bfree + bavail;
                metrics.gauge("system_disk_used_ratio", usable > 0 ? 1 - bavail / usable : 0);
            },
            (error: Error) => {
                if (!failed) {
                    failed = true;
                    report(`metrics: the disk of ${folder} cannot be watched: ${error.message}`);
                }
            },
        );
    };
    return clock.every(10_000, measure);
}

function processorTimes(): { idle: number; total: number } {
    let idle = 0;
    let total = 0;
    for (const { times } of os.cpus()) {
        idle += times.idle;
        total += times.user + times.nice + times.sys + times.idle + times.irq;
    }
    return { idle, total };
}
