import type * as pulumi from "@pulumi/pulumi";
import { type Common, Component, type ComponentOptions, defineService, type Parts } from "./component";
import { checkHealthPort, type HealthArgs, healthField, type HealthSpec } from "./health";
import { type PortArgs, portsField, portsOf, type PortSpec } from "./ports";
import { argumentsOf, reference } from "./reference";
import { type ScaleArgs, scaleField, type ScaleSpec } from "./scale";
import { flag, isPlain, mapOf, number, oneOf, optional, record, text } from "./shape";
import { domainName } from "./names";
import type { VM } from "./vm";
import { prepareWorkload, type WorkloadArgs, workloadFields, workloadRules, type WorkloadSpec } from "./workload";

/** ContainerArgs configures a {@link Container}. */
export interface ContainerArgs extends Common<"container">, WorkloadArgs {
    /**
     * The HTTP port it listens on, which it reads from `$PORT`: on `local` that is another number. The same as
     * `ports: { http: { port } }`. @default none: a worker
     */
    port?: number;
    /** Ports by name, for more than one, or for TCP. @default none */
    ports?: Record<string, PortArgs>;
    /** How many: always so many, or between two bounds. @default 1, at profile `prod` 2 */
    scale?: number | ScaleArgs;
    /**
     * How to see that it works: a path alone, or the whole. An image's `HEALTHCHECK` is no neutral stand-in: `local` uses it
     * for the image's own command, ECS never does. @default a TCP connect to its first port
     */
    health?: string | HealthArgs;
    /** Gives it a URL on the internet, over HTTPS; on `local` one on this machine, over HTTP, and over HTTPS beside it. @default false */
    public?: boolean;
    /** The domain of its URL. @default the cloud's own */
    domain?: string;
    /** Containers beside it, that share its network: `localhost`. @default none */
    sidecars?: Record<string, SidecarArgs>;
    /**
     * Seconds from the request to stop until it is ended, 1 to 120. On GCP, Cloud Run lets requests come to their end first, and
     * then gives 10 seconds: there another number is refused, but more than 30, with which it runs on machines.
     * @default 30, on Cloud Run 10
     */
    stopGrace?: number;
    /** How a new version takes over. @default rolling, with 300 seconds to become healthy */
    rollout?: RolloutArgs;
    /** Allows `exec` into it, for finding faults. @default false */
    exec?: boolean;
    /**
     * The machines it runs on, beside others. On AWS, ECS places as many as `scale` says on them, each with rights of its own. On
     * GCP each machine runs each container once, so that `scale` is theirs, and all together must fit into one; they share the
     * machines' account and network, and so may do what any of them may: keep apart, on a VM of its own, what must not. There the
     * machines' system is Google's for containers, unless the VM has an `image` with Docker and cloud-init. @default none: serverless
     */
    on?: VM;
}

/** SidecarArgs configures a container beside another one. */
export type SidecarArgs = Pick<WorkloadArgs, "build" | "image" | "command" | "env" | "uses" | "cpu" | "memory">;

export interface RolloutArgs {
    /** `rolling`: new ones are healthy before old ones stop. `recreate`: old ones stop first, for what may not run twice. @default "rolling" */
    strategy?: "rolling" | "recreate";
    /** Seconds for the new version to become healthy, 10 to 3600; past it, the deployment fails and the old version serves on. @default 300 */
    timeout?: number;
}

export type SidecarSpec = Pick<WorkloadSpec, "image" | "command" | "env" | "uses" | "cpu" | "memory">;

export interface ContainerSpec extends WorkloadSpec {
    ports: Record<string, PortSpec>;
    scale: ScaleSpec;
    health: HealthSpec | undefined;
    public: boolean;
    domain: string | undefined;
    sidecars: Record<string, SidecarSpec>;
    stopGrace: number;
    rollout: Required<RolloutArgs>;
    exec: boolean;
    on: VM | undefined;
}

/** ContainerParts is what a driver gives back. */
export interface ContainerParts extends Parts {
    /** Where it is reached: on the internet when `public`, else from what `uses` it. Unset without a port. */
    url: pulumi.Output<string | undefined>;
}

const { log: _log, network: _network, ...sidecarFields } = workloadFields;

