// Kills in the middle of what the engine does, and what is left or has to be made good after them.
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation";
import { until } from "../agent/harness";
import { type Aim } from "../support/proof";
import { children, Missed } from "./machine";
import { spread } from "./proof";
import { type Strike } from "./strikes";
import { unlock } from "./support";

/** How often something was to be hit in the middle of a run, and how often it was: a run that had ended before is begun again. */
export class Tally {
    attempts = 0;
    hits = 0;
    /** @param wanted - how many were to be hit */
    aim(wanted: number): Aim {
        const got = `${this.hits}, in ${this.attempts} attempts`;
        return { got, wanted: `${wanted}, however many attempts`, met: this.hits === wanted };
    }
}

/** Hit is a run of the engine that was hit before it had ended; times are milliseconds since 1970. */
export interface Hit {
    /** Settles when the run has ended, however it did. */
    readonly ending: Promise<Error | undefined>;
    readonly before: number;
    readonly after: number;
}

/**
 * Lets the engine do `command`, and strikes in the middle of it: what had ended before is done again, ten times at most.
 *
 * @param begin - runs it
 * @param wait - for the moment of the strike
 */
export async function hitInTheMiddle(
    command: "up" | "destroy",
    { name, hit }: Strike,
    root: string,
    tally: Tally,
    { begin, wait }: { begin: () => Promise<unknown>; wait: () => Promise<unknown> },
): Promise<Hit> {
    for (let turn = 1; turn <= 10; turn++) {
        tally.attempts++;
        const run = { ended: false };
        const ending = settled(begin()).finally(() => (run.ended = true));
        await Promise.race([wait(), ending]);
        const before = Date.now();
        // its promise is settled a little after it
        if (!run.ended && children(` ${command} `).length > 0 && strikes(() => hit(root))) {
            tally.hits++;
            return { ending, before, after: Date.now() };
        }
        const failure = await ending;
        if (failure) throw failure;
    }
    throw new Error(`${name}: ten times it had ended before the kill`);
}

function strikes(hit: () => void): boolean {
    try {
        hit();
        return true;
    } catch (error) {
        if (error instanceof Missed) return false;
        throw error;
    }
}

/** How it ended, for what is meant to be killed: never rejects. */
export function settled(run: Promise<unknown>): Promise<Error | undefined> {
    return run.then(
        () => undefined,
        (error: Error) => error,
    );
}

/**
 * After what was killed: the next `up` makes it whole, and the one after it would change nothing; both look at what is there.
 * The first is a plain `up`, and every third time one with `--refresh`: so each of four kinds of strikes comes to have both.
 */
export class Convergence {
    plain = 0;
    refreshed = 0;

    constructor(private readonly stack: Stack) {}

    /** @param whole - looks at what is there after it */
    async next(whole: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
        await unlock(this.stack);
        const refresh = (this.plain + this.refreshed) % 3 === 1;
        await this.stack.up({ refresh });
        await whole();
        await this.stack.preview({ refresh: true, expectNoChanges: true });
        if (refresh) this.refreshed++;
        else this.plain++;
    }

    /** @param wanted - how many there were to be */
    aim(wanted: number): Aim {
        const { plain, refreshed } = this;
        const got = `${plain + refreshed}: ${plain} by a plain up, ${refreshed} by up --refresh`;
        const met = plain + refreshed === wanted && plain >= refreshed;
        return { got, wanted: `${wanted}, at least half of them by a plain up`, met };
    }
}

/** Seconds, against the ten that are meant. */
export function within(seconds: readonly number[], limit = 10): Aim {
    const { p50, p99, most } = spread(seconds);
    return { got: `p50 ${p50}, p99 ${p99}, most ${most}`, wanted: `at most ${limit}`, met: most <= limit };
}

/** Up to so many milliseconds. */
export const upTo = (most: number): Promise<void> => sleep(Math.random() * most);

/** Nothing is too many and nothing too few. */
export function same<T>(what: string, look: () => T, wanted: T, limit: number): Promise<true> {
    return until(what, () => (expect(look()).to.deep.equal(wanted), true as const), limit);
}
