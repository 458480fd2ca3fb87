import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { urlNames } from "../../components/ports";
import type { Site } from "../../components/site";
import type { VMSpec } from "../../components/vm";
import { linked } from "../../components/workload";
import { permitsOf } from "./grants";
import { portVariables } from "./machine-boot";
import { machineGroup } from "./machine-group";
import { fromTerminals, machineTemplate } from "./machine-template";
import { unique } from "./names";
import { type GcpNetwork, nativeOf } from "./network";
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
 */
export const vm: DriverOf<"vm"> = (site, spec) => {
    const { ports, scale, health } = spec;
    const network = nativeOf(spec.network);
    fromTerminals(site, network);
    const { front, gauges } = machineGroup(site, {
        name: unique(site, "machine", 40),
        template: templateOf(site, spec, network),
        network,
        ports,
        health,
        scale,
        strategy: "rolling",
        patience: (health?.startup ?? 120) * 2 + 900,
        stopGrace: 60,
    });
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

function templateOf(site: Site, spec: VMSpec, network: GcpNetwork) {
    const { cpu, memory, disk, image, uses, ports, start, userData, health } = spec;
    const grant = linked(uses);
    return machineTemplate(site, network, {
        account: `What runs on ${site.name}`,
        type: vmType(cpu, memory),
        image: image ?? usualImage,
        disk: Math.max(disk, leastDisk),
        boot: vmBoot({ start, userData, env: portVariables(ports), grant, health }),
        permits: permitsOf(grant.permits),
    });
}
