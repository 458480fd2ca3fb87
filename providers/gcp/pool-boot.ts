import * as pulumi from "@pulumi/pulumi";
import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import { fileLines } from "../cloud-init";
import { healthPort } from "./machine-health";
import { containerUnit, loginLines, portVariables, startLines } from "./machine-start";
import type { Placed, Places } from "./places";
import { type File, healthFiles } from "./pool-health";

/** PoolBoot is what a VM's machine runs for containers. */
export interface PoolBoot {
    readonly all: readonly Placed[];
    readonly places: Pick<Places, "answered">;
    /** The VM's own. */
    readonly ports: Readonly<Record<string, PortSpec>>;
    readonly health: HealthSpec | undefined;
    readonly project: pulumi.Input<string>;
    /** Where images of the stack's own are: `europe-west1-docker.pkg.dev`. */
    readonly registry: pulumi.Input<string>;
}

/** The most that Google takes as one of a machine's metadata, in bytes. */
const most = 256 * 1024;

/**
 * A script which has a machine run containers: a systemd unit for each of them, and for each that stands beside one. It needs
 * nothing but Docker, curl and systemd, and holds no secret: they are fetched whenever a container is started.
 */
export function poolBoot(given: PoolBoot): pulumi.Output<string> {
    // In an order of its own: another one of declaration is no reason to replace machines.
    const boot = { ...given, all: [...given.all].sort((a, b) => (a.name < b.name ? -1 : 1)) };
    const all = boot.all.map(containersOf);
    const known = all.map(({ placed, containers }) => ({
        base: placed.base,
        containers: containers.map(({ spec: { image, env }, ports, grant }) => ({
            image: image.reference,
            plain: { ...portVariables(ports), ...grant.env, ...env },
            secrets: { ...grant.secrets },
            files: { ...(grant.files ?? {}) },
        })),
    }));
    return pulumi.output({ known, project: boot.project, registry: boot.registry }).apply((values) => {
        const files = all.flatMap(({ containers }, index) => {
            const { base, containers: started } = values.known[index];
            return containers.flatMap((container, at) => filesOf(container, { ...values, ...started[at], base }));
        });
        const bases = new Map(all.map(({ placed: { name } }, index) => [name, values.known[index].base]));
        const script = scriptOf(boot, [...files, ...healthFiles(boot, bases)]);
        if (script.length > most)
            throw new Error(
                `what the machines of a VM do for ${all.length} containers is a script of ${script.length} bytes, and Google takes ${most}: put some of them on another VM`,
            );
        return script;
    });
}

/** A container, and what stands beside it, which shares its network. */
function containersOf(placed: Placed) {
    const { spec, hosted, name, runs } = placed;
    const publish = Object.keys(hosted).map((port) => `--publish ${hosted[port].port}:${spec.ports[port].port}`);
    const containers = runs.map((run, index) => ({
        ...run,
        name,
        stopGrace: spec.stopGrace,
        ports: index === 0 ? spec.ports : {},
        network: index === 0 ? ["--network bridge", ...publish].join(" ") : '--network "container:$main"',
    }));
    return { placed, containers };
}

type Known = Pick<
    Parameters<typeof startLines>[0],
    "image" | "plain" | "secrets" | "files" | "project" | "registry"
> & {
    readonly base: string;
};

type Container = ReturnType<typeof containersOf>["containers"][number];

function filesOf({ name, own, spec, network, stopGrace }: Container, known: Known): File[] {
    const { base, registry } = known;
    const label = `${name}.${own}`;
    const container = `${base}-${own}`;
    const kept = `/run/mvi/${label}`;
    const before = own === "main" ? [] : joined(`${base}-main`, container, stopGrace);
    const login = loginLines(registry);
    const lines = startLines({ ...known, own, container, spec, network, kept, home: kept, login, before });
    const [unit, ...rest] = containerUnit(`/etc/mvi/${label}`, container, stopGrace);
    return [
        { path: `/etc/mvi/${label}`, lines },
        {
            path: `/etc/systemd/system/mvi-${label}.service`,
            // However often it fails, it is tried again.
            lines: [unit, "StartLimitIntervalSec=0", ...rest, "[Install]", "WantedBy=multi-user.target"],
            unit: `mvi-${label}.service`,
        },
    ];
}

/** Docker gives the network of one that runs, which ends with it: so this one is stopped then, and started anew. */
function joined(main: string, container: string, stopGrace: number): string[] {
    return [
        `main="$(docker inspect --format '{{if .State.Running}}{{.Id}}{{end}}' ${main})"`,
        `[ -n "$main" ]`,
        `(docker wait "$main" >/dev/null 2>&1; docker stop --time ${stopGrace} ${container} >/dev/null 2>&1) &`,
    ];
}

function scriptOf({ all, places, ports, health }: PoolBoot, files: readonly File[]): string {
    const units = files.flatMap(({ unit }) => unit ?? []).join(" ");
    const open = [
        ...Object.values(ports),
        ...all.flatMap(({ hosted }) => Object.values(hosted)),
        ...(health?.command ? [{ port: healthPort }] : []),
        { port: places.answered },
        ...all.filter(({ spec }) => spec.health?.command).map(({ answered }) => ({ port: answered })),
    ].map(({ port }) => port);
    const lines = [
        "#!/bin/sh",
        "set -eu",
        "install -d -m 0755 /etc/mvi",
        ...files.map(({ path, lines: text }) => fileLines(path, "0644", text)),
        // A system for containers lets nobody in by itself; the network's firewall says who may come. What Docker publishes needs
        // it too, for those who come from the machine itself.
        `for port in ${open.join(" ")}; do iptables -w -A INPUT -p tcp --dport "$port" -j ACCEPT; done`,
        "systemctl daemon-reload",
        `systemctl enable ${units}`,
        `systemctl start --no-block ${units}`,
    ];
    return `${lines.join("\n")}\n`;
}
