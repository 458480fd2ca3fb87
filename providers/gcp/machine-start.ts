/** How a machine starts a container, keeps it running, and gets what it needs for that. */

import type { ContainerSpec, SidecarSpec } from "../../components/container";
import { quoted } from "../cloud-init";

/** Start is what a container is started with. */
export interface Start {
    /** What it is called within the container: `main`, `beside-proxy`. */
    readonly own: string;
    /** Docker's name for it. */
    readonly container: string;
    readonly image: string;
    readonly plain: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    readonly project: string;
    /** Where images of the stack's own are: `europe-west1-docker.pkg.dev`. */
    readonly registry: string;
    readonly spec: Pick<SidecarSpec, "cpu" | "memory" | "command">;
    /** Docker's options for its network: `--network host`. */
    readonly network: string;
    /** A folder in memory that is its own, and where Docker's client keeps what it knows. */
    readonly kept: string;
    readonly home: string;
    /** How Docker is let in to {@link registry}. */
    readonly login: readonly string[];
    /** What is done before it is started. @default nothing */
    readonly before?: readonly string[];
}

/** Starts a container in the place of one that has ended. */
export function startLines(start: Start): string[] {
    const { own, container, image, plain, secrets, files, project, registry, spec, network, kept, home } = start;
    const { cpu, memory, command } = spec;
    const names = Object.keys(files);
    const inside = (key: string) => `/run/secrets/${own}-${key.toLowerCase()}`;
    const variables = [...Object.keys(plain), ...Object.keys(secrets), ...names];
    return [
        "set -eu",
        `export HOME=${home}`,
        `mkdir -p ${kept}`,
        ...(image.startsWith(`${registry}/`) ? start.login : []),
        ...(Object.keys(secrets).length || names.length ? fetcher : []),
        ...Object.entries(plain).map(([key, value]) => `export ${key}=${quoted(value)}`),
        ...Object.entries(secrets).map(([key, from]) => `${key}="$(secret ${quoted(from)})"; export ${key}`),
        ...Object.entries(files).map(
            ([key, from]) =>
                `export ${key}=${inside(key)}; secret ${quoted(from)} > ${kept}/${key}; chmod 0444 ${kept}/${key}`,
        ),
        `docker rm --force ${container} >/dev/null 2>&1 || true`,
        ...(start.before ?? []),
        [
            `exec docker run --name ${container} --rm --init ${network}`,
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

const token = [
    "metadata=http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
    `curl -fsS -H 'Metadata-Flavor: Google' "$metadata"`,
    `sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/'`,
] as const;

/** Has the machine fetch a secret as itself: `secret projects/…/versions/1`. */
export const fetcher = [
    token[0],
    "secret() {",
    `    token="$(${token[1]})" || return 1`,
    `    token="$(echo "$token" | ${token[2]})"`,
    `    answer="$(curl -fsS -H "Authorization: Bearer $token" "https://secretmanager.googleapis.com/v1/$1:access")" || return 1`,
    `    echo "$answer" | tr -d '\\n' | sed 's/.*"data": *"\\([^"]*\\)".*/\\1/' | base64 -d`,
    "}",
];

/** Lets Docker in to a registry of Google's as the machine itself, with nothing but what every system has. */
export function loginLines(registry: string): string[] {
    return [
        token[0],
        `token="$(${token[1]})"`,
        `token="$(echo "$token" | ${token[2]})"`,
        `echo "$token" | docker login --username oauth2accesstoken --password-stdin https://${registry} >/dev/null`,
    ];
}

/** A unit of systemd that runs a script which starts a container. */
export function containerUnit(script: string, container: string, stopGrace: number): string[] {
    return [
        "[Unit]",
        `Description=${container}`,
        "Wants=network-online.target docker.service",
        "After=network-online.target docker.service",
        "[Service]",
        `ExecStart=/bin/sh ${script}`,
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
