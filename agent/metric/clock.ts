/** The clock: what tells the time and wakes up, so that tests can put another one in its place. */

export interface Clock {
    /** Milliseconds since 1970. */
    now(): number;
    /** Calls `task` after `ms`, unless the returned function is called first. Does not keep the process alive. */
    after(ms: number, task: () => void): () => void;
    /** Calls `task` every `ms`, until the returned function is called. Does not keep the process alive. */
    every(ms: number, task: () => void): () => void;
}

export const realClock: Clock = {
    now: () => Date.now(),
    after(ms, task) {
        const timer = setTimeout(task, ms).unref();
        return () => clearTimeout(timer);
    },
    every(ms, task) {
        const timer = setInterval(task, ms).unref();
        return () => clearInterval(timer);
    },
};
