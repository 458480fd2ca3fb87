import { type Host } from "../kind";
import { type MetricStore } from "../metric/types";
import { type Replicas } from "./inputs";

/** How a fleet looks at its load, in milliseconds. Tests have shorter times. */
export interface Pace {
    readonly lookMs: number;
    /** The time over which requests are counted. */
    readonly windowMs: number;
    /** After a change: time for new replicas to take over their part. */
    readonly settleMs: number;
    /** How long fewer must have been enough before there are fewer. */
    readonly quietMs: number;
}

export const usualPace: Pace = { lookMs: 5_000, windowMs: 60_000, settleMs: 30_000, quietMs: 120_000 };

/** Load is what one measure says: all that there is, and what one replica is meant to take of it. */
export interface Load {
    readonly total: number;
    readonly perReplica: number;
}

/** Scaler says how many replicas there should be: more at once, fewer only after a quiet time. */
export class Scaler {
    #changedAt = -Infinity;
    #quietSince: number | undefined;

    constructor(private readonly pace: Pace = usualPace) {}

    /** @param loads - The one that needs most counts. None: nothing is known yet. */
    wanted(count: number, loads: readonly Load[], { min, max }: Pick<Replicas, "min" | "max">, now: number): number {
        if (loads.length === 0 || count === 0 || now - this.#changedAt < this.pace.settleMs) {
            return count;
        }
        const needed = Math.max(...loads.map(({ total, perReplica }) => Math.ceil(total / perReplica)));
        const wanted = clamp(needed, { min, max });
        if (wanted >= count) {
            this.#quietSince = undefined;
        } else {
            this.#quietSince ??= now;
        }
        if (wanted > count || (wanted < count && now - (this.#quietSince ?? now) >= this.pace.quietMs)) {
            this.#changedAt = now;
            this.#quietSince = undefined;
            return wanted > count ? wanted : count - 1;
        }
        return count;
    }
}

/** What a fleet is held to: the use of its cores, and requests, from outside and from within the machine. */
export function loadsOf(
    host: Host,
    services: readonly string[],
    uses: readonly (number | undefined)[],
    { cpuPercent, requestsPerReplica }: Replicas,
    { windowMs }: Pace,
    now: number,
): Load[] {
    const loads: Load[] = [];
    if (cpuPercent !== undefined) {
        const known = uses.filter((use) => use !== undefined);
        // As long as one is not known, there are as many as are needed.
        const total = known.length < uses.length ? uses.length * cpuPercent : known.reduce((sum, use) => sum + use, 0);
        loads.push({ total, perReplica: cpuPercent });
    }
    if (requestsPerReplica !== undefined) {
        const from = Math.floor(now / STEP) * STEP - windowMs + STEP;
        const total = (requests(host, services, from, now) * 1000) / Math.max(1, now - from);
        loads.push({ total, perReplica: requestsPerReplica });
    }
    return loads;
}

/** How many replicas there are to be, of `count` that there are. */
export function clamp(count: number, { min, max }: Pick<Replicas, "min" | "max">): number {
    // Nothing here could start one for a request, so there is always one.
    return Math.max(1, min, Math.min(count, max));
}

/** The finest of the metric store, in milliseconds. */
const STEP = 10_000;

function requests(host: Host, services: readonly string[], from: number, now: number): number {
    const store = host.metrics as MetricStore;
    const counted = { name: "http_requests_total", from, to: now + 1, step: STEP / 1000, statistic: "sum" } as const;
    return services
        .flatMap((service) => store.query({ ...counted, dimensions: { service } }))
        .reduce((sum, { value }) => sum + (value ?? 0), 0);
}
