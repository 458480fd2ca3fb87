/** Serial runs the work of one key one after the other, and that of several beside each other. */
export class Serial {
    readonly #last = new Map<string, Promise<unknown>>();

    run<T>(key: string, work: () => Promise<T>): Promise<T> {
        const before = this.#last.get(key) ?? Promise.resolve();
        // How the one before ended is the business of who asked for it.
        const now = before.then(work, work);
        this.#last.set(key, now);
        const done = () => {
            if (this.#last.get(key) === now) {
                this.#last.delete(key);
            }
        };
        now.then(done, done);
        return now;
    }
}
