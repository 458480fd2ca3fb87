import type * as pulumi from "@pulumi/pulumi";
import type { SidecarSpec } from "../../components/container";
import type { Grant } from "../../components/link";
import type { PortSpec } from "../../components/ports";
import type { Site } from "../../components/site";
import { linked } from "../../components/workload";
import { imageFor } from "./run-image";
import { secretVersion } from "./secret";

/** RunContainer is a container as services, worker pools and jobs of Cloud Run take it. */
export interface RunContainer {
    readonly name: string;
    readonly image: pulumi.Output<string>;
    readonly args: string[] | undefined;
    readonly envs: RunVariable[];
    readonly resources: { limits: { cpu: string; memory: string } };
    readonly volumeMounts: { name: string; mountPath: string }[];
}

interface RunVariable {
    readonly name: string;
    readonly value?: pulumi.Input<string>;
    readonly valueSource?: { secretKeyRef: { secret: pulumi.Output<string>; version: pulumi.Output<string> } };
}

/** RunVolume has a secret as a file. */
export interface RunVolume {
    readonly name: string;
    readonly secret: {
        readonly secret: pulumi.Output<string>;
        readonly items: { path: string; version: pulumi.Output<string>; mode: number }[];
    };
}

/** RunArgs says what runs together in an instance of Cloud Run. */
export interface RunArgs {
    readonly spec: SidecarSpec;
    /** The port that it is reached at: Cloud Run has one for an instance. @default none */
    readonly port?: { readonly name: string } & PortSpec;
    /** @default none */
    readonly sidecars?: Readonly<Record<string, SidecarSpec>>;
}

/** Where secret files are: each one in a folder of its own, since each is a volume. */
const folder = "/run/secrets";

/** The name of the container that the component is about: others stand beside it. */
export const mainContainer = "main";

/** The containers of an instance, as services, worker pools and jobs of Cloud Run take them, and their volumes. */
export function runContainers(site: Site, { spec, port, sidecars = {} }: RunArgs) {
    const made = [
        define(site, { name: mainContainer, spec, port }),
        ...Object.entries(sidecars).map(([name, sidecar]) =>
            define(site, { name: `beside-${name}`, spec: sidecar, port: undefined }),
        ),
    ];
    return { containers: made.map(({ container }) => container), volumes: made.flatMap(({ volumes }) => volumes) };
}

interface Defined {
    readonly name: string;
    readonly spec: SidecarSpec;
    readonly port: RunArgs["port"];
}

function define(site: Site, { name, spec, port }: Defined): { container: RunContainer; volumes: RunVolume[] } {
    const grant = linked(spec.uses);
    const files = filesOf(name, grant);
    const plain = {
        ...(port ? portVariables(port) : {}),
        ...grant.env,
        ...files.paths,
        ...ownVariables(spec),
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
        resources: { limits: { cpu: cpuOf(name, spec), memory: `${spec.memory}Mi` } },
        volumeMounts: files.volumes.map((volume) => ({ name: volume.name, mountPath: `${folder}/${volume.name}` })),
    };
    return { container, volumes: files.volumes };
}

/** Below one CPU Cloud Run hands an instance one request at a time, so the main container has one at least. */
function cpuOf(name: string, { cpu }: SidecarSpec): string {
    const whole = name === mainContainer ? Math.max(cpu, 1) : cpu;
    return whole < 1 ? `${whole * 1000}m` : `${whole}`;
}

/** Cloud Run itself gives `PORT`: another one was refused by checks.ts. */
function ownVariables({ env }: SidecarSpec): SidecarSpec["env"] {
    const { PORT: _same, ...others } = env;
    return others;
}

/** `HTTP_PORT`, by the port's name. */
function portVariables({ name, port }: NonNullable<RunArgs["port"]>): Record<string, string> {
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

/** A secret's short name: Cloud Run looks in its own project. */
function versionOf(name: pulumi.Input<string>) {
    const { secret, version } = secretVersion(name);
    return { secret: secret.apply((whole) => whole.split("/").pop()!), version };
}
