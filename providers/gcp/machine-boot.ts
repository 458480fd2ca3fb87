import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec, SidecarSpec } from "../../components/container";
import { linked } from "../../components/workload";
import { quoted } from "../cloud-init";
import { answering, healthPort } from "./machine-health";

/** MachineBoot is what a machine for containers does when it comes up. */
export interface MachineBoot {
    /** What its containers' names begin with: by these their lines are found. */
    readonly name: pulumi.Input<string>;
    readonly spec: ContainerSpec;
    readonly project: pulumi.Input<string>;
    /** Where images of the stack's own are: `europe-west1-docker.pkg.dev`. */
    readonly registry: pulumi.Input<string>;
}

/**
 * A cloud-init document for Google's Container-Optimized OS, which does it at each boot: a systemd unit for each container. It
 * holds no secret: the machine fetches them as itself, whenever a container is started.
 */
export function machineBoot({ name, spec, project, registry }: MachineBoot): pulumi.Output<string> {
    const containers = [
        { own: "main", spec: spec as SidecarSpec, ports: spec.ports },
        ...Object.entries(spec.sidecars).map(([own, sidecar]) => ({ own: `beside-${own}`, spec: sidecar, ports: {} })),
    ].map((one) => ({ ...one, grant: linked(one.spec.uses) }));
    const known = containers.map(({ spec: { image, env }, ports, grant }) => ({
        image: image.reference,
        plain: { ...portVariables(ports), ...grant.env, ...env },
        secrets: { ...grant.secrets },
        files: { ...(grant.files ?? {}) },
    }));
    return pulumi.output({ known, base: name, id: project, host: registry }).apply(({ known: all, base, id, host }) => {
        const files = all.flatMap((one, index) => {
            const { own, spec: of } = containers[index];
            const container = `${base}-${own}`;
            const script = start({ ...one, own, container, project: id, registry: host, spec: of });
            return [
                file(`${folder}/${own}`, script),
                file(`/etc/systemd/system/mvi-${own}.service`, unit(own, container, spec.stopGrace)),
            ];
        });
        const asked = spec.health?.command;
        if (asked)
            files.push(
                ...answering(`docker exec ${base}-main`, spec.health!).map(({ path, lines }) => file(path, lines)),
            );
        const open = [...Object.values(spec.ports).map(({ port }) => port), ...(asked ? [healthPort] : [])];
        const units = [...containers.map(({ own }) => `mvi-${own}.service`), ...(asked ? ["mvi-health.socket"] : [])];
        const document = {
            write_files: files,
            runcmd: [
                // Its own firewall lets nobody in; the network's says who may come.
                ...open.map((port) => [
                    "iptables",
                    "-w",
                    "-A",
                    "INPUT",
                    "-p",
                    "tcp",
                    "--dport",
                    `${port}`,
                    "-j",
                    "ACCEPT",
                ]),
                ["systemctl", "daemon-reload"],
                ["systemctl", "start", "--no-block", ...units],
            ],
        };
        return `#cloud-config\n${JSON.stringify(document)}\n`;
    });
}

const folder = "/etc/mvi";

interface Start {
    readonly own: string;
    readonly container: string;
    readonly image: string;
    readonly plain: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    readonly project: string;
    readonly registry: string;
    readonly spec: SidecarSpec;
}

/** Starts a container in the place of one that has ended. It shares the machine's network with what stands beside it. */
function start({ own, container, image, plain, secrets, files, project, registry, spec }: Start): string[] {
    const { cpu, memory, command } = spec;
    const kept = `/run/mvi/${own}`;
    const names = Object.keys(files);
    const inside = (key: string) => `/run/secrets/${own}-${key.toLowerCase()}`;
    const variables = [...Object.keys(plain), ...Object.keys(secrets), ...names];
    return [
        "set -eu",
        "export HOME=/run/mvi",
        `mkdir -p ${kept}`,
        ...(image.startsWith(`${registry}/`)
            ? [`docker-credential-gcr configure-docker --registries=${registry}`]
            : []),
        ...(Object.keys(secrets).length || names.length ? fetcher : []),
        ...Object.entries(plain).map(([key, value]) => `export ${key}=${quoted(value)}`),
        ...Object.entries(secrets).map(([key, from]) => `${key}="$(secret ${quoted(from)})"; export ${key}`),
        ...Object.entries(files).map(
            ([key, from]) =>
                `export ${key}=${inside(key)}; secret ${quoted(from)} > ${kept}/${key}; chmod 0444 ${kept}/${key}`,
        ),
        `docker rm --force ${container} >/dev/null 2>&1 || true`,
        [
            `exec docker run --name ${container} --rm --init --network host`,
            "--read-only --tmpfs /tmp:rw,nosuid,nodev",
            `--cpus ${cpu} --memory ${memory}m --memory-swap ${memory}m`,
            `--log-driver gcplogs --log-opt gcp-project=${project} --log-opt mode=non-blocking --log-opt max-buffer-size=25m`,
            ...variables.map((key) => `--env ${key}`),
            ...names.map((key) => `--volume ${kept}/${key}:${inside(key)}:ro`),
            quoted(image),
            ...(command ?? []).map(quoted),
        ].join(" "),
    ];
}

/** Has the machine fetch a secret as itself: `secret projects/…/versions/1`. */
export const fetcher = [
    "metadata=http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
    "secret() {",
    `    token="$(curl -fsS -H 'Metadata-Flavor: Google' "$metadata")" || return 1`,
    `    token="$(echo "$token" | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')"`,
    `    answer="$(curl -fsS -H "Authorization: Bearer $token" "https://secretmanager.googleapis.com/v1/$1:access")" || return 1`,
    `    echo "$answer" | tr -d '\\n' | sed 's/.*"data": *"\\([^"]*\\)".*/\\1/' | base64 -d`,
    "}",
];

function unit(own: string, container: string, stopGrace: number): string[] {
    return [
        "[Unit]",
        `Description=${container}`,
        "Wants=network-online.target docker.service",
        "After=network-online.target docker.service",
        "[Service]",
        `ExecStart=/bin/sh ${folder}/${own}`,
        `ExecStop=/usr/bin/docker stop --time ${stopGrace} ${container}`,
        `TimeoutStopSec=${stopGrace + 10}`,
        "Restart=always",
        "RestartSec=2",
    ];
}

/** `PORT` is the first one, and each has its own: `ADMIN_PORT`. */
export function portVariables(ports: ContainerSpec["ports"]): Record<string, string> {
    const all = Object.entries(ports).map(([name, { port }]) => [
        `${name.toUpperCase().replace(/-/g, "_")}_PORT`,
        String(port),
    ]);
    return all.length ? { PORT: all[0][1], ...(Object.fromEntries(all) as Record<string, string>) } : {};
}

/** In base64: nothing in it is read as YAML. */
function file(path: string, lines: readonly string[]) {
    const content = Buffer.from(`${lines.join("\n")}\n`).toString("base64");
    return { path, permissions: "0644", owner: "root", encoding: "b64", content };
}