export const containerService = defineService<ContainerArgs, ContainerSpec>({
    name: "container",
    type: "Container",
    access: ["connect"],
    fields: (profile) => ({
        ...workloadFields,
        port: optional(number({ min: 1, max: 65535, unit: "ports" })),
        ports: portsField,
        scale: scaleField(profile === "prod" ? 2 : 1),
        health: optional(healthField),
        public: optional(flag, false),
        domain: optional(domainName),
        sidecars: optional(
            mapOf(
                record(sidecarFields),
                text("a short name", {
                    pattern: /^[a-z][a-z0-9-]{0,19}$/,
                    todo: "use small letters, digits and hyphens",
                }),
                { max: 9 },
            ),
            {},
        ),
        stopGrace: optional(number({ min: 1, max: 120, unit: "seconds" }), 30),
        rollout: optional(
            record<Required<RolloutArgs>>({
                strategy: optional(oneOf("rolling", "recreate"), "rolling"),
                timeout: optional(number({ min: 10, max: 3600, unit: "seconds" }), 300),
            }),
            { strategy: "rolling", timeout: 300 },
        ),
        exec: optional(flag, false),
        on: optional(reference<VM>("VM")),
    }),
    rules: (spec, at, args) => {
        workloadRules(spec, at, args);
        const ports = portsOf({ ...spec });
        if (args.port !== undefined && args.ports !== undefined)
            at.in("port").fault("is there beside `ports`", "put it into `ports`", args.port);
        const http = Object.values(ports).some(({ protocol }) => protocol === "http");
        if (spec.public && !http)
            at.in("public").fault("needs an HTTP port", "set `port`; TCP goes through a LoadBalancer with `tcp`", true);
        if (spec.domain !== undefined && !spec.public)
            at.in("domain").fault("needs `public: true`", "set it, or leave the domain out", spec.domain);
        if (spec.scale.min === 0 && !http)
            at.in("scale")
                .in("min")
                .fault("must be at least 1: only a request could start one", "set it to 1, or make it a Job", 0);
        if (spec.scale.requests !== undefined && !http)
            at.in("scale")
                .in("requests")
                .fault("needs an HTTP port", "leave it out, or set `port`", spec.scale.requests);
        if (spec.health && !spec.health.command && !Object.keys(ports).length)
            at.in("health").fault("needs a port to ask at", "set `port`, or give a `command`");
        checkHealthPort(spec.health, ports, at);
        const machines = argumentsOf(args.on, at);
        if (machines && args.network !== undefined && args.network !== machines.network)
            at.in("network").fault("is not that of its machines", "leave it out, or give it to them");
        for (const [name, sidecar] of Object.entries(spec.sidecars)) {
            const given = args.sidecars?.[name]; // what is no sidecar at all is refused by its field
            if (isPlain(given))
                workloadRules(sidecar as WorkloadSpec, at.in("sidecars").in(name), given, "the sidecar");
        }
    },
    prepare: (self, given) => {
        const { port: _port, ...spec } = given as ContainerSpec & { port?: number };
        // Who runs on machines stands where they do.
        const whole = prepareWorkload(self, { ...spec, network: spec.network ?? spec.on?.spec.network });
        const sidecars = Object.entries(spec.sidecars).map(([name, sidecar]) => {
            const shared = { ...(sidecar as WorkloadSpec), log: whole.log, network: whole.network };
            const { log: _log, network: _network, ...own } = prepareWorkload(self, shared, name);
            return [name, own];
        });
        return {
            ...whole,
            ports: portsOf({ ...given }),
            sidecars: Object.fromEntries(sidecars) as ContainerSpec["sidecars"],
        };
    },
});

/**
 * Container runs one or more equal processes from an image, and keeps them running. Who `uses` it gets its ports' URLs: the
 * first one's as `URL`, any other's as `<PORT>_URL`: `API_URL`, `API_ADMIN_URL`.
 */
export class Container extends Component<"container"> implements ContainerParts {
    readonly url: pulumi.Output<string | undefined>;

    constructor(name: string, args: ContainerArgs, options?: ComponentOptions) {
        super(containerService, name, args, options);
        ({ url: this.url } = this.parts);
    }
}
