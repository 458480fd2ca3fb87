/** Mutexes lets one task at a time in, for each key. */
export class Mutexes {
    private readonly last = new Map<string, Promise<unknown>>();

    /** Runs `task` when all earlier ones of `key` have ended. */
    run<T>(key: string, task: () => Promise<T>): Promise<T> {
        const before = this.last.get(key) ?? Promise.resolve();
        const run = before.then(task, task);
        const ended = run.then(
            () => undefined,
            () => undefined, // it is the caller's to handle; the next one runs all the same
        );
        this.last.set(key, ended);
        void ended.then(() => this.last.get(key) === ended && this.last.delete(key));
        return run;
    }

    /** Resolves when nothing runs. */
    async idle(): Promise<void> {
        while (this.last.size > 0) {
            await Promise.all(this.last.values());
        }
    }
}

/** Runs `task` for each item, `width` at a time. */
export async function forEach<T>(items: readonly T[], width: number, task: (item: T) => Promise<void>): Promise<void> {
    const queue = [...items];
    const work = async (): Promise<void> => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
            await task(item);
        }
    };
    await Promise.all(Array.from({ length: Math.min(width, queue.length) }, work));
}
