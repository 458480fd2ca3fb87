import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { linked } from "../../components/workload";
import { together } from "../workload-check";
import type { Running } from "./container";
import { permitsOf, type Statement } from "./grants";
import { linesOfDocker, speaks } from "./last-words";
import { collect } from "./log";
import { machineBoot } from "./machine-boot";
import { machineGroup } from "./machine-group";
import { fromTerminals, machineTemplate } from "./machine-template";
import { machineFor } from "./machine-type";
import { unique } from "./names";
import { type GcpNetwork, nativeOf } from "./network";
import { tagOf } from "./network-firewall";
import { projectOf } from "./project";

/**
 * A group of small machines with Google's Container-Optimized OS, each of which runs the container once: for what Cloud Run has
 * no way for. A change replaces them, new ones first; while new ones do not become healthy, the old ones serve on, and the
 * deployment fails.
 */
export function containerMachines(site: Site, spec: ContainerSpec): Running {
    const { ports, scale, health, stopGrace, rollout, log, exec } = spec;
    const network = nativeOf(spec.network);
    const name = unique(site, "machine", 40);
    const { template } = templateOf(site, spec, network, name);
    if (exec) fromTerminals(site, network);
    const { strategy, timeout } = rollout;
    const patience = timeout + stopGrace;
    const args = { name, template, network, ports, health, scale, strategy, patience, stopGrace };
    const { manager, group, front, gauges } = machineGroup(site, args);
    const lines = linesOfDocker(name);
    collect(log, lines);
    speaks(site, manager, { filter: lines, logs: [log] });
    const open = Object.keys(ports).length > 0;
    const requests = scale.max > scale.min ? scale.requests : undefined;
    return {
        resource: manager,
        runs: open ? { on: "machines", group, network, tag: tagOf(site), requests } : undefined,
        url: (port) => front().url(port),
        permits: () => [{ connect: open ? front().connect : [] }],
        gauges,
    };
}

/** Google's system for containers: hardened, with Docker, and it updates itself. */
export const containerImage = "projects/cos-cloud/global/images/family/cos-stable";

/** @param name - what its containers' names begin with */
function templateOf(site: Site, spec: ContainerSpec, network: GcpNetwork, name: pulumi.Output<string>) {
    const { id: project, region } = projectOf(site);
    const all = [spec, ...Object.values(spec.sidecars)];
    const { role, connect, calls } = permitsOf(all.flatMap(({ uses }) => linked(uses).permits));
    const { cpu, memory } = together(all);
    return machineTemplate(site, network, {
        account: `What runs in ${site.name}`,
        type: machineFor(cpu, memory)!,
        image: containerImage,
        disk: 20,
        boot: machineBoot({ name, spec, project, registry: pulumi.interpolate`${region}-docker.pkg.dev` }),
        permits: { role: [...role, ...pulls(spec)], connect, calls },
        after: network.imageNames(),
    });
}

/** What it takes to get the images, of those that are in a repository of the stack's own. */
export function pulls(spec: Pick<ContainerSpec, "image" | "sidecars">): Statement[] {
    return [spec, ...Object.values(spec.sidecars)].flatMap(({ image }): Statement[] => {
        const repository = image.nodes.gcp?.repository;
        if (!repository) return [];
        const { repositoryId: name, location } = repository;
        return [{ to: image.ownName, role: "roles/artifactregistry.reader", on: { repository: { name, location } } }];
    });
}
