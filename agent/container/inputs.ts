import { type BuiltImage } from "../image/config";
import { type Permit } from "../kind";
import { type FleetOutputs } from "./fleet-kind";

export interface ContainerInputs {
    readonly name: string;
    readonly image: ImageRef;
    readonly command?: readonly string[];
    readonly entrypoint?: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** Values may be `secret:<name>`, with or without a `@<version>` behind it: the value of a Secret of the stack. */
    readonly secretEnv: Readonly<Record<string, string>>;
    /** Contents by path, or `secret:<name>` as well. Variables and arguments that name the path get the real one. */
    readonly secretFiles: Readonly<Record<string, string>>;
    readonly replicas: Replicas;
    readonly ports: readonly Port[];
    readonly health: Health;
    readonly rollout: Rollout;
    readonly stopGraceSeconds: number;
    /** Cores. */
    readonly cpu: number;
    /** MiB. */
    readonly memory: number;
    readonly sidecars: readonly Sidecar[];
    readonly permits: readonly Permit[];
    /** Name of the log that its output goes to. */
    readonly log: string;
}

export interface ContainerOutputs extends FleetOutputs {
    /** Of its image. */
    readonly digest: string;
}

/** ImageRef is the outputs of an Image, or a part of them. */
export interface ImageRef extends BuiltImage {
    readonly digest?: string;
}

export interface Replicas {
    readonly min: number;
    readonly max: number;
    /** Of the cores of a replica: above, there is one more. */
    readonly cpuPercent?: number;
    /** Requests a second per replica, over the last minute: above, there is one more. */
    readonly requestsPerReplica?: number;
}

export interface Port {
    readonly name: string;
    /** The number in the declaration. On this machine each replica listens on one of its own, in PORT. */
    readonly port: number;
    readonly protocol: "http" | "tcp";
}

export interface Health {
    readonly startup?: Probe;
    readonly liveness?: Probe;
    readonly readiness?: Probe;
}

/** Probe asks by `path` over HTTP, by `command`, or else by a TCP connect. */
export interface Probe {
    readonly path?: string;
    /** Name of the port. @default the first */
    readonly port?: string;
    readonly command?: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    /** How many in a row count. */
    readonly failures: number;
    readonly initialDelaySeconds: number;
}

export interface Rollout {
    readonly strategy: "rolling" | "recreate";
    readonly timeoutSeconds: number;
    /** How many new ones start at a time. */
    readonly maxSurge: number;
}

export interface Sidecar {
    readonly name: string;
    readonly image: ImageRef;
    readonly command?: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly secretEnv: Readonly<Record<string, string>>;
    /** Of its own: it does not see those of the main program. @default none */
    readonly secretFiles?: Readonly<Record<string, string>>;
    readonly cpu?: number;
    readonly memory?: number;
}
