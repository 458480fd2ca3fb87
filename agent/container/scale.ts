/** Bounds of a fleet, and the use of its cores that it is held to. */
export interface Bounds {
    readonly min: number;
    readonly max: number;
    readonly cpuPercent: number;
}

/** After a change: time for new replicas to take over their part, in milliseconds. */
const settleMs = 30_000;
/** How long fewer must have been enough before there are fewer, in milliseconds. */
const quietMs = 120_000;

/** Scaler says how many replicas there should be: more at once, fewer only after a quiet time. */
export class Scaler {
    #changedAt = -Infinity;
    #quietSince: number | undefined;

    /** @param uses - Of each replica's cores, in percent; undefined where it is not known yet. */
    wanted(uses: readonly (number | undefined)[], bounds: Bounds, now: number): number {
        const known = uses.filter((use) => use !== undefined);
        const count = uses.length;
        if (known.length < count || count === 0 || now - this.#changedAt < settleMs) {
            return count;
        }
        const total = known.reduce((sum, use) => sum + use, 0);
        const wanted = Math.min(Math.max(bounds.min, 1, Math.ceil(total / bounds.cpuPercent)), Math.max(bounds.max, 1));
        if (wanted >= count) {
            this.#quietSince = undefined;
        } else {
            this.#quietSince ??= now;
        }
        if (wanted > count || (wanted < count && now - (this.#quietSince ?? now) >= quietMs)) {
            this.#changedAt = now;
            this.#quietSince = undefined;
            return wanted > count ? wanted : count - 1;
        }
        return count;
    }
}
