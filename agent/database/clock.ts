/** Clock runs what a database does by itself. It keeps no process alive. */
export class Clock {
    readonly #timers: NodeJS.Timeout[] = [];
    readonly #busy = new Set<string>();
    #pausedUntil = 0;

    constructor(
        private readonly tasks: {
            /** Each 15 s. */
            gauges(): Promise<void>;
            /** Each 30 s, and at once: makes a backup if one is due. */
            due(): Promise<void>;
            failed(error: Error): unknown;
        },
    ) {
        const due = () => this.#once("due", () => this.#due());
        this.#timers.push(
            setTimeout(due, 0),
            setInterval(due, 30_000),
            setInterval(() => this.#once("gauges", () => this.tasks.gauges()), 15_000),
        );
        this.#timers.forEach((timer) => timer.unref());
    }

    stop(): void {
        this.#timers.forEach((timer) => clearTimeout(timer));
    }

    /** After a failure it waits a quarter of an hour: a full disk does not mend in 30 s. */
    async #due(): Promise<void> {
        if (Date.now() >= this.#pausedUntil) {
            try {
                await this.tasks.due();
            } catch (error) {
                this.#pausedUntil = Date.now() + 900_000;
                throw error;
            }
        }
    }

    #once(name: string, task: () => Promise<void>): void {
        if (this.#busy.has(name)) {
            return;
        }
        this.#busy.add(name);
        task()
            .catch((error: unknown) => this.tasks.failed(error instanceof Error ? error : new Error(String(error))))
            .finally(() => this.#busy.delete(name));
    }
}
