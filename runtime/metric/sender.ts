import { RuntimeError } from "../errors";
import { type Declared } from "./declared";
import { type MetricDriver } from "./driver";
import { output } from "./output";
import { type Reading, type Values } from "./values";

/** Combinations of dimensions that a metric may have: each is a series of its own, and on AWS has its price. */
const SERIES = 1000;
/** Milliseconds between two lines about what fails. */
const SILENCE = 300_000;

/** Sender gathers values, and sends them in the background. */
export class Sender {
    /** All combinations there have been. */
    readonly #known = new Set<string>();
    readonly #timer: NodeJS.Timeout;
    #turn: Promise<void> = Promise.resolve();
    #written = 0;
    #flushed = 0;
    #failed = 0;
    #said = -Infinity;
    #closed = false;

    constructor(
        private readonly name: string,
        private readonly kind: Declared["kind"],
        private readonly values: Values,
        readonly driver: MetricDriver,
    ) {
        // It keeps no process alive.
        this.#timer = setInterval(() => void this.#send(false), driver.interval).unref();
        // What is there from the beginning can be seen to grow.
        if (kind === "counter" && driver.cumulative)
            setImmediate(() => void (this.#closed || this.#send(false))).unref();
    }

    /** Whether there is something that no flush has sent. */
    get pending(): boolean {
        return this.#written > this.#flushed;
    }

    write(at: readonly string[], value: number): void {
        if (this.#closed)
            return this.#say("it is closed, and what is written to it is lost: write before, or open it again");
        this.values.write(this.#place(at), value);
        this.#written++;
    }

    flush(): Promise<void> {
        return this.#send(true);
    }

    async close(): Promise<void> {
        this.#closed = true;
        clearInterval(this.#timer);
        await this.#send(true);
        this.driver.close?.();
    }

    /** One after another, and so that none is rejected. */
    #send(complete: boolean): Promise<void> {
        const readings = this.#take(complete);
        const send = () => this.driver.send(readings, complete);
        const sent = this.driver.immediate ? send() : this.#turn.then(send);
        this.#turn = sent.then(
            () => void (this.#failed = 0),
            (error: unknown) => this.#failure(error, complete),
        );
        return this.#turn;
    }

    #failure(error: unknown, complete: boolean): void {
        this.#failed++;
        // What passes by itself is tried again, and no word is lost on it the first time: Cloud Run stops between requests.
        const passes = error instanceof RuntimeError && error.code === "Unavailable";
        if (complete || !passes || this.#failed > 1) this.#say((error as Error).message);
    }

    #take(complete: boolean): Reading[] {
        const readings = this.values.readings();
        const news = this.pending;
        if (complete) this.#flushed = this.#written;
        // What a gauge is at, it stays at: told each time, but for the end, if that has been told.
        if (this.kind === "gauge") return complete && !news ? [] : readings;
        this.values.clear();
        if (complete) return readings;
        // Nothing is a number too.
        if (this.kind === "counter" && readings.length === 0) return [{ at: [], value: 0 }];
        return readings;
    }

    #place(at: readonly string[]): readonly string[] {
        const key = JSON.stringify(at);
        if (this.#known.has(key)) return at;
        if (this.#known.size < SERIES) {
            this.#known.add(key);
            return at;
        }
        this.#say(
            `it has more than ${SERIES} combinations of dimensions, and further ones count as "other": leave out a dimension that has many values`,
        );
        return at.map(() => "other");
    }

    #say(what: string): void {
        if (performance.now() - this.#said < SILENCE) return;
        this.#said = performance.now();
        output().error(`pulumi-mvi: metric ${this.name}: ${what}`);
    }
}
