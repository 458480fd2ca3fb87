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
    let silent = 0;
    let asked: Question | undefined;
    while (!signal.aborted) {
        const pid = holder(place.folder, "agent");
        // One question at a time: an agent with too much to do answers late, and that is an answer.
        if (asked === undefined || asked.pid !== pid || asked.heard) {
            asked = ask(place, pid);
            silent = 0;
        }
        await sleep(each, undefined, { signal, ref: false }).catch(() => undefined); // it ends: looked at next
        silent = asked.heard ? 0 : silent + 1;
        if (silent >= TIMES && !signal.aborted && holder(place.folder, "agent") === pid) {
            report(`agent ${place.stack} (process ${pid}) has not answered for ${seconds} s: ending it`);
            process.kill(pid as number, "SIGKILL");
            asked = undefined;
        }
    }
}

interface Question {
    readonly pid: number | undefined;
    heard: boolean;
}

/** How often it must be silent. */
const TIMES = 6;

/** Whatever it says: it lives. Where nobody is there to answer, nobody is silent. */
function ask(place: Place, pid: number | undefined): Question {
    const question: Question = { pid, heard: pid === undefined };
    const look = (): void => {
        call(place, "alive").then(
            () => (question.heard = true),
            (error: unknown) => {
                question.heard = !(error instanceof Unreachable);
                if (!question.heard && holder(place.folder, "agent") === pid) {
                    setTimeout(look, AGAIN).unref(); // it does not listen yet
                }
            },
        );
    };
    if (pid !== undefined) {
        look();
    }
    return question;
}

/** A pause, in milliseconds. */
const AGAIN = 500;
