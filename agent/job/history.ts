/** The history of a job: what it ran and what it is at, on disk before anything is done. */

import { readOrPutAside, removeState, writeAtomic } from "../core/files";
import { type Attempt, type LastRun } from "./job";

export class History {
    /** The last scheduled time that was seen to, so that none is twice, even if the clock is set back. */
    scheduled: number | undefined;
    /** Schedule and time zone that {@link scheduled} is of. */
    schedule = "";
    /** Digest of what ran once, and succeeded. */
    once: string | undefined;
    /** The run that was, which outlives the attempts that are kept. */
    lastRun: LastRun | undefined;
    #sequence = 0;
    #attempts: Attempt[] = [];

    constructor(
        private readonly file: string,
        report: (line: string) => void,
    ) {
        const kept = readOrPutAside(file, (text) => JSON.parse(text) as Kept, report);
        if (kept !== undefined) {
            this.scheduled = kept.scheduled;
            this.schedule = kept.schedule;
            this.once = kept.once;
            this.lastRun = kept.lastRun;
            this.#sequence = kept.sequence;
            this.#attempts = kept.attempts;
        }
    }

    /** Newest first. */
    get attempts(): readonly Attempt[] {
        return this.#attempts;
    }

    /** A name for a new run: it is on disk with the next {@link put}. */
    name(time: number): string {
        const stamp = new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
        return `${stamp}-${++this.#sequence}`;
    }

    /** Keeps an attempt, in place of what was known of it. */
    put(attempt: Attempt): void {
        const index = this.#attempts.findIndex((each) => each.run === attempt.run && each.attempt === attempt.attempt);
        if (index >= 0) {
            this.#attempts[index] = attempt;
        } else {
            this.#attempts.unshift(attempt);
        }
        this.#attempts = this.#attempts.filter((each, place) => place < MOST || !each.final);
        this.save();
    }

    save(): void {
        const { scheduled, schedule, once, lastRun } = this;
        const kept: Kept = { scheduled, schedule, once, lastRun, sequence: this.#sequence, attempts: this.#attempts };
        writeAtomic(this.file, JSON.stringify(kept));
    }

    remove(): void {
        removeState(this.file);
    }
}

interface Kept {
    readonly scheduled: number | undefined;
    readonly schedule: string;
    readonly once: string | undefined;
    readonly lastRun: LastRun | undefined;
    readonly sequence: number;
    readonly attempts: Attempt[];
}

const MOST = 100;
