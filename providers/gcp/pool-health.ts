/** How a machine answers for the containers that it runs: for each with a check by command, and for all together. */

import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import { quoted } from "../cloud-init";
import { answers, healthPort, quiet } from "./machine-health";
import { isAsked, type Placed } from "./places";
import type { PoolBoot } from "./pool-boot";

/** File is one that a machine makes of itself. */
export interface File {
    readonly path: string;
    readonly lines: readonly string[];
    /** The unit of systemd which it is, of those that are started. */
    readonly unit?: string;
}

/** @param bases - what Docker's names of a container begin with, by the container's name */
export function healthFiles(boot: Omit<PoolBoot, "project" | "registry">, bases: ReadonlyMap<string, string>): File[] {
    const own = isAsked(boot) ? [{ path: "/etc/mvi/machine", lines: checkOfMachine(boot), health: boot.health }] : [];
    const checks = boot.all.map(({ name, spec }) => ({
        path: `/etc/mvi/${name}.check`,
        lines: checkOf(`${bases.get(name)!}-main`, spec),
        health: spec.health,
    }));
    const all = [...own, ...checks].map((one) => ({ ...one, seconds: one.health?.timeout ?? 5 }));
    const together = answers({
        unit: "mvi-all",
        port: boot.places.answered,
        path: "/etc/mvi/all",
        // All at once: together they take as long as the slowest.
        before: [
            "all=",
            ...all.map(({ path, seconds }) => `${quiet(seconds, `/bin/sh ${path}`)} & all="$all $!"`),
            "failed=",
            'for one in $all; do wait "$one" || failed=yes; done',
        ],
        passes: '[ -z "$failed" ]',
        timeout: Math.max(...all.map(({ seconds }) => seconds)),
    });
    return [...all.map(({ path, lines }) => ({ path, lines })), ...started(together), ...boot.all.flatMap(answered)];
}

/** Where a container's check is a command, the machine answers for that one too: for its load balancers. */
function answered({ name, spec: { health }, answered: port }: Placed): File[] {
    if (!health?.command) return [];
    const { timeout } = health;
    const path = `/etc/mvi/${name}.health`;
    const passes = quiet(timeout, `/bin/sh /etc/mvi/${name}.check`);
    return started(answers({ unit: `mvi-${name}.health`, port, path, passes, timeout }));
}

/** Seconds after which one that is not asked for anything else has begun well. */
const begun = 10;

/** As it is answered to Google: for the command, for the path, else whether somebody listens; without a port, whether it runs on. */
function checkOf(container: string, { health, ports }: Placed["spec"]): string[] {
    if (health?.command) return [`exec docker exec ${container} ${health.command.map(quoted).join(" ")}`];
    const inspected = (format: string) => `$(docker inspect --format '${format}' ${container})`;
    if (!Object.keys(ports).length)
        return [
            "set -eu",
            `from="${inspected("{{if .State.Running}}{{.State.StartedAt}}{{end}}")}"`,
            `[ -n "$from" ]`,
            `[ "$(($(date +%s) - $(date --date "$from" +%s)))" -ge ${begun} ]`,
        ];
    return [
        "set -eu",
        ...askedPort(health, ports, {
            address: `address="${inspected("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")}"`,
            process: `process="${inspected("{{.State.Pid}}")}"`,
        }),
    ];
}

function checkOfMachine({ health, ports }: Pick<PoolBoot, "health" | "ports">): string[] {
    if (health?.command) return [`exec curl -fsS -o /dev/null http://127.0.0.1:${healthPort}/`];
    return askedPort(health, ports, { address: "address=127.0.0.1", process: "process=self" });
}

/**
 * The path is asked for. Whether somebody listens is read from the kernel's tables, in hexadecimal: Docker itself takes a
 * connection to what it publishes, whether or not there is anybody behind it.
 */
function askedPort(
    health: HealthSpec | undefined,
    ports: Readonly<Record<string, PortSpec>>,
    find: { readonly address: string; readonly process: string },
): string[] {
    const first = health?.port === undefined ? Object.values(ports)[0] : ports[health.port];
    if (health?.path !== undefined && (health.port !== undefined || first.protocol === "http"))
        return [find.address, `exec curl -gfsS -o /dev/null "http://$address:${first.port}"${quoted(health.path)}`];
    const port = first.port.toString(16).toUpperCase().padStart(4, "0");
    const listens = `grep -hs ':${port} [0-9A-F]*:0000 0A ' "/proc/$process/net/tcp" "/proc/$process/net/tcp6"`;
    // Not for the loopback alone, which nobody else reaches.
    return [find.process, `${listens} | grep -v -e ' 0100007F:' -e ' 00000000000000000000000001000000:'`];
}

/** Sockets are started; each starts a service for who comes. */
function started(files: readonly File[]): File[] {
    return files.map((file) => {
        const [, unit] = /^\/etc\/systemd\/system\/(.*\.socket)$/.exec(file.path) ?? [];
        return unit === undefined
            ? file
            : { ...file, unit, lines: [...file.lines, "[Install]", "WantedBy=sockets.target"] };
    });
}
