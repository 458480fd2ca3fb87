/** A clock of a test's own: nobody waits in earnest. It goes on to the next moment when nothing happens any more. */
export class Clock {
    /** Seconds since the start. */
    now = 0;
    private readonly waiting: { readonly at: number; readonly wake: () => void }[] = [];
    private timer: NodeJS.Timeout | undefined;

    /** @param pause - milliseconds without any call, after which nothing more is taken to happen at this moment */
    constructor(private readonly pause = 40) {}

    sleep(seconds: number): Promise<void> {
        this.rest();
        return new Promise((wake) => {
            this.waiting.push({ at: this.now + seconds, wake });
        });
    }

    private rest(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.goOn(), this.pause);
    }

    private goOn(): void {
        if (this.waiting.length === 0) return;
        this.now = Math.min(...this.waiting.map(({ at }) => at));
        const due = this.waiting.filter(({ at }) => at <= this.now);
        for (const one of due) {
            this.waiting.splice(this.waiting.indexOf(one), 1);
            one.wake();
        }
        this.rest();
    }
}
