/** The end of a stack on GCP, where Cloud Run keeps what is its network's for a while. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What Cloud Run keeps of a subnet for up to two hours after the last of what ran there is gone: nobody can take it away.
 * Source: cloud.google.com/run/docs/configuring/vpc-direct-vpc
 */
const held = /already being used by \S*\/addresses\/serverless-ipv[46]-/;

/** Attempts, and the seconds between them: two hours and a half. */
const attempts = 100;
const pause = 90;

/**
 * Ends what is left of a stack after a `destroy` that failed, if it failed for that: all else is gone after the first
 * attempt, and what is left costs nothing. Nobody is asked once more.
 *
 * @param pulumi as `openPulumi` gives it
 * @returns the exit code of the last attempt, `code` if there was none
 */
export async function untilLetGo(pulumi, stack, code, wait = (seconds) => sleep(seconds * 1000)) {
    if (!(await wasBegun(pulumi, stack))) return code;
    for (let left = attempts; left > 0; left--) {
        let isHeld = false;
        // At the first failure it would stop elsewhere too, and leave databases.
        const last = await pulumi.run(["destroy", "--stack", stack, "--yes", "--skip-preview", "--continue-on-error"], {
            onLine: (line) => {
                isHeld ||= held.test(line);
                console.log(line);
            },
        });
        if (last === 0 || !isHeld) return last;
        console.log(
            `Cloud Run still holds addresses of the network, for up to two hours; the rest is gone. It is tried again in ${pause} seconds. To end it later: Ctrl-C, and \`npm run down -- ${stack}\` then.`,
        );
        await wait(pause);
    }
    return code;
}

/** Whether the `destroy` was agreed to, on a stack which is on GCP. */
async function wasBegun(pulumi, stack) {
    const cloud = await pulumi.capture(["config", "get", "mvi:cloud", "--stack", stack]);
    if (cloud?.trim() !== "gcp") return false;
    const [last] = JSON.parse(
        (await pulumi.capture(["stack", "history", "--json", "--page-size", "1", "--stack", stack])) ?? "[]",
    );
    return last?.kind === "destroy" && last.result === "failed";
}
