import { setTimeout as pause } from "node:timers/promises";
import { Refusal } from "../kind";
import { type Rollout } from "./inputs";
import { type Pace } from "./scale";
import { type Unit } from "./unit";

/** How long a new version must hold, in seconds. */
export interface Bake {
    /** Of a first version: until it counts as made. */
    readonly create: number;
    /** The first ones of a new version, before anybody is sent to them: what is ready and then crashes reaches nobody. */
    readonly soak: number;
    /** All of a new version, while they serve: then the old one is ended. */
    readonly update: number;
    /** @default {@link usualPace} */
    readonly scaling?: Pace;
}

/** Judge is what a failure of new ones is told with. */
export interface Judge {
    /** The person gave up. */
    readonly signal: AbortSignal;
    /** There is a version before, which the failure does not touch. */
    readonly servesOn: boolean;
}

/**
 * Starts new ones, so many at a time, and hands each over when it is ready.
 *
 * @param make - Makes one, beside those that this has started.
 * @param soak - Seconds that those of the first turn must hold before they are handed over.
 * @throws {@link Refusal} when one ends, or is not ready in time: those of its turn are ended then.
 */
export async function startFresh(
    make: (started: readonly Unit[]) => Unit,
    count: number,
    rollout: Rollout,
    judge: Judge,
    soak: number,
    ready: (unit: Unit) => void,
): Promise<Unit[]> {
    const all: Unit[] = [];
    while (all.length < count) {
        const turn: Unit[] = [];
        for (let size = Math.min(Math.max(1, rollout.maxSurge), count - all.length); size > 0; size--) {
            turn.push(make([...all, ...turn]));
        }
        try {
            const faults = await Promise.all(turn.map((unit) => begin(unit, rollout.timeoutSeconds, judge.signal)));
            const bad = faults.findIndex((fault) => fault !== undefined);
            if (bad >= 0) {
                throw await refusal(turn[bad], faults[bad], judge);
            }
            if (all.length === 0) {
                await hold(turn, soak, judge);
            }
        } catch (error) {
            await drop(turn);
            throw error;
        }
        all.push(...turn);
        turn.forEach(ready);
    }
    return all;
}

/** Watches new ones for a while. @throws {@link Refusal} when one of them ends, or is ready no more. */
export async function hold(units: readonly Unit[], seconds: number, judge: Judge): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    while (performance.now() < deadline) {
        const bad = units.find((unit) => unit.ended() !== undefined || !unit.ready);
        if (bad !== undefined || judge.signal.aborted) {
            const then = bad?.ended() ?? `its check did not pass: ${bad?.fault}`;
            const fault = bad === undefined ? "given up by the user" : `was ready, and then ${then}`;
            throw await refusal(bad ?? units[0], fault, judge);
        }
        await pause(50);
    }
}

/** Ends new ones that nobody was sent to. */
export async function drop(units: readonly Unit[]): Promise<void> {
    await Promise.all(units.map((unit) => unit.stop(dropSeconds(unit))));
}

/** What is not wanted after all gets so many seconds for what is under way. */
export function dropSeconds(unit: Unit): number {
    return Math.min(5, unit.workload.stopGraceSeconds);
}

async function begin(unit: Unit, timeoutSeconds: number, signal: AbortSignal): Promise<string | undefined> {
    try {
        await unit.start();
        return await unit.whenReady(timeoutSeconds, signal);
    } catch (error) {
        if (error instanceof Refusal) {
            return error.message;
        }
        throw error;
    }
}

async function refusal(unit: Unit | undefined, fault: string | undefined, judge: Judge): Promise<Refusal> {
    await unit?.written();
    const kept = judge.servesOn ? "; the version before serves on" : "";
    const lines = unit?.tail(20) ?? [];
    const log =
        lines.length === 0 ? "It wrote nothing." : `Its last lines:\n${lines.map((line) => `    ${line}`).join("\n")}`;
    return new Refusal(`${unit?.workload.owner.replace("/", " ")}: ${unit?.id}: ${fault}${kept}. ${log}`);
}
