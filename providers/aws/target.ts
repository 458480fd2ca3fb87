import * as pulumi from "@pulumi/pulumi";
import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import type { Container } from "../../components/container";
import type { HealthSpec } from "../../components/health";
import type { PortSpec } from "../../components/ports";
import type { Site } from "../../components/site";
import type { Gathered } from "../declared";
import { shortName } from "./names";
import { nativeOf } from "./network";
import type { Network } from "../../components/network";
import { connections } from "./security-group";
import type { Scaled } from "./service-scaling";
import { tags } from "./tags";

/** AwsContainer is what a load balancer has to know of a container: see {@link containerOf}. */
export interface AwsContainer {
    readonly name: string;
    readonly group: ec2.SecurityGroup;
    readonly ports: Readonly<Record<string, PortSpec>>;
    readonly health: HealthSpec | undefined;
    readonly network: Network;
    /** Seconds until a replica that goes gets no more requests. */
    readonly stopGrace: number;
    readonly scaled: Scaled;
    /** Who forwards to it: ECS enters its replicas there. */
    readonly entries: Gathered<Entry>;
}

/** Entry is one way in: a port of a container behind a load balancer. */
export interface Entry {
    readonly target: pulumi.Output<string>;
    readonly port: number;
    /** ECS refuses a target which no load balancer forwards to yet. */
    readonly after: readonly pulumi.Resource[];
}

const natives = new WeakMap<pulumi.ComponentResource, AwsContainer>();

export function keepContainer(component: pulumi.ComponentResource, native: AwsContainer): void {
    natives.set(component, native);
}

/** What load balancers know of a container. @throws when it was made on another cloud */
export function containerOf(container: Container): AwsContainer {
    const native = natives.get(container);
    if (native) return native;
    throw new pulumi.ResourceError(
        `Container ${container.shortName} is on ${container.cloud.name}, not on aws`,
        container,
        true,
    );
}

/** The port of a container by name, else its first HTTP port. @throws naming the ones it has */
export function portOf({ name, ports }: AwsContainer, wanted: string | undefined): PortSpec & { name: string } {
    const found = wanted ?? Object.keys(ports).find((one) => ports[one].protocol === "http");
    if (found !== undefined && Object.hasOwn(ports, found)) return { ...ports[found], name: found };
    const known = Object.keys(ports).join(", ") || "none";
    throw new pulumi.RunError(
        `Container ${name} has no port ${wanted ?? "for HTTP"}, which a route goes to: it has ${known}`,
    );
}

/** TargetArgs says what is forwarded where. */
export interface TargetArgs {
    readonly to: AwsContainer;
    readonly port: PortSpec & { name: string };
    readonly protocol: "HTTP" | "TCP";
    readonly balancer: { readonly balancer: lb.LoadBalancer; readonly group: ec2.SecurityGroup };
    readonly instance?: string;
}

/** A target group for a container's port, and the way to it through the network. Its `site` is the one who forwards. */
export function makeTarget(site: Site, { to, port, protocol, balancer, instance }: TargetArgs): lb.TargetGroup {
    const name = [site.name, "target", instance].filter(Boolean).join("-");
    const target = site.make(
        "target",
        lb.TargetGroup,
        {
            // A listener keeps its target until it has another: what replaces one needs another name.
            name: shortName(name, 32, `${protocol} ${port.port}`),
            targetType: "ip",
            vpcId: nativeOf(to.network).vpc,
            protocol,
            port: port.port,
            deregistrationDelay: to.stopGrace,
            ...(protocol === "HTTP" ? { loadBalancingAlgorithmType: "least_outstanding_requests" } : {}),
            healthCheck: targetHealth(to.health, to.ports, protocol),
            tags: tags(site),
        },
        { instance },
    );
    if (protocol === "HTTP") to.scaled.byRequests(balancer.balancer, target, name);
    return target;
}

/** Lets a load balancer reach each of its containers' ports. */
export function openWays(
    site: Site,
    group: ec2.SecurityGroup,
    to: readonly { to: AwsContainer; port: number }[],
    end = "",
): void {
    connections(
        site,
        group,
        to.map((one) => ({ to: `${one.to.name}${end}`, group: one.to.group.id, port: one.port })),
    );
}

/** Without a path of its own, whatever answers is alive, for as long as it does not say that it is broken. */
export function targetHealth(
    health: HealthSpec | undefined,
    ports: Readonly<Record<string, PortSpec>>,
    protocol: "HTTP" | "TCP",
): NonNullable<lb.TargetGroupArgs["healthCheck"]> {
    const { interval = 10, timeout = 5, failures = 3, path, port } = health ?? {};
    const at = port === undefined ? "traffic-port" : String(ports[port].port);
    const times = { enabled: true, interval, healthyThreshold: 2, unhealthyThreshold: failures, port: at };
    if (path === undefined && protocol === "TCP") return { ...times, timeout, protocol: "TCP" };
    return {
        ...times,
        timeout: Math.max(timeout, 2), // ELB's least
        protocol: "HTTP",
        path: path ?? "/",
        matcher: path === undefined ? "200-499" : "200-399",
    };
}
