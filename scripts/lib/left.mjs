/** What a run has left behind: found by a mark in the environment, which children inherit, detached ones too. */
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The variable that marks all processes of a run of the tests. Ours begin with MVI_, and agents pass those on. */
export const mark = "MVI_TEST_RUN";

/**
 * Ends every process that carries `value` in its environment, and returns their command lines. What is about to end by
 * itself has `grace` milliseconds for it. Elsewhere than on Linux nobody's environment can be read, and nothing is found.
 */
export async function endLeft(value, grace = 3000) {
    const until = Date.now() + grace;
    while (marked(value).length > 0 && Date.now() < until) await sleep(50);
    return marked(value)
        .filter(({ pid }) => end(pid))
        .map(({ pid, line }) => `${pid} ${line}`);
}

function marked(value) {
    return folders("/proc")
        .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
        .filter((name) => read(`/proc/${name}/environ`).split("\0").includes(`${mark}=${value}`))
        .map((name) => ({
            pid: Number(name),
            line: read(`/proc/${name}/cmdline`).split("\0").join(" ").trim().slice(0, 200),
        }));
}

function end(pid) {
    try {
        return process.kill(pid, "SIGKILL");
    } catch {
        return false; // it has ended meanwhile
    }
}

function folders(place) {
    try {
        return readdirSync(place);
    } catch {
        return []; // no /proc: not Linux
    }
}

/** Another user's process, or one that has ended, has nothing to read. */
function read(file) {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
