import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/gcp";
import type { SidecarSpec } from "../../components/container";
import type { Grant } from "../../components/link";
import type { PortSpec } from "../../components/ports";
import type { Site } from "../../components/site";
import { linked } from "../../components/workload";
import { imageFor } from "./run-image";

export type RunContainer = types.input.cloudrunv2.ServiceTemplateContainer;
export type RunVolume = types.input.cloudrunv2.ServiceTemplateVolume;

/** RunArgs says what runs together in an instance of Cloud Run. */
export interface RunArgs {
    readonly spec: SidecarSpec;
    /** The port that it is reached at: Cloud Run has one for an instance. @default none */
    readonly port?: { readonly name: string } & PortSpec;
    /** @default none */
    readonly sidecars?: Readonly<Record<string, SidecarSpec>>;
    /** What the container that the component is about has besides: its probes. @default nothing */
    readonly main?: Pick<RunContainer, "startupProbe" | "livenessProbe">;
}

/** Where secret files are: each one in a folder of its own, since each is a volume. */
const folder = "/run/secrets";

/** The name of the container that the component is about: others stand beside it. */
export const mainContainer = "main";

/** The containers of an instance, as services, worker pools and jobs of Cloud Run take them, and their volumes. */
export function runContainers(site: Site, { spec, port, sidecars = {}, main = {} }: RunArgs) {
    checkSize(site, [spec, ...Object.values(sidecars)]);
    const made = [
        define(site, { name: mainContainer, spec, port, more: main }),
        ...Object.entries(sidecars).map(([name, sidecar]) =>
            define(site, { name: `beside-${name}`, spec: sidecar, port: undefined, more: {} }),
        ),
    ];
    return { containers: made.map(({ container }) => container), volumes: made.flatMap(({ volumes }) => volumes) };
}

interface Defined {
    readonly name: string;
    readonly spec: SidecarSpec;
    readonly port: RunArgs["port"];
    readonly more: Partial<RunContainer>;
}

function define(site: Site, { name, spec, port, more }: Defined): { container: RunContainer; volumes: RunVolume[] } {
    const grant = linked(spec.uses);
    const files = filesOf(name, grant);
    const plain = {
        ...(port ? portVariables(port) : {}),
        ...grant.env,
        ...files.paths,
        ...ownVariables(site, spec, port),
    };
    const container: RunContainer = {
        name,
        image: imageFor(site, spec.image),
        // An image's ENTRYPOINT stays, as on every cloud.
        args: spec.command,
        envs: [
            ...Object.entries(plain).map(([key, value]) => ({ name: key, value })),
            ...Object.entries(grant.secrets).map(([key, version]) => {
                const of = versionOf(version);
                return { name: key, valueSource: { secretKeyRef: { secret: of.secret, version: of.version } } };
            }),
        ],
        ...(port ? { ports: { name: "http1", containerPort: port.port } } : {}),
        resources: { limits: { cpu: cpuOf(name, spec), memory: `${spec.memory}Mi` } },
        volumeMounts: files.volumes.map((volume) => ({ name: volume.name, mountPath: `${folder}/${volume.name}` })),
        ...more,
    };
    return { container, volumes: files.volumes };
}

/** Below one CPU Cloud Run hands an instance one request at a time, so the main container has one at least. */
function cpuOf(name: string, { cpu }: SidecarSpec): string {
    const whole = name === mainContainer ? Math.max(cpu, 1) : cpu;
    return whole < 1 ? `${whole * 1000}m` : `${whole}`;
}

function checkSize(site: Site, specs: readonly SidecarSpec[]): void {
    const cpu = specs.reduce((sum, one, index) => sum + (index === 0 ? Math.max(one.cpu, 1) : one.cpu), 0);
    const memory = specs.reduce((sum, one) => sum + one.memory, 0);
    if (cpu <= 8 && memory <= 32768) return;
    throw new pulumi.RunError(
        `${site.name}: with its sidecars it has ${cpu} CPUs and ${memory} MiB, and Cloud Run has at most 8 and 32768: lower \`cpu\` or \`memory\``,
    );
}

/** Cloud Run itself gives `PORT`, and takes no other one. */
function ownVariables(site: Site, { env }: SidecarSpec, port: RunArgs["port"]): SidecarSpec["env"] {
    const { PORT: own, ...others } = env;
    if (own === undefined || own === String(port?.port)) return others;
    throw new pulumi.RunError(
        `${site.name}: env.PORT: on gcp it is the port that it listens on${port ? `, ${port.port}` : ""}: leave it out, or use another name`,
    );
}

/** `HTTP_PORT`, by the port's name. */
export function portVariables({ name, port }: NonNullable<RunArgs["port"]>): Record<string, string> {
    return { [`${name.toUpperCase().replace(/-/g, "_")}_PORT`]: String(port) };
}

function filesOf(container: string, { files = {} }: Grant) {
    const all = Object.entries(files).map(([key, version]) => {
        const name = `${container}-${key.toLowerCase().replace(/_/g, "-")}`;
        const { secret, version: number } = versionOf(version);
        return { key, volume: { name, secret: { secret, items: [{ path: "value", version: number, mode: 0o444 }] } } };
    });
    return {
        paths: Object.fromEntries(all.map(({ key, volume }) => [key, `${folder}/${volume.name}/value`])),
        volumes: all.map(({ volume }) => volume),
    };
}

/** The parts of a version's name, `projects/…/secrets/…/versions/…`: Cloud Run looks in its own project. */
export function versionOf(name: pulumi.Input<string>) {
    const parts = pulumi.output(name).apply((whole) => whole.split("/"));
    return { secret: parts.apply((all) => all[3]), version: parts.apply((all) => all[5]) };
}
