import type * as pulumi from "@pulumi/pulumi";
import { type Cloud, stackScope } from "./cloud";
import { type Common, Component, type ComponentOptions, defineService, type Parts } from "./component";
import { flag, number, oneOf, optional, text } from "./shape";
import { asPart } from "./stack-transform";

/** NetworkArgs configures a {@link Network}. */
export interface NetworkArgs extends Common<"network"> {
    /** Its private IPv4 addresses. @default "10.0.0.0/16" */
    range?: string;
    /** Over how many zones it reaches: 2 to 4. @default 2 */
    zones?: number;
    /**
     * How what runs in it reaches the internet: not at all, from public addresses, through one small machine, or through
     * the cloud's gateway (per zone at `prod`). @default "public-address" for profile `dev`, "nat-instance" for `small`, "nat-gateway" for `prod`
     */
    egress?: "none" | "public-address" | "nat-instance" | "nat-gateway";
    /** Records who talked to whom. @default true, but for profile `dev` */
    flowLogs?: boolean;
    /** The id of a network which is there, to use in place of a new one: its range and its flow logs are its owner's. @default a new one is made */
    existing?: string;
}

export interface NetworkSpec {
    range: string;
    zones: number;
    egress: "none" | "public-address" | "nat-instance" | "nat-gateway";
    flowLogs: boolean;
    existing: string | undefined;
}

/** NetworkParts is what a driver gives back. */
export interface NetworkParts extends Parts {
    /** Its id at its cloud. */
    id: pulumi.Output<string>;
    /** Subnets by tier: for load balancers, for what runs, for what holds data. Empty where the cloud has none. */
    subnets: { readonly [Tier in "public" | "private" | "data"]: pulumi.Output<string[]> };
}

export const networkService = defineService<NetworkArgs, NetworkSpec>({
    name: "network",
    type: "Network",
    fields: (profile) => ({
        range: optional(
            text("a private IPv4 range of /16 to /20", { pattern: privateRange, todo: 'write one like "10.0.0.0/16"' }),
            "10.0.0.0/16",
        ),
        zones: optional(number({ min: 2, max: 4, unit: "zones" }), 2),
        egress: optional(
            oneOf("none", "public-address", "nat-instance", "nat-gateway"),
            ({ dev: "public-address", small: "nat-instance", prod: "nat-gateway" } as const)[profile],
        ),
        flowLogs: optional(flag, profile !== "dev"),
        existing: optional(text("the id of a network")),
    }),
    rules: ({ existing }, at, args) => {
        if (existing === undefined) return;
        for (const own of ["range", "flowLogs"] as const)
            if (args[own] !== undefined)
                at.in(own).fault("is for a new network: `existing` has its own", "leave it out", args[own]);
    },
});

const privateRange =
    /^(10\.(25[0-5]|2[0-4]\d|1?\d?\d)|172\.(1[6-9]|2\d|3[01])|192\.168)\.(25[0-5]|2[0-4]\d|1?\d?\d)\.0\/(1[6-9]|20)$/;

/** Network is a private network. Every stack has one by default, shared by all that runs in it. */
export class Network extends Component<"network"> implements NetworkParts {
    readonly id: pulumi.Output<string>;
    readonly subnets: NetworkParts["subnets"];

    constructor(name: string, args: NetworkArgs = {}, options?: ComponentOptions) {
        super(networkService, name, args, options);
        ({ id: this.id, subnets: this.subnets } = this.parts);
    }

    /** The network which the stack's parts share, made when the first of them needs it. */
    static ofStack(cloud: Cloud): Network {
        const scope = stackScope();
        const networks = shared.get(scope) ?? new Map<Cloud, Network>();
        shared.set(scope, networks);
        let network = networks.get(cloud);
        if (!network) {
            network = asPart(cloud.name, "network", (args) => new Network("stack-network", args, { cloud }));
            networks.set(cloud, network);
        }
        return network;
    }
}

const shared = new WeakMap<object, Map<Cloud, Network>>();
