/** The watch over one alarm: looks once for each period, keeps the state on disk, and writes to people when it changes. */

import { readOrPutAside, writeAtomic } from "../core/files";
import { type Clock } from "../metric/clock";
import { type MetricStore, type Point } from "../metric/types";
import { type Message } from "../mail/outbox";
import { type AlarmChange, type AlarmInputs, type AlarmState, type AlarmStatus } from "./alarm";
import { judge } from "./judge";
import { letter } from "./letter";

export interface WatchParts {
    readonly id: string;
    /** The file of its state. */
    readonly file: string;
    readonly stack: string;
    readonly store: MetricStore;
    readonly clock: Clock;
    /** Returns when the message is sure to be sent. */
    send(message: Message): void;
    report(line: string): void;
}

export class Watch {
    #kept: Kept;
    #judged = 0;
    #looked: number;
    /** From when on a missing value says something. */
    #since: number;
    #said = "";

    constructor(
        private readonly parts: WatchParts,
        public inputs: AlarmInputs,
    ) {
        const now = parts.clock.now();
        const kept = readOrPutAside(parts.file, (text) => JSON.parse(text) as Kept, parts.report);
        this.#kept = kept ?? { state: "insufficient", since: now, history: [] };
        this.#since = now;
        this.#looked = now;
    }

    /** To be called every 10 s. */
    look(): void {
        const { clock, store, file } = this.parts;
        const now = clock.now();
        if (Math.abs(now - this.#looked) > ASLEEP) {
            this.#since = now; // the machine slept, or its clock was set: what is missing since then was not to be had
        }
        this.#looked = now;
        this.#post();

        const { metric, dimensions, statistic, periodSeconds, periods } = this.inputs;
        const fromApps = store.series(metric).some(({ origin }) => origin === "app");
        const length = periodSeconds * 1000;
        const end = Math.floor((now - (fromApps ? APPS_DELAY : DELAY)) / length) * length;
        if (end === this.#judged) {
            return;
        }
        this.#judged = end;
        const values = store.query({
            name: metric,
            dimensions,
            statistic,
            step: periodSeconds,
            from: end - periods * length,
            to: end,
        });
        const state = judge(this.inputs, values, this.#since);
        if (state === undefined || state === this.#kept.state) {
            return;
        }
        const change: AlarmChange = { time: now, from: this.#kept.state, to: state, value: lastValue(values) };
        const pending = state === "alarm" || this.#kept.state === "alarm" ? this.#letter(change, values) : undefined;
        this.#kept = { state, since: now, history: [change, ...this.#kept.history].slice(0, 100), pending };
        writeAtomic(file, JSON.stringify(this.#kept)); // first: the letter is in it, and goes out after a kill -9 too
        this.#post();
    }

    /** Says once what went wrong in {@link look}. */
    failed(error: Error): void {
        if (this.#said !== error.message) {
            this.#said = error.message;
            this.parts.report(`alarm ${this.parts.id}: cannot be judged: ${error.message}`);
        }
    }

    get status(): AlarmStatus {
        const { state, since, history } = this.#kept;
        return { id: this.parts.id, state, since, history };
    }

    #letter(change: AlarmChange, values: readonly Point[]): Message {
        const { id, stack } = this.parts;
        return {
            id: `alarm-${id}-${change.time}`,
            to: this.inputs.to,
            ...letter(stack, id, this.inputs, change, values),
        };
    }

    #post(): void {
        if (this.#kept.pending) {
            this.parts.send(this.#kept.pending);
            this.#kept = { ...this.#kept, pending: undefined };
            writeAtomic(this.parts.file, JSON.stringify(this.#kept));
        }
    }
}

interface Kept {
    readonly state: AlarmState;
    readonly since: number;
    readonly history: readonly AlarmChange[];
    /** Not handed over to the outbox yet. */
    readonly pending?: Message;
}

/** Milliseconds after the end of a period until its values are there: the agent's own, and those of apps (SDKs send each minute). */
const DELAY = 15_000;
const APPS_DELAY = 75_000;
const ASLEEP = 60_000;

const lastValue = (values: readonly Point[]): number | null => values.at(-1)?.value ?? null;
