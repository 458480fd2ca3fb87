import { type Dimensions, type Host } from "../kind";
import { groupOf, processes } from "./table";

/** Use is what a process and its children took, at one moment. */
export interface Use {
    /** Milliseconds since 1970. */
    readonly time: number;
    /** Since its start. */
    readonly cpuSeconds: number;
    readonly residentBytes: number;
    /** Of one core, since the sample before; unset in the first sample. */
    readonly cpuPercent?: number;
}

/** Watched is a running thing whose use is sampled. */
export interface Watched {
    readonly pid: number | undefined;
    readonly dimensions: Dimensions;
    /** What it is given: cores and MiB. */
    readonly spec: { readonly cpu?: number; readonly memory?: number };
    /** MiB; over it `overMemory` is called. Unset where the kernel sees to it. */
    readonly memory?: number;
    sampled(use: Use): void;
    overMemory(residentBytes: number): void;
}

const sampleEachMs = 10_000;
const watchEachMs = 2_000;
const samplers = new WeakMap<Host, Sampler>();

/** The sampler of this agent: one look at the process table serves all. */
export function sampler(host: Host): Sampler {
    let found = samplers.get(host);
    if (found === undefined) {
        found = new Sampler(host);
        samplers.set(host, found);
    }
    return found;
}

/** Sampler looks every 10 s, and every 2 s while something has a memory limit that only we enforce. */
export class Sampler {
    readonly #host: Host;
    readonly #watched = new Map<Watched, Use | undefined>();
    #timer: NodeJS.Timeout | undefined;
    #sampledAt = -Infinity;

    constructor(host: Host) {
        this.#host = host;
    }

    add(watched: Watched): void {
        this.#watched.set(watched, undefined);
        this.#timer ??= setInterval(() => this.#tick(), watchEachMs).unref();
    }

    remove(watched: Watched): void {
        this.#watched.delete(watched);
        if (this.#watched.size === 0) {
            clearInterval(this.#timer);
            this.#timer = undefined;
        }
    }

    #tick(): void {
        const due = performance.now() - this.#sampledAt >= sampleEachMs - watchEachMs / 2;
        const over = [...this.#watched.keys()].some((each) => each.memory !== undefined);
        if (!due && !over) {
            return;
        }
        this.#sampledAt = due ? performance.now() : this.#sampledAt;
        const rows = processes();
        for (const [watched, before] of [...this.#watched]) {
            if (watched.pid === undefined) {
                continue;
            }
            const group = groupOf(watched.pid, rows);
            const sum = (of: (row: (typeof group)[number]) => number) =>
                group.reduce((total, row) => total + of(row), 0);
            const residentBytes = sum((row) => row.residentBytes);
            if (due && group.length > 0) {
                const use = withPercent(before, {
                    time: performance.now(),
                    cpuSeconds: sum((row) => row.cpuSeconds),
                    residentBytes,
                });
                this.#watched.set(watched, use);
                this.#host.metrics.gauge("process_cpu_seconds_total", use.cpuSeconds, watched.dimensions);
                this.#host.metrics.gauge("process_resident_memory_bytes", residentBytes, watched.dimensions);
                if (use.cpuPercent !== undefined) {
                    const ratio = use.cpuPercent / 100 / (watched.spec.cpu ?? 1);
                    this.#host.metrics.gauge("process_cpu_ratio", ratio, watched.dimensions);
                }
                if (watched.spec.memory !== undefined) {
                    const ratio = residentBytes / 2 ** 20 / watched.spec.memory;
                    this.#host.metrics.gauge("process_memory_ratio", ratio, watched.dimensions);
                }
                watched.sampled(use);
            }
            if (watched.memory !== undefined && residentBytes > watched.memory * 2 ** 20) {
                watched.overMemory(residentBytes);
            }
        }
    }
}

function withPercent(before: Use | undefined, now: Use): Use {
    // Less than before: it was started again.
    if (before === undefined || now.cpuSeconds < before.cpuSeconds) {
        return now;
    }
    return { ...now, cpuPercent: ((now.cpuSeconds - before.cpuSeconds) / ((now.time - before.time) / 1000)) * 100 };
}
