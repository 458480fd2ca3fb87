import type { HealthSpec } from "../../components/health";

/** Where a machine answers whether a container's own check has passed: 200, or 503. */
export const healthPort = 8086;

/**
 * Google asks by HTTP only: whoever asks has the command run, by systemd, once for each connection.
 *
 * @param within - what runs it: `docker exec …`
 */
export function answering(within: string, { command, timeout }: HealthSpec) {
    const words = command!.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const answer = (status: string) =>
        `printf 'HTTP/1.1 ${status}\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n'`;
    return [
        {
            path: "/etc/mvi/health",
            lines: [
                "read -r _",
                `if timeout ${timeout} ${within} ${words} >/dev/null 2>&1 </dev/null`,
                `then ${answer("200 OK")}; else ${answer("503 Service Unavailable")}; fi`,
            ],
        },
        {
            path: "/etc/systemd/system/mvi-health.socket",
            lines: ["[Socket]", `ListenStream=${healthPort}`, "Accept=yes", "MaxConnections=16"],
        },
        {
            path: "/etc/systemd/system/mvi-health@.service",
            lines: [
                "[Service]",
                "ExecStart=/bin/sh /etc/mvi/health",
                "StandardInput=socket",
                "StandardOutput=socket",
                "StandardError=journal",
                `TimeoutStopSec=${timeout + 5}`,
            ],
        },
    ];
}
