import type { ContainerSpec } from "../../components/container";
import { longestStart } from "./probe";

/** Seconds that Cloud Run gives from SIGTERM to SIGKILL. Source: cloud.google.com/run/docs/container-contract#instance-shutdown */
export const cloudRunGrace = 10;

/** Whoever wants more than the default gets machines: what is not said goes to Cloud Run. */
export const longestGrace = 30;

/**
 * What Cloud Run has no way for: TCP, more than one port, a shell in it, a check by a command, a start of more than four
 * minutes, one that may not run twice, a long end, scaling by requests a second, or without any.
 */
export function needsMachines({ ports, exec, health, rollout, stopGrace, scale }: ContainerSpec): boolean {
    const all = Object.values(ports);
    const scaled = scale.max > scale.min;
    return (
        all.some(({ protocol }) => protocol === "tcp") ||
        all.length > 1 ||
        exec ||
        health?.command !== undefined ||
        (health?.startup ?? 0) > longestStart ||
        rollout.strategy === "recreate" ||
        stopGrace > longestGrace ||
        (scaled && scale.requests !== undefined) ||
        (scaled && all.length === 0)
    );
}
