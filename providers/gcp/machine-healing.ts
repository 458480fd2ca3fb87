import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { HealthSpec } from "../../components/health";
import type { Site } from "../../components/site";
import { healthCheck } from "./backend";
import { type FrontArgs, letAsk } from "./machine-front";
import { healthPort } from "./machine-health";
import { named } from "./names";
import { declared, isAsked, later, type Placed, type Places } from "./places";

/** HealingArgs says how machines are asked. */
export type HealingArgs = Pick<FrontArgs, "network" | "tag" | "health" | "ports"> & {
    readonly places: Places | undefined;
};

type Policies = Pick<compute.RegionInstanceGroupManagerArgs, "autoHealingPolicies">["autoHealingPolicies"];

/**
 * Google asks machines for their health, and replaces who does not answer. With containers of others on them, it asks one
 * question for all: a machine on which one of them is not well is not well.
 */
export class Healing {
    /** What lets Google ask. */
    asked: compute.Firewall | undefined;
    /** Seconds that a machine may take to start. */
    readonly startup: pulumi.Input<number>;
    private check: compute.HealthCheck | undefined;

    constructor(
        private readonly site: Site,
        private readonly args: HealingArgs,
    ) {
        this.startup = declared(args.places, (all) => together(args, all).startup);
        if (isAsked(args)) this.make();
    }

    /** Once; without ports and without a command of the machines' own it is made for the first container on them. */
    make(): void {
        if (this.check) return;
        const { site, args } = this;
        const { places } = args;
        this.asked = letAsk(site, args, places && later(places, (all) => (all.length ? [`${places.answered}`] : [])));
        this.check = site.make(
            "health",
            compute.HealthCheck,
            { ...named(site, "health", 63, "healing"), ...checkOf(args) },
            { instance: "healing" },
        );
    }

    /** The group's; with containers of others, known when all are declared. */
    get policies(): Policies {
        const { places } = this.args;
        const made = () => this.check && { healthCheck: this.check.id, initialDelaySec: this.startup };
        return places ? (later(places, made) as Policies) : made();
    }

    /** What the group must not be made without. */
    get after(): pulumi.Input<pulumi.Resource>[] {
        const { places } = this.args;
        // In a list, a promise is waited for, and no more.
        return places ? [places.all.then(() => this.asked) as Promise<never>] : this.asked ? [this.asked] : [];
    }
}

/** Where the machines' own health is asked. A command's check is answered by the machine, with ports or without. */
function firstOf({ ports }: Pick<HealingArgs, "ports">) {
    const [first] = Object.entries(ports);
    return first ? { ...first[1], name: first[0] } : inside;
}

const inside = { port: healthPort, protocol: "tcp" as const, name: "health" };

function checkOf(args: HealingArgs): compute.HealthCheckArgs {
    const { health, ports, places } = args;
    const own = () => healthCheck(health, ports, firstOf(args), "TCP");
    if (!places) return own();
    const all = (placed: readonly Placed[]) =>
        healthCheck({ ...together(args, placed), command: [] }, {}, inside, "TCP", places.answered);
    const how = pulumi.output(later(places, (placed) => (placed.length ? all(placed) : own())));
    return {
        checkIntervalSec: how.apply((one) => one.checkIntervalSec!),
        timeoutSec: how.apply((one) => one.timeoutSec!),
        healthyThreshold: how.apply((one) => one.healthyThreshold!),
        unhealthyThreshold: how.apply((one) => one.unhealthyThreshold!),
        httpHealthCheck: how.apply((one) => one.httpHealthCheck!),
        tcpHealthCheck: how.apply((one) => one.tcpHealthCheck!),
    };
}

/** As patient as the most patient of all that machines run. */
function together(own: Pick<HealingArgs, "ports" | "health">, all: readonly Placed[]): HealthSpec {
    const asked = [...(isAsked(own) ? [own] : []), ...all.map(({ spec }) => spec)].map(({ health }) => health);
    const most = (key: keyof typeof usual, of = asked) => Math.max(...of.map((health) => health?.[key] ?? usual[key]));
    return {
        path: undefined,
        port: undefined,
        command: undefined,
        interval: most("interval"),
        timeout: most("timeout"),
        failures: most("failures"),
        startup: most("startup", [own.health, ...asked]),
    };
}

const usual = { interval: 10, timeout: 5, failures: 3, startup: 120 };
