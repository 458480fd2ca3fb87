/** An agent that runs and does not answer: its event loop is blocked, or it was halted. Nothing but an end helps it. */

import { setTimeout as sleep } from "node:timers/promises";
import { holder } from "../core/claim";
import { call, Unreachable } from "../core/client";
import { type Place } from "../core/place";

/**
 * Kills the agent when it has not answered for so many seconds, until `signal`: who guards it brings it back. What
 * counts is how often it was silent and not the clock: a machine that slept has nobody to blame.
 *
 * @param seconds - @default 30
 */
export async function killWhenHung(
    place: Place,
    signal: AbortSignal,
    report: (line: string) => void,
    seconds = Number(process.env.MVI_PATIENCE ?? 30),
): Promise<void> {
    const each = (seconds * 1000) / TIMES;
    for (let silent = 0; !signal.aborted;) {
        const pid = holder(place.folder, "agent");
        const pause = sleep(each, undefined, { signal, ref: false }).catch(() => undefined); // it ends: looked at next
        const heard = pid === undefined || (await Promise.race([answers(place), pause.then(() => false)]));
        silent = heard ? 0 : silent + 1;
        await pause;
        if (silent >= TIMES && !signal.aborted && holder(place.folder, "agent") === pid) {
            report(`agent ${place.stack} (process ${pid}) has not answered for ${seconds} s: ending it`);
            process.kill(pid as number, "SIGKILL");
            silent = 0;
        }
    }
}

/** How often it must be silent. */
const TIMES = 6;

/** Whatever it says: it lives. */
async function answers(place: Place): Promise<boolean> {
    try {
        await call(place, "alive");
        return true;
    } catch (error) {
        return !(error instanceof Unreachable);
    }
}
