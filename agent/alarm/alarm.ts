/** What an `Alarm` is: its inputs and outputs, and what is known of it. */

import { type Dimensions } from "../kind";
import { type Statistic } from "../metric/types";

export interface AlarmInputs {
    readonly name: string;
    readonly metric: string;
    /** Only series with these. */
    readonly dimensions: Dimensions;
    readonly statistic: Statistic;
    readonly comparison: ">" | "<" | ">=" | "<=";
    readonly threshold: number;
    /** Seconds of one period, a multiple of 10. */
    readonly periodSeconds: number;
    /** Periods in a row that must breach. */
    readonly periods: number;
    /** What a period without a value means. `ignore`: the state stays as it is. */
    readonly missing: "ok" | "breaching" | "ignore";
    /** E-mail addresses: each gets a mail when the alarm begins, and when it ends. */
    readonly to: readonly string[];
    readonly description: string;
}

export interface AlarmOutputs {
    readonly id: string;
    readonly name: string;
}

/** `insufficient` until there is something to judge by. */
export type AlarmState = "ok" | "alarm" | "insufficient";

export interface AlarmChange {
    /** Milliseconds since 1970. */
    readonly time: number;
    readonly from: AlarmState;
    readonly to: AlarmState;
    /** Of the last period; null when there was none. */
    readonly value: number | null;
}

export interface AlarmStatus {
    readonly id: string;
    readonly state: AlarmState;
    /** Since when, in milliseconds since 1970. */
    readonly since: number;
    /** The last 100 changes, newest first. */
    readonly history: readonly AlarmChange[];
}
