/**
 * The guardian: brings the agent back when it dies, and ends one that hangs. It knows that by the end of a call that the agent answers only when it
 * ends on purpose; the agent knows by the end of the same call that the guardian died, and starts another. Neither needs
 * to be the other's child, so a new guardian guards an old agent as well.
 *
 * Run as `node guardian/main.js <project>/<stack> <home> <build> [--boot]`.
 */

import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { claim, holder, unclaim } from "../core/claim";
import { call, Unreachable } from "../core/client";
import { launchAgent } from "../core/launch";
import { type Place, placeOf } from "../core/place";
import { ENDED, REFUSED } from "./exits";
import { killWhenHung } from "./hang";

async function guard(place: Place, build: string): Promise<void> {
    if (!(await claim(place.folder, "guardian"))) {
        return; // another one guards
    }
    process.on("exit", () => unclaim(place.folder, "guardian"));
    const over = new AbortController();
    void killWhenHung(place, over.signal, report).catch((error: unknown) => report(String(error)));
    for (let crashes = 0; fs.existsSync(place.folder); crashes++) {
        const since = performance.now();
        if ((await life(place, build)) === "ended") {
            break;
        }
        report(
            `agent ${place.stack} is gone after ${Math.round((performance.now() - since) / 1000)} s: bringing it back`,
        );
        crashes = performance.now() - since > LONG_LIFE ? 0 : crashes;
        await sleep(crashes === 0 ? 0 : Math.min(100 * 2 ** crashes, LONGEST_WAIT));
    }
    over.abort();
}

/** One life of the agent, from its start, unless it runs, to its end. */
async function life(place: Place, build: string): Promise<"ended" | "died"> {
    let started = "by another" as number | null | "running" | "by another";
    if (holder(place.folder, "agent") === undefined) {
        started = "running";
        launchAgent(place, build).then(
            (code) => (started = code),
            (error: unknown) => {
                report(`agent ${place.stack} cannot be started: ${String(error)}`);
                started = null;
            },
        );
    }
    for (;;) {
        try {
            await call(place, "guard", { pid: process.pid });
            return "ended";
        } catch (error) {
            if (!(error instanceof Unreachable)) {
                throw error;
            }
        }
        await sleep(30);
        if (started === ENDED || started === REFUSED || !fs.existsSync(place.folder)) {
            return "ended"; // it was told to end before it could answer, would refuse again, or has nothing left
        }
        if (started !== "running" && holder(place.folder, "agent") === undefined) {
            return "died";
        }
    }
}

/** After so long a life the next one begins at once, as with Docker (restartmanager.go of moby/moby). */
const LONG_LIFE = 10_000;
/** All that the agent serves waits meanwhile: with its start, it is to be back within ten seconds. */
const LONGEST_WAIT = 5000;

function report(line: string): void {
    process.stderr.write(`${new Date().toISOString()} guardian: ${line}\n`);
}

if (require.main === module) {
    const [stack, root, build, boot] = process.argv.slice(2);
    const place = placeOf(stack, root);
    if (boot !== "--boot" || (fs.existsSync(place.folder) && !fs.existsSync(place.stopped))) {
        guard(place, build).catch((error: unknown) => {
            report(String(error instanceof Error ? error.stack : error));
            process.exitCode = 1;
        });
    }
}
