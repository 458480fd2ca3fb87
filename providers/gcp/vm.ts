import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import type { Grant } from "../../components/link";
import { urlNames } from "../../components/ports";
import type { Site } from "../../components/site";
import type { VMSpec } from "../../components/vm";
import { linked } from "../../components/workload";
import { permitsOf } from "./grants";
import { machineGroup } from "./machine-group";
import { portVariables } from "./machine-start";
import { fromTerminals, type Machine, machineTemplate } from "./machine-template";
import { unique } from "./names";
import { nativeOf } from "./network";
import { containerImage } from "./container-machines";
import { later, needs, Places } from "./places";
import { keepPool } from "./pool";
import { poolBoot } from "./pool-boot";
import { projectOf } from "./project";
import { vmBoot } from "./vm-boot";
import { vmType } from "./vm-type";

/** Google's own images are of ten GiB. */
const leastDisk = 10;

/** Long supported, with cloud-init, and it updates itself. */
const usualImage = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64";

/**
 * A group of equal machines over the network's zones: shielded, with a disk under the stack's key, without an address on the
 * internet where the network has another way out. People log in by Google's tunnel (`gcloud compute ssh --tunnel-through-iap`)
 * and by IAM. A change replaces the machines, new ones first; while new ones do not become healthy, the old ones serve on.
 *
 * Containers may run `on` it: see pool.ts.
 */
export const vm: DriverOf<"vm"> = (site, spec) => {
    const { ports, scale, health } = spec;
    const network = nativeOf(spec.network);
    fromTerminals(site, network);
    const places = new Places(Object.values(ports).map(({ port }) => port));
    const grant = linked(spec.uses);
    const permits = permitsOf(grant.permits);
    const name = unique(site, "machine", 40);
    const { template, account } = machineTemplate(site, network, machineOf(site, spec, places, grant));
    const machines = machineGroup(site, {
        name,
        template,
        network,
        ports,
        health,
        scale,
        strategy: "rolling",
        patience: (health?.startup ?? 120) * 2 + 900,
        stopGrace: 60,
        places,
    });
    keepPool(site.component, { site, network, account, machines, places, connects: permits.connect });
    const { front, gauges } = machines;
    const names = Object.keys(ports);
    const urls = names.map((port) => front().url(port));
    return {
        url: urls[0] ?? pulumi.output(undefined),
        addresses: pulumi.all(names.map((port) => pulumi.interpolate`${front().address}:${ports[port].port}`)),
        grant: () => ({
            env: { URL: "", ...Object.fromEntries(urlNames(ports).map((variable, index) => [variable, urls[index]])) },
            secrets: {},
            permits: [{ connect: names.length ? front().connect : [] }],
        }),
        gauges,
    };
};

/** What each of its machines is made of: what it runs for containers that are declared later is known at the program's end. */
function machineOf(site: Site, spec: VMSpec, places: Places, grant: Grant): Machine {
    const { cpu, memory, disk, image, ports, start, userData, health } = spec;
    const { id: project, region } = projectOf(site);
    const own = { start, userData, env: portVariables(ports), grant, health };
    const served = { places, ports, health, project, registry: pulumi.interpolate`${region}-docker.pkg.dev` };
    return {
        account: `What runs on ${site.name}`,
        type: later(places, (all) => vmType(cpu, memory, needs(all).cpu)),
        image: later(places, (all) => image ?? (all.length ? containerImage : usualImage)),
        disk: Math.max(disk, leastDisk),
        boot: later(places, (all) =>
            all.length ? vmBoot({ ...own, containers: poolBoot({ ...served, all }) }) : vmBoot(own),
        ).apply((text) => text),
        permits: permitsOf(grant.permits),
        // In a list, a promise is waited for, and no more.
        after: [places.all.then((all) => all.flatMap(({ after }) => after)) as Promise<never>],
    };
}
