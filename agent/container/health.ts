import { onHost, rootOf } from "../image/config";
import { type ContainerInputs, type Health, type Probe } from "./inputs";

/**
 * How a container is checked: as declared; else as its image's HEALTHCHECK says, unless it runs a command of its own: a
 * worker from a web server's image answers no request. Commands get this machine's paths.
 */
export function healthOf({ health, image, command, entrypoint }: Checked): Health {
    const root = rootOf(image.directory);
    const here = (probe: Probe | undefined): Probe | undefined =>
        probe?.command === undefined ? probe : { ...probe, command: probe.command.map((word) => onHost(root, word)) };
    const ownCommand = command !== undefined || entrypoint !== undefined;
    const { startup, liveness, readiness } =
        Object.values(health).some(Boolean) || ownCommand ? health : ofImage(image.config);
    return { startup: here(startup), liveness: here(liveness), readiness: here(readiness) };
}

type Checked = Pick<ContainerInputs, "health" | "image" | "command" | "entrypoint">;

function ofImage({ healthcheck }: ContainerInputs["image"]["config"]): Health {
    if (healthcheck === undefined) {
        return {};
    }
    // As Docker: 0 is its default.
    const { command, timeoutSeconds, intervalSeconds, failures, initialDelaySeconds: start } = healthcheck;
    const probe = {
        command,
        intervalSeconds: intervalSeconds || 30,
        timeoutSeconds: timeoutSeconds || 30,
        failures: failures || 3,
        initialDelaySeconds: 0,
    };
    // What fails in the start period does not count, and then it takes so many in a row. Asked often meanwhile.
    const allowed = start + probe.failures * probe.intervalSeconds;
    return {
        startup: { ...probe, intervalSeconds: 1, failures: Math.ceil(allowed) },
        liveness: probe,
        readiness: { ...probe, failures: 1 },
    };
}
