/**
 * Schedules: when a job is due. By the clock of its time zone, and with fixed hours and minutes: a time that summer time skips
 * comes right after the gap, and one that comes twice counts once. With `*` or a step, real time counts: each 20 minutes is each
 * 20 minutes, also in the hour that comes twice.
 */

import { Cron } from "croner";

export interface Schedule {
    /** The first time after `time`, in milliseconds since 1970. */
    next(time: number): number | undefined;
    /** The last time after `from` that is not after `to`. */
    latest(from: number, to: number): number | undefined;
}

/** @throws when it is no schedule, or `timeZone` is none. */
export function parseSchedule(expression: string, timeZone: string): Schedule {
    if (expression.trim().split(/\s+/).length !== 5) {
        throw new Error(`expected five cron fields, but got "${expression}"`);
    }
    const cron = new Cron(expression, {
        paused: true,
        timezone: timeZone,
        mode: "5-part",
        fixedTimeRule: "no-wildcard",
    });
    const next = (time: number): number | undefined => cron.nextRun(new Date(time))?.getTime();
    next(Date.now()); // a time zone that is none shows here
    return {
        next,
        latest(from, to) {
            let found: number | undefined;
            for (let due = next(from); due !== undefined && due <= to; due = next(due)) {
                found = due;
            }
            return found;
        },
    };
}
