import type * as pulumi from "@pulumi/pulumi";
import type { HealthSpec } from "../../components/health";
import type { Grant } from "../../components/link";
import type { PortSpec } from "../../components/ports";
import type { SidecarSpec } from "../../components/container";
import { linked } from "../../components/workload";
import { probe } from "./probe";
import { jsonOf } from "../together";

/** DefinedContainer is one container of a task. */
export interface DefinedContainer {
    readonly name: string;
    readonly spec: SidecarSpec;
    readonly ports: Readonly<Record<string, PortSpec>>;
    readonly health: HealthSpec | undefined;
}

/** Of all containers of a task. */
export interface Definitions {
    readonly containers: readonly DefinedContainer[];
    readonly stopGrace: number;
    readonly log: {
        readonly group: pulumi.Input<string>;
        readonly region: pulumi.Input<string>;
        readonly prefix: string;
    };
}

/** Where a task's secret files are. */
const folder = "/run/secrets";
const volume = "secrets";

/** The containers as ECS takes them, and the volumes which they need. */
export function definitions(all: Definitions): { json: pulumi.Output<string>; volumes: { name: string }[] } {
    const made = all.containers.flatMap((container) => define(container, all));
    const files = all.containers.some(({ spec }) => hasFiles(linked(spec.uses)));
    return { json: jsonOf(made), volumes: files ? [{ name: volume }] : [] };
}

function define(
    { name, spec, ports, health }: DefinedContainer,
    { containers, stopGrace, log }: Definitions,
): object[] {
    const grant = linked(spec.uses);
    const main = name === containers[0].name;
    const first = Object.values(ports)[0] as PortSpec | undefined;
    const asked = health?.port === undefined ? first : ports[health.port];
    const logConfiguration = {
        logDriver: "awslogs",
        options: {
            "awslogs-group": log.group,
            "awslogs-region": log.region,
            "awslogs-stream-prefix": log.prefix,
            // A log that is slow does not stop what writes it.
            mode: "non-blocking",
            "max-buffer-size": "25m",
        },
    };
    const image = spec.image.reference;
    const files = filesOf(name, grant);
    const own = {
        name,
        image,
        essential: true,
        ...(spec.command === undefined ? {} : { command: spec.command }),
        // Alone it has all of the task; beside others each keeps to its own.
        ...(containers.length === 1 ? {} : { cpu: spec.cpu * 1024, memory: spec.memory }),
        environment: pairs({ ...portVariables(ports), ...grant.env, ...files.paths, ...spec.env }),
        secrets: Object.entries(grant.secrets).map(([key, valueFrom]) => ({ name: key, valueFrom })),
        portMappings: Object.entries(ports).map(([port, { port: containerPort, protocol }]) => ({
            name: port,
            containerPort,
            hostPort: containerPort,
            protocol: "tcp",
            ...(protocol === "http" ? { appProtocol: "http" } : {}),
        })),
        readonlyRootFilesystem: true,
        privileged: false,
        linuxParameters: {
            initProcessEnabled: true,
            // In memory, so that any user may write there: a volume would be root's.
            tmpfs: [
                {
                    containerPath: "/tmp",
                    size: Math.max(64, Math.floor(spec.memory / 8)),
                    mountOptions: ["nosuid", "nodev"],
                },
            ],
        },
        mountPoints: files.any ? [{ sourceVolume: volume, containerPath: folder, readOnly: true }] : [],
        stopTimeout: stopGrace,
        logConfiguration,
        ...(health ? { healthCheck: probe(health, asked?.port) } : {}),
        dependsOn: [
            ...(files.any ? [{ containerName: `${name}-secrets`, condition: "SUCCESS" }] : []),
            // What stands beside it is there first, and goes last.
            ...(main ? containers.slice(1).map((beside) => ({ containerName: beside.name, condition: "START" })) : []),
        ],
    };
    if (!files.any) return [own];
    return [own, { ...writer(`${name}-secrets`, image, files), logConfiguration }];
}

/** ECS has secrets as variables only: a container of the same image writes them down first, and ends. */
function writer(name: string, image: pulumi.Input<string>, { secrets, names }: ReturnType<typeof filesOf>): object {
    const lines = names.map(([key, file]) => `printf %s "$${key}" > ${file} && chmod 0444 ${file}`);
    return {
        name,
        image,
        essential: false,
        user: "0", // The volume is root's.
        entryPoint: ["/bin/sh", "-c"],
        command: [["umask 022", ...lines].join(" && ")],
        secrets,
        environment: [],
        portMappings: [],
        readonlyRootFilesystem: true,
        privileged: false,
        mountPoints: [{ sourceVolume: volume, containerPath: folder, readOnly: false }],
    };
}

function filesOf(container: string, { files = {} }: Grant) {
    const names = Object.keys(files).map((key) => [key, `${folder}/${container}-${key.toLowerCase()}`] as const);
    return {
        any: names.length > 0,
        names,
        paths: Object.fromEntries(names),
        secrets: Object.entries(files).map(([name, valueFrom]) => ({ name, valueFrom })),
    };
}

function hasFiles({ files = {} }: Grant): boolean {
    return Object.keys(files).length > 0;
}

function pairs(variables: Readonly<Record<string, pulumi.Input<string>>>): object[] {
    return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

/** `PORT` is the first one, and each has its own: `ADMIN_PORT`. */
export function portVariables(ports: Readonly<Record<string, PortSpec>>): Record<string, string> {
    const all = Object.entries(ports).map(([name, { port }]) => [`${variable(name)}_PORT`, String(port)]);
    return all.length ? { PORT: all[0][1], ...(Object.fromEntries(all) as Record<string, string>) } : {};
}

/** A port's name in a variable's. */
function variable(name: string): string {
    return name.toUpperCase().replace(/-/g, "_");
}
