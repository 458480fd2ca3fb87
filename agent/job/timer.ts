/** The timer of a job: begins what is due, once for each scheduled time, whatever the clock does. */

import { type Clock } from "../metric/clock";
import { type History } from "./history";
import { type JobInputs } from "./job";
import { parseSchedule, type Schedule } from "./schedule";

export interface TimerParts {
    readonly clock: Clock;
    readonly history: History;
    begin(due: number): void;
    report(line: string): void;
}

export class Timer {
    #schedule: Schedule | undefined;
    #catchUp = 0;
    #cancel: (() => void) | undefined;

    constructor(private readonly parts: TimerParts) {}

    /** Goes by this schedule from now on: what a new one had before now is not made up for. */
    set({ schedule, timeZone = "UTC", catchUpSeconds = 86_400 }: JobInputs): void {
        const { clock, history } = this.parts;
        this.#catchUp = Math.max(PUNCTUAL, catchUpSeconds * 1000);
        this.#schedule = schedule === undefined ? undefined : parseSchedule(schedule, timeZone);
        const name = `${schedule ?? ""} ${timeZone}`;
        if (history.schedule !== name || history.scheduled === undefined) {
            history.schedule = name;
            history.scheduled = clock.now();
            history.save();
        }
        this.#look();
    }

    stop(): void {
        this.#cancel?.();
        this.#schedule = undefined;
    }

    get next(): number | undefined {
        const { clock, history } = this.parts;
        return this.#schedule?.next(Math.max(clock.now(), history.scheduled ?? 0));
    }

    #look(): void {
        this.#cancel?.();
        const { clock, history } = this.parts;
        if (!this.#schedule) {
            return;
        }
        const now = clock.now();
        if ((history.scheduled ?? now) > now + DAY) {
            this.parts.report(`the clock was more than a day ahead, and is right now: its schedule goes on from here`);
            history.scheduled = now;
            history.save();
        }
        const before = history.scheduled ?? now;
        const due = this.#schedule.latest(Math.max(before, now - this.#catchUp), now);
        if (due !== undefined) {
            try {
                history.scheduled = due; // on disk with the run itself, in one write
                this.parts.begin(due);
            } catch (error) {
                history.scheduled = before; // tried again within a minute
                this.parts.report(`cannot begin: ${(error as Error).message}`);
            }
        }
        const next = this.next;
        if (next !== undefined) {
            // at least once a minute: the machine may sleep, and its clock may be set
            this.#cancel = clock.after(Math.min(MINUTE, Math.max(1, next - now)), () => this.#look());
        }
    }
}

const MINUTE = 60_000;
/** What is begun within this time of its own is not late. */
const PUNCTUAL = 90_000;
const DAY = 86_400_000;
