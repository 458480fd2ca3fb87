import type * as pulumi from "@pulumi/pulumi";
import { type Common, Component, type ComponentOptions, defineService, type Parts } from "./component";
import { checkHealthPort, type HealthArgs, healthField, type HealthSpec } from "./health";
import type { Link, Use } from "./link";
import { Network } from "./network";
import { type PortArgs, portsField, type PortSpec } from "./ports";
import { reference, uses } from "./reference";
import { type ScaleArgs, scaleField, type ScaleSpec } from "./scale";
import { type Field, number, optional, text } from "./shape";

/** VMArgs configures a {@link VM}. */
export interface VMArgs extends Common<"vm"> {
    /** How many: always so many, or between two bounds. A lost one is replaced. @default 1, at profile `prod` 2 */
    scale?: number | ScaleArgs;
    /** Virtual CPUs: 1 to 64. @default 1 */
    cpu?: number;
    /** Memory in MiB: 1024 to 524288. @default 2048 for each CPU */
    memory?: number;
    /** The operating system's image at its cloud. @default the cloud's current long-term Linux, with updates */
    image?: string;
    /** A shell command that is started and kept running. @default none */
    start?: string;
    /** A cloud-init document or a script, run once at first boot. @default none */
    userData?: string;
    /** Ports that what `uses` it may reach, by name. @default none */
    ports?: Record<string, PortArgs>;
    /** Disk in GiB, encrypted: 8 to 16384. @default 20 */
    disk?: number;
    /** How to see that it works. @default the machine runs */
    health?: string | HealthArgs;
    /** What it may reach. @default nothing */
    uses?: Use[];
    /** Where it runs. @default the stack's own network */
    network?: Network;
}

export interface VMSpec {
    scale: ScaleSpec;
    cpu: number;
    memory: number;
    image: string | undefined;
    start: string | undefined;
    userData: string | undefined;
    ports: Record<string, PortSpec>;
    disk: number;
    health: HealthSpec | undefined;
    uses: Link[];
    network: Network;
}

/** VMParts is what a driver gives back. */
export interface VMParts extends Parts {
    /** Where it is reached from what `uses` it, with a port by name: `http://…`, `tcp://…`. Unset without ports. */
    url: pulumi.Output<string | undefined>;
    /**
     * Where each of its ports is reached from what `uses` it, as `host:port`, in the order of `ports`. They stay the same
     * when machines come and go. Empty without ports.
     */
    addresses: pulumi.Output<string[]>;
}

export const vmService = defineService<VMArgs, VMSpec>({
    name: "vm",
    type: "VM",
    access: ["connect"],
    fields: (profile) => ({
        scale: scaleField(profile === "prod" ? 2 : 1),
        cpu: optional(number({ min: 1, max: 64, unit: "CPUs" }), 1),
        memory: optional(number({ min: 1024, max: 524288, unit: "MiB" }), 0),
        image: optional(text("an image's name at its cloud")),
        start: optional(text("a command")),
        userData: optional(
            text("a script or a cloud-init document", {
                pattern: /^#(!|cloud-config)/,
                todo: "begin it with #!/bin/sh or #cloud-config",
            }),
        ),
        ports: portsField,
        disk: optional(number({ min: 8, max: 16384, unit: "GiB" }), 20),
        health: optional(healthField),
        uses: optional(uses, []),
        network: optional(reference<Network>("Network")) as Field<Network>,
    }),
    rules: (spec, at) => {
        if (spec.scale.min === 0) at.in("scale").in("min").fault("must be at least 1", "set it to 1", 0);
        if (spec.start === undefined && spec.userData === undefined && Object.keys(spec.ports).length) {
            at.in("ports").fault("has ports, but nothing that listens", "give `start` or `userData`");
        }
        if (spec.health && !spec.health.command && !Object.keys(spec.ports).length)
            at.in("health").fault("needs a port to ask at", "give `ports`, or a `command`");
        checkHealthPort(spec.health, spec.ports, at);
    },
    prepare: (self, spec) => ({
        ...spec,
        memory: memoryOf(spec),
        network: spec.network ?? Network.ofStack(self.cloud),
    }),
});

/** In MiB, also before it is prepared. */
export function memoryOf({ cpu, memory }: Pick<VMSpec, "cpu" | "memory">): number {
    return memory || cpu * 2048;
}

/**
 * VM is one or more equal machines with an operating system, hardened, without SSH. A change replaces them, a few at a time.
 * Who `uses` it gets its ports' URLs: the first one's as `URL`, any other's as `<PORT>_URL`: `BOX_URL`, `BOX_ADMIN_URL`.
 */
export class VM extends Component<"vm"> implements VMParts {
    readonly url: pulumi.Output<string | undefined>;
    readonly addresses: pulumi.Output<string[]>;

    constructor(name: string, args: VMArgs = {}, options?: ComponentOptions) {
        super(vmService, name, args, options);
        ({ url: this.url, addresses: this.addresses } = this.parts);
    }
}
