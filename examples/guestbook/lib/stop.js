import { cause, log } from "./log.js";

/** What a platform waits between SIGTERM and SIGKILL is 30 seconds mostly: give up before. */
const patience = 25_000;

/** At SIGTERM or SIGINT: ends the process with `end`, and with exit code 1 if that fails or takes too long. */
export function onStop(end) {
    let asked = false;
    const stop = async (signal) => {
        if (asked) return;
        asked = true;
        log("info", "stopping", { signal });
        setTimeout(() => {
            log("error", "what was running did not end in time", { milliseconds: patience });
            process.exit(1);
        }, patience).unref();
        try {
            await end();
            log("info", "stopped");
            process.exit(0);
        } catch (error) {
            log("error", "stopping failed", cause(error));
            process.exit(1);
        }
    };
    process.on("SIGTERM", stop).on("SIGINT", stop);
}
