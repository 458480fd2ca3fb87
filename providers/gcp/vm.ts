import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { DriverOf } from "../../components/cloud";
import { urlNames } from "../../components/ports";
import type { Site } from "../../components/site";
import type { VMSpec } from "../../components/vm";
import { linked } from "../../components/workload";
import { healthCheck } from "./backend";
import { encryptionKey } from "./encryption";
import { permitsOf } from "./grants";
import { labels } from "./labels";
import { portVariables } from "./machine-boot";
import { letAsk, machineFront } from "./machine-front";
import { machineGauges } from "./machine-gauges";
import { autoscale, fromTerminals, policyOf } from "./machine-group";
import { healthPort } from "./machine-health";
import { named, unique } from "./names";
import { type GcpNetwork, nativeOf } from "./network";
import { connections, tagOf } from "./network-firewall";
import { projectOf } from "./project";
import { role } from "./role";
import { timeouts } from "./run-service";
import { vmBoot } from "./vm-boot";
import { vmType } from "./vm-type";

/** Seconds until a machine that goes gets no more connections. */
const stopGrace = 60;

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
    const names = Object.keys(ports);
    const tag = tagOf(site);
    const isAsked = names.length > 0 || health?.command !== undefined;
    const asked = isAsked ? letAsk(site, { network, tag, health, ports }) : undefined;
    const check = isAsked
        ? site.make(
              "health",
              compute.HealthCheck,
              { ...named(site, "health", 63, "healing"), ...healthCheck(health, ports, firstOf(ports), "TCP") },
              { instance: "healing" },
          )
        : undefined;
    fromTerminals(site, network);
    const template = makeTemplate(site, spec, network);
    const startup = health?.startup ?? 120;
    const scaled = scale.max > scale.min;
    const group = site.make(
        "machines",
        compute.RegionInstanceGroupManager,
        {
            ...named(site, undefined, 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region: projectOf(site).region,
            baseInstanceName: unique(site, "machine", 40),
            distributionPolicyZones: network.zones,
            versions: [{ instanceTemplate: template.id }],
            targetSize: scale.min,
            namedPorts: Object.entries(ports).map(([port, { port: number }]) => ({ name: port, port: number })),
            updatePolicy: network.zones.apply((zones) =>
                policyOf({ rollout: { strategy: "rolling" }, scale }, zones.length),
            ),
            autoHealingPolicies: check && { healthCheck: check.id, initialDelaySec: startup },
            waitForInstances: true,
            waitForInstancesStatus: "UPDATED",
        },
        {
            main: true,
            // Who cannot be asked is taken for dead.
            dependsOn: asked ? [asked] : [],
            ignoreChanges: scaled ? ["targetSize"] : [],
            customTimeouts: timeouts(startup * 2 + 900),
        },
    );
    if (scaled) autoscale(site, { scale, health }, group);
    const front = names.length
        ? machineFront(site, { group: group.instanceGroup, network, ports, health, stopGrace, tag, asked })
        : undefined;
    const addresses = names.map((port) => pulumi.interpolate`${front!.address}:${ports[port].port}`);
    const urls = names.map((port, index) => {
        const scheme = ports[port].protocol === "http" ? "http" : "tcp";
        return pulumi.interpolate`${scheme}://${addresses[index]}`;
    });
    return {
        url: urls[0] ?? pulumi.output(undefined),
        addresses: pulumi.all(addresses),
        grant: () => ({
            env: { URL: "", ...Object.fromEntries(urlNames(ports).map((variable, index) => [variable, urls[index]])) },
            secrets: {},
            permits: [
                {
                    connect: names.map((port) => ({
                        to: site.name,
                        ranges: [pulumi.interpolate`${front!.address}/32`],
                        port: ports[port].port,
                    })),
                },
            ],
        }),
        gauges: machineGauges(site, group.name),
    };
};

function makeTemplate(site: Site, spec: VMSpec, network: GcpNetwork): compute.RegionInstanceTemplate {
    const { cpu, memory, disk, image, uses, ports, start, userData, health } = spec;
    const grant = linked(uses);
    const permits = permitsOf(grant.permits);
    const account = role(site, "account", {
        description: `What runs on ${site.name}`,
        may: [...permits.role, { to: "log", role: "roles/logging.logWriter", on: { project: true } }],
    });
    const encryption = encryptionKey(site, undefined, "compute");
    return site.make(
        "template",
        compute.RegionInstanceTemplate,
        {
            ...named(site, "template", 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region: projectOf(site).region,
            machineType: vmType(cpu, memory),
            disks: [
                {
                    sourceImage: image ?? usualImage,
                    boot: true,
                    autoDelete: true,
                    diskType: "pd-balanced",
                    diskSizeGb: Math.max(disk, leastDisk),
                    diskEncryptionKey: { kmsKeySelfLink: encryption.name },
                },
            ],
            networkInterfaces: [
                {
                    network: network.network,
                    subnetwork: network.subnet,
                    accessConfigs: network.publicAddress ? [{ networkTier: "PREMIUM" }] : [],
                },
            ],
            serviceAccount: { email: account.email, scopes: ["https://www.googleapis.com/auth/cloud-platform"] },
            shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
            canIpForward: false,
            tags: [tagOf(site)],
            metadata: {
                "user-data": vmBoot({ start, userData, env: portVariables(ports), grant, health }),
                "block-project-ssh-keys": "true",
                // Who may log in is said by IAM, and nobody reaches it but by Google's tunnel.
                "enable-oslogin": "true",
                "serial-port-enable": "false",
            },
            labels: labels(site),
        },
        {
            dependsOn: [
                ...account.policies,
                ...connections(site, network, permits.connect),
                ...encryption.ready,
                ...network.wayOut(),
            ],
        },
    );
}

/** Without ports there is the port of the health only. */
function firstOf(ports: VMSpec["ports"]) {
    const [first] = Object.entries(ports);
    return first ? { ...first[1], name: first[0] } : { name: "health", port: healthPort, protocol: "http" as const };
}
