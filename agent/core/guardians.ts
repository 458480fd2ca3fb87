/** The agent's side of being guarded: it starts a guardian when it has none. */

import { type ControlCall } from "./control";
import { launchGuardian } from "./launch";
import { type Place } from "./place";

export interface Guardians {
    /** Answers when the agent ends on purpose; a guardian waits for that. */
    guard(body: { pid: number }, call: ControlCall): Promise<unknown>;
    /** The pid of the guardian, if there is one. */
    pid(): number | undefined;
    /** Lets the guardian go: the agent ends on purpose. */
    release(): void;
}

export function watchGuardians(place: Place, build: string): Guardians {
    const known = new Map<number, () => void>();
    let released = false;
    let timer: NodeJS.Timeout;
    let restarts = 0;

    function startIfNone(after: number): void {
        clearTimeout(timer);
        timer = setTimeout(() => {
            if (known.size === 0 && !released) {
                restarts++;
                launchGuardian(place, build);
                startIfNone(Math.min(RETRY * restarts, LONGEST_WAIT));
            }
        }, after);
    }

    startIfNone(FIRST);
    return {
        guard: ({ pid }, call) =>
            new Promise((resolve) => {
                if (released) {
                    resolve({});
                    return;
                }
                known.set(pid, () => resolve({}));
                restarts = 0;
                call.signal.addEventListener("abort", () => {
                    known.delete(pid);
                    startIfNone(0);
                    resolve({});
                });
            }),
        pid: () => [...known.keys()][0],
        release() {
            released = true;
            clearTimeout(timer);
            known.forEach((answer) => answer());
        },
    };
}

/** The guardian that has started this agent needs so long to call, in milliseconds. */
const FIRST = 1_500;
const RETRY = 2_000;
const LONGEST_WAIT = 30_000;
