// Kills in the middle of what the engine does, and what is left or has to be made good after them.
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation";
import { until } from "../agent/harness";
import { type Aim } from "../support/proof";
import { children, listens, Missed, runningIn } from "./machine";
import { spread } from "./proof";
import { type Strike } from "./strikes";
import { unlock } from "./support";

/** How often something was to be hit in the middle of a run, and how often that run had ended before. */
export class Tally {
    hits = 0;
    late = 0;
    get shown(): string {
        return `${this.hits} of ${this.hits}, after ${this.late} that had ended before and were begun again`;
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
        const run = { ended: false };
        const ending = settled(begin()).finally(() => (run.ended = true));
        await Promise.race([wait(), ending]);
        const before = Date.now();
        // its promise is settled a little after it
        if (!run.ended && children(` ${command} `).length > 0 && strikes(() => hit(root))) {
            tally.hits++;
            return { ending, before, after: Date.now() };
        }
        tally.late++;
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

/** After what was killed: the next `up` makes it whole, and the one after it would change nothing; both look at what is there. */
export async function converge(stack: Stack, whole: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    await unlock(stack);
    await stack.up({ refresh: true });
    await whole();
    await stack.preview({ refresh: true, expectNoChanges: true });
}

/** What is left where nothing should be: it is waited for half a minute, and then counted. */
export interface Left {
    readonly processes: readonly string[];
    readonly ports: readonly number[];
    readonly files: readonly string[];
}

export async function leftOf(root: string, home: string, ports: readonly number[]): Promise<Left> {
    await until("nothing runs", () => runningIn(root).length === 0, 30_000).catch(() => undefined);
    const taken = await Promise.all(ports.map(listens));
    const names = fs.existsSync(home) ? fs.readdirSync(home, { recursive: true, encoding: "utf8" }) : [];
    return {
        processes: runningIn(root).map(({ command }) => command),
        ports: ports.filter((_, index) => taken[index]),
        files: fs.existsSync(home) ? [home, ...names.map((name) => path.join(home, name))] : [],
    };
}

/** Of all rounds, as figures that must be 0. */
export function leftFigures(all: readonly Left[]): Record<string, Aim> {
    const count = (of: keyof Left): Aim => {
        const got = all.reduce((sum, left) => sum + left[of].length, 0);
        return { got, wanted: 0, met: got === 0 };
    };
    return { processesLeft: count("processes"), portsLeft: count("ports"), filesLeft: count("files") };
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
