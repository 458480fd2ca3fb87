import type { ContainerSpec } from "../../components/container";

type Port = { readonly port: number };

/** The longest that Cloud Run waits for a start, in seconds. */
export const longestStart = 240;

/**
 * How Cloud Run asks. An instance gets requests once it has started, and is replaced when its path no longer answers; without
 * a path it has started when it listens, and is replaced when it ends.
 */
export function probes({ health, rollout }: Pick<ContainerSpec, "health" | "rollout">, at: Port) {
    const { path, interval = 10, timeout = 5, failures = 3, startup = 120 } = health ?? {};
    const ask = path === undefined ? { tcpSocket: { port: at.port } } : { httpGet: { path, port: at.port } };
    // Often at first, so that it is found as soon as it is there.
    const period = Math.min(interval, 10, startup);
    const most = Math.min(startup, rollout.timeout, longestStart);
    return {
        startupProbe: {
            ...ask,
            periodSeconds: period,
            timeoutSeconds: Math.min(timeout, period),
            failureThreshold: Math.max(Math.floor(most / period), 1),
        },
        ...(path === undefined
            ? {}
            : {
                  livenessProbe: {
                      ...ask,
                      periodSeconds: interval,
                      timeoutSeconds: timeout,
                      failureThreshold: failures,
                  },
              }),
    };
}
