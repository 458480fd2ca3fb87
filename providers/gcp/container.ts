import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec } from "../../components/container";
import type { DriverOf } from "../../components/cloud";
import { urlNames } from "../../components/ports";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import { containerMachines } from "./container-machines";
import { containerOnPool } from "./container-pool";
import type { GcpGauge } from "./gauges";
import type { Permit } from "./grants";
import { needsMachines } from "./run-limits";
import { runService } from "./run-service";
import { runWorker } from "./run-worker";
import { type Entry, type GcpContainer, keepContainer } from "./target";
import { uptime } from "./uptime";
import { webBalancer } from "./web-balancer";

/** Running is a container that was made, in whichever way. */
export interface Running {
    readonly resource: pulumi.Resource;
    /** Where it listens, as others see it. @default where it listens */
    readonly ports?: ContainerSpec["ports"];
    /** What load balancers send to; undefined without a port. */
    readonly runs: GcpContainer["runs"] | undefined;
    /** A port's URL, for what uses it; known when it runs. */
    url(port: string): pulumi.Output<string>;
    /** What whoever uses it may do, and reaches. */
    permits(): readonly Permit[];
    readonly gauges: Readonly<Record<string, GcpGauge>>;
}

/**
 * A service of Cloud Run, or a worker pool where it has no port. What neither of them can do runs on a group of small
 * machines of its own: see {@link needsMachines}. With `on`, it runs on a VM's machines.
 */
export const container: DriverOf<"container"> = (site, spec) => {
    const { ports, health, stopGrace, public: open } = spec;
    const names = Object.keys(ports);
    const entries = new Gathered<Entry>();
    const made = spec.on
        ? containerOnPool(site, spec)
        : needsMachines(spec)
          ? containerMachines(site, spec)
          : names.length
            ? runService(site, spec, entries)
            : runWorker(site, spec);
    const native = made.runs && {
        name: site.name,
        ports: made.ports ?? ports,
        health,
        stopGrace,
        entries,
        runs: made.runs,
        gauges: made.gauges,
    };
    if (native) keepContainer(site.component, native);
    const entry = open && native ? enter(site, spec, native, made.resource) : undefined;
    const reachable = entry && uptime(site, { ...entry, path: health?.path });
    return {
        url: entry?.url ?? (names.length ? made.url(names[0]) : pulumi.output(undefined)),
        grant: () => ({
            env: {
                URL: "",
                ...Object.fromEntries(urlNames(ports).map((variable, index) => [variable, made.url(names[index])])),
            },
            secrets: {},
            permits: made.permits(),
        }),
        gauges: { ...entry?.gauges, ...made.gauges, ...(reachable ? { reachable } : {}) },
    };
};

/** By its own URL where it has one, else through a load balancer of its own. */
function enter(site: Site, { domain }: ContainerSpec, native: GcpContainer, after: pulumi.Resource) {
    if (native.runs.on === "run" && domain === undefined) {
        native.entries.add({ by: "url" });
        return { url: native.runs.uri, after: [after], gauges: {} };
    }
    return webBalancer(site, {
        domain,
        certificate: undefined,
        routes: [{ host: undefined, path: "/", to: native, port: undefined }],
        redirects: [],
        allow: [],
        waf: false,
        accessLog: true,
        protect: false,
    });
}
