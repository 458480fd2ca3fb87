import { setTimeout as pause } from "node:timers/promises";
import { type Supervised } from "../process/supervisor";
import { type Health, type Probe } from "./inputs";

/** Time in which who was just sent to a replica arrives there, in milliseconds. */
export const DRAIN_MS = 100;

/** What is checked. */
export interface Checked {
    readonly main: Supervised;
    readonly health: Health;
    readonly stopped: AbortSignal;
    /** Asks once. Resolves to what was wrong, or to undefined when all is well. */
    ask(probe: Probe): Promise<string | undefined>;
    setReady(ready: boolean): void;
    /** Takes what must not happen. */
    report(error: unknown): void;
}

/** Checks say whether one replica is ready, run after run of its main program, and end a run that does not live. */
export class Checks {
    /** What the last failed check said. */
    fault: string | undefined;
    /** The startup check did not pass in its own time, at the first start. */
    late: string | undefined;
    /** This run is about to end: whatever its checks say, nobody is sent there. */
    #ending = false;

    constructor(private readonly checked: Checked) {}

    /** To be called at each start of the main program: checks this run of it, to its end. */
    begin(): void {
        this.#ending = false;
        this.#inBackground(this.#watch(this.checked.main.pid));
    }

    async #watch(pid: number | undefined): Promise<void> {
        const { main, health, stopped } = this.checked;
        const runs = () => main.pid === pid && !stopped.aborted;
        const { startup, readiness, liveness } = health;
        const first = startup ?? readiness ?? liveness ?? defaultProbe;
        await this.#wait(first.initialDelaySeconds);
        const allowed = Math.max(1, first.failures) * first.intervalSeconds;
        const deadline = performance.now() + allowed * 1000; // Often at first: most are ready in less than a second.
        for (let ms = 100; runs(); ms = Math.min(ms * 1.5, first.intervalSeconds * 1000)) {
            const slow = await this.checked.ask(first);
            this.fault = slow ?? (startup && readiness && (await this.checked.ask(readiness)));
            if (this.fault === undefined || !runs()) {
                break;
            }
            if (startup !== undefined && performance.now() > deadline) {
                // A first start fails the rollout that waits for it; after a crash it is started once more.
                if (main.restart === "always") {
                    await main.end(`startup check failed: ${this.fault}`);
                } else if (slow !== undefined) {
                    this.late = `its startup check did not pass within ${allowed} s: ${slow}`;
                }
            }
            await this.#wait(ms / 1000);
        }
        if (runs()) {
            this.checked.setReady(true);
            await Promise.all([
                this.#repeat(readiness ?? liveness ?? defaultProbe, runs, (ok) =>
                    this.checked.setReady(ok && !this.#ending),
                ),
                liveness &&
                    this.#repeat(liveness, runs, (ok, fault) => {
                        if (!ok) {
                            this.#inBackground(this.#end(`liveness check failed: ${fault}`));
                        }
                    }),
            ]);
        }
    }

    /** Ends this run, after who was just sent there has arrived: what is under way may end. */
    async #end(reason: string): Promise<void> {
        const { main } = this.checked;
        const { pid } = main;
        this.#ending = true;
        this.checked.setReady(false);
        await pause(DRAIN_MS);
        if (main.pid === pid) {
            await main.end(reason);
        }
    }

    async #repeat(probe: Probe, runs: () => boolean, tell: (ok: boolean, fault?: string) => void): Promise<void> {
        for (let failures = 0; runs();) {
            await this.#wait(probe.intervalSeconds);
            const fault = runs() ? await this.checked.ask(probe) : undefined;
            if (!runs()) {
                return;
            }
            this.fault = fault ?? this.fault;
            failures = fault === undefined ? 0 : failures + 1;
            if (fault === undefined) {
                tell(true);
            } else if (failures >= probe.failures) {
                tell(false, fault);
            }
        }
    }

    async #wait(seconds: number): Promise<void> {
        // It only rejects when it is stopped, which the caller looks at next.
        await pause(seconds * 1000, undefined, { signal: this.checked.stopped, ref: false }).catch(() => undefined);
    }

    #inBackground(work: Promise<void>): void {
        work.catch((error: unknown) => this.checked.report(error));
    }
}

const defaultProbe: Probe = { intervalSeconds: 10, timeoutSeconds: 5, failures: 3, initialDelaySeconds: 0 };
