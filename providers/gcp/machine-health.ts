import type { HealthSpec } from "../../components/health";
import { quoted } from "../cloud-init";

/** Where a machine answers whether a container's own check has passed: 200, or 503. */
export const healthPort = 8086;

/** Answering is how a machine answers whoever asks for a health. */
export interface Answering {
    /** What systemd calls it: `mvi-health`. */
    readonly unit: string;
    readonly port: number;
    /** The script. */
    readonly path: string;
    /** Done before it is known. @default nothing */
    readonly before?: readonly string[];
    /** A command of the shell that passes where all is well. */
    readonly passes: string;
    /** Seconds after which it does not. */
    readonly timeout: number;
    /** Whom it runs as. @default root */
    readonly user?: string;
}

/** Google asks by HTTP only: whoever asks has a command run, by systemd, once for each connection. */
export function answers({ unit, port, path, before = [], passes, timeout, user }: Answering) {
    const answer = (status: string) =>
        `printf 'HTTP/1.1 ${status}\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n'`;
    return [
        {
            path,
            lines: [
                "read -r _",
                ...before,
                `if ${passes}`,
                `then ${answer("200 OK")}; else ${answer("503 Service Unavailable")}; fi`,
            ],
        },
        {
            path: `/etc/systemd/system/${unit}.socket`,
            lines: ["[Socket]", `ListenStream=${port}`, "Accept=yes", "MaxConnections=16"],
        },
        {
            path: `/etc/systemd/system/${unit}@.service`,
            lines: [
                "[Service]",
                `ExecStart=/bin/sh ${path}`,
                ...(user === undefined ? [] : [`User=${user}`]),
                "StandardInput=socket",
                "StandardOutput=socket",
                "StandardError=journal",
                `TimeoutStopSec=${timeout + 5}`,
            ],
        },
    ];
}

/**
 * A check's command, asked at {@link healthPort}.
 *
 * @param within - what runs it: `docker exec …`
 */
export function answering(within: string, { command, timeout }: HealthSpec, user?: string) {
    return answers({
        unit: "mvi-health",
        port: healthPort,
        path: "/etc/mvi/health",
        passes: quiet(timeout, [within, ...command!.map(quoted)].join(" ")),
        timeout,
        user,
    });
}

/** A command that says nothing, and fails when it takes too long. */
export function quiet(seconds: number, command: string): string {
    return `timeout ${seconds} ${command} >/dev/null 2>&1 </dev/null`;
}
