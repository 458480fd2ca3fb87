import * as pulumi from "@pulumi/pulumi";
import type { Container } from "../../components/container";
import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import type { Gathered } from "../declared";
import type { GcpGauge } from "./gauges";
import type { GcpNetwork } from "./network";

/** GcpContainer is what a load balancer has to know of a container: see {@link containerOf}. */
export interface GcpContainer {
    readonly name: string;
    /** Where it listens, as load balancers see it. */
    readonly ports: Readonly<Record<string, PortSpec>>;
    readonly health: HealthSpec | undefined;
    /** Seconds until a replica that goes gets no more requests. */
    readonly stopGrace: number;
    /** Who lets others in to it. */
    readonly entries: Gathered<Entry>;
    readonly runs: Serverless | Machines;
    readonly gauges: Readonly<Record<string, GcpGauge>>;
}

/** Serverless runs on Cloud Run, at one HTTP port. */
export interface Serverless {
    readonly on: "run";
    readonly service: pulumi.Output<string>;
    /** `https://….run.app` */
    readonly uri: pulumi.Output<string>;
}

/** Machines run it, on a group of its own or with others. */
export interface Machines {
    readonly on: "machines";
    /** The group's whole name. */
    readonly group: pulumi.Output<string>;
    readonly network: GcpNetwork;
    /** What the group calls a port. @default as the container does */
    portName?(port: NamedPort): string;
    /** Where machines answer for a check by command. @default healthPort */
    readonly answered?: number;
    /** By which rules of the firewall are for them alone. */
    readonly tag: string;
    /** Requests a second for each machine, at which there is to be one more. */
    readonly requests: number | undefined;
}

/** Entry is a way in from the internet: by its own URL, or by a load balancer only. */
export interface Entry {
    readonly by: "url" | "balancer";
}

const natives = new WeakMap<pulumi.ComponentResource, GcpContainer>();

export function keepContainer(component: pulumi.ComponentResource, native: GcpContainer): void {
    natives.set(component, native);
}

/** What load balancers know of a container. @throws when it was made on another cloud */
export function containerOf(container: Container): GcpContainer {
    const native = natives.get(container);
    if (native) return native;
    throw new pulumi.ResourceError(
        `Container ${container.shortName} is on ${container.cloud.name}, not on gcp`,
        container,
        true,
    );
}

export type NamedPort = PortSpec & { readonly name: string };

/** The port of a container by name, else its first HTTP port. @throws naming the ones it has */
export function portOf({ name, ports }: Pick<GcpContainer, "name" | "ports">, wanted?: string): NamedPort {
    const found = wanted ?? Object.keys(ports).find((one) => ports[one].protocol === "http");
    if (found !== undefined && Object.hasOwn(ports, found)) return { ...ports[found], name: found };
    const known = Object.keys(ports).join(", ") || "none";
    throw new pulumi.RunError(
        `Container ${name} has no port ${wanted ?? "for HTTP"}, which a route goes to: it has ${known}`,
    );
}
