import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import type { Running } from "./container";
import { linesOfDocker } from "./last-words";
import { collect } from "./log";
import { type Front, letAsk, machineFront } from "./machine-front";
import { tagOf } from "./network-firewall";
import { portName } from "./places";
import { place } from "./pool-place";

/**
 * A container on a VM's machines, each of which runs it once. A change of it is a change of the machines: they are replaced, new
 * ones first, and while one of their containers does not become healthy, the old ones serve on, and the deployment fails.
 *
 * Who is let in, and how it is asked, is its own; its rights, its ways out and what is seen of it are the machines'.
 */
export function containerOnPool(site: Site, spec: ContainerSpec): Running {
    const { health, log, stopGrace } = spec;
    const { pool, placed } = place(site, spec);
    const { base, hosted: ports, answered } = placed;
    const { network, machines } = pool;
    const tag = tagOf(pool.site);
    collect(log, linesOfDocker(base));
    const open = Object.keys(ports).length > 0;
    const { group } = machines;
    const reached = { network, tag, health, ports, answered };
    let made: Front | undefined;
    const front = () => (made ??= machineFront(site, { ...reached, group, stopGrace, asked: letAsk(site, reached) }));
    return {
        resource: machines.manager,
        ports,
        runs: open ? { on: "machines", group, network, tag, requests: undefined, portName, answered } : undefined,
        url: (port) => front().url(port),
        permits: () => [{ connect: open ? front().connect : [] }],
        gauges: machines.gauges,
    };
}
