import { type Clock } from "../../agent/metric/clock";

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
    readonly #tasks = new Set<{ at: number; every?: number; run: () => void }>();

    constructor(public time: number) {}

    now(): number {
        return this.time;
    }

    after(ms: number, run: () => void): () => void {
        return this.#add({ at: this.time + ms, run });
    }

    every(ms: number, run: () => void): () => void {
        return this.#add({ at: this.time + ms, every: ms, run });
    }

    /** Goes on by `ms`, and runs what is due on the way, each at its time. */
    advance(ms: number): void {
        const end = this.time + ms;
        for (let due = this.#next(end); due; due = this.#next(end)) {
            this.time = Math.max(this.time, due.at);
            if (due.every === undefined) this.#tasks.delete(due);
            else due.at += due.every;
            due.run();
        }
        this.time = end;
    }

    /** As {@link advance}, in steps, and lets promises go on between them. */
    async walk(ms: number, step = 1000): Promise<void> {
        for (let done = 0; done < ms; done += step) {
            this.advance(Math.min(step, ms - done));
            await new Promise((resolve) => setImmediate(resolve));
        }
    }

    #add(task: { at: number; every?: number; run: () => void }): () => void {
        this.#tasks.add(task);
        return () => void this.#tasks.delete(task);
    }

    #next(end: number): { at: number; every?: number; run: () => void } | undefined {
        return [...this.#tasks].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    }
}
