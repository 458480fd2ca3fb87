/** Starting the agent of a stack, for whoever wants to call it. */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../kind";
import { buildId } from "./build";
import { holder } from "./claim";
import { call, type CallOptions, Unreachable } from "./client";
import { commandOf } from "./command";
import { ENDED } from "../guardian/exits";
import { agentEnvironment } from "./environment";
import { ifAny, makeFolder, readIfAny } from "./files";
import { type Place } from "./place";

/** Hello is what an agent says of itself. */
export interface Hello {
    readonly stack: string;
    readonly pid: number;
    readonly build: string;
}

/**
 * Resolves when the agent at `place` answers and is of this build; starts it, or replaces one of another build, as needed.
 *
 * @throws {@link Refusal} when it refuses to start, with its own words.
 */
export async function ensureAgent(place: Place, build = buildId(), signal?: AbortSignal): Promise<Hello> {
    const since = Date.now(); // of the clock by which files are dated
    const started = performance.now();
    let launched = -Infinity;
    makeFolder(place.folder);
    while (performance.now() - started < START_LIMIT) {
        signal?.throwIfAborted();
        try {
            const hello = await call<Hello>(place, "hello", {}, { signal });
            if (hello.build === build) {
                return hello;
            }
            await call(place, "stop", { keepAtBoot: true }, { signal });
        } catch (error) {
            if (!(error instanceof Unreachable)) {
                throw error;
            }
            refuseIfItRefused(place, since);
            if (performance.now() - launched > RELAUNCH && holder(place.folder, "guardian") === undefined) {
                launchGuardian(place, build);
                launched = performance.now();
            }
        }
        await sleep(30);
    }
    throw new Error(`agent ${place.stack}: did not start within ${START_LIMIT / 1000} s: see ${place.log}`);
}

/** Calls the agent, starting it when needed; once more when it went away in between. Only for calls that may be repeated. */
export async function callEnsured<Result>(
    place: Place,
    name: string,
    body: object,
    options: CallOptions = {},
): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
        await ensureAgent(place, undefined, options.signal);
        try {
            return await call<Result>(place, name, body, options);
        } catch (error) {
            if (!(error instanceof Unreachable) || attempt === ATTEMPTS) {
                throw error;
            }
            await ended(place);
        }
    }
}

/** Starts a guardian, which starts the agent; two of them do no harm. */
export function launchGuardian(place: Place, build: string): void {
    launch(path.resolve(__dirname, "../guardian/main"), place, build);
}

/** Starts an agent, and tells how it ended. */
export function launchAgent(place: Place, build: string): Promise<number | null> {
    const child = launch(path.resolve(__dirname, "../main"), place, build);
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        // While it loads, a signal to end does so by itself.
        child.once("exit", (code, signal) => resolve(signal === "SIGTERM" || signal === "SIGINT" ? ENDED : code));
    });
}

const START_LIMIT = 30_000;
const RELAUNCH = 1_000;
const ATTEMPTS = 2;
const LONGEST_LOG = 5 * 1024 * 1024;

function launch(module: string, place: Place, build: string): ReturnType<typeof spawn> {
    const [program, ...args] = commandOf(module);
    const log = openLog(place);
    const root = path.dirname(path.dirname(place.folder));
    const child = spawn(program, [...args, place.stack, root, build], {
        detached: true, // it outlives `pulumi up`, and Ctrl-C in its terminal
        stdio: ["ignore", log, log],
        cwd: path.parse(place.folder).root, // so that it holds no folder of the user's
        env: agentEnvironment(process.env),
    });
    fs.closeSync(log);
    child.unref();
    return child;
}

function openLog(place: Place): number {
    makeFolder(place.folder);
    if ((ifAny(() => fs.statSync(place.log).size) ?? 0) > LONGEST_LOG) {
        fs.renameSync(place.log, `${place.log}.1`);
    }
    return fs.openSync(place.log, "a", 0o600);
}

function refuseIfItRefused(place: Place, since: number): void {
    const at = ifAny(() => fs.statSync(place.failure).mtimeMs);
    if (at !== undefined && at >= since) {
        throw new Refusal(readIfAny(place.failure) ?? "");
    }
}

/** An agent which is ending has its last work to do. */
async function ended(place: Place): Promise<void> {
    for (let waited = 0; waited < 10_000 && holder(place.folder, "agent") !== undefined; waited += 30) {
        await sleep(30);
    }
}
