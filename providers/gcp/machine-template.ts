import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { linked } from "../../components/workload";
import { encryptionKey } from "./encryption";
import { permitsOf, type Statement } from "./grants";
import { labels } from "./labels";
import { machineBoot } from "./machine-boot";
import { machineFor } from "./machine-type";
import { named } from "./names";
import type { GcpNetwork } from "./network";
import { connections, tagOf } from "./network-firewall";
import { projectOf } from "./project";
import { role } from "./role";

/**
 * What each machine of a group is: hardened, with an encrypted disk, as an account with what the containers' links permit.
 *
 * @param name - what its containers' names begin with
 */
export function makeTemplate(site: Site, spec: ContainerSpec, network: GcpNetwork, name: pulumi.Output<string>) {
    const { id: project, region } = projectOf(site);
    const all = [spec, ...Object.values(spec.sidecars)];
    const permits = permitsOf(all.flatMap(({ uses }) => linked(uses).permits));
    const account = role(site, "account", {
        description: `What runs in ${site.name}`,
        may: [...permits.role, ...pulls(spec), { to: "log", role: "roles/logging.logWriter", on: { project: true } }],
    });
    const encryption = encryptionKey(site, undefined, "compute");
    const cpu = all.reduce((sum, one) => sum + one.cpu, 0);
    const memory = all.reduce((sum, one) => sum + one.memory, 0);
    return site.make(
        "template",
        compute.RegionInstanceTemplate,
        {
            ...named(site, "template", 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region,
            machineType: machineFor(cpu, memory)!,
            disks: [
                {
                    sourceImage: "projects/cos-cloud/global/images/family/cos-stable",
                    boot: true,
                    autoDelete: true,
                    diskType: "pd-balanced",
                    diskSizeGb: 20,
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
                "user-data": machineBoot({
                    name,
                    spec,
                    project,
                    registry: pulumi.interpolate`${region}-docker.pkg.dev`,
                }),
                "block-project-ssh-keys": "true",
                // Who may log in is said by IAM, and nobody reaches it but by Google's tunnel, with `exec`.
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

/** What it takes to get the images, of those that are in a repository of the stack's own. */
function pulls(spec: ContainerSpec): Statement[] {
    return [spec, ...Object.values(spec.sidecars)].flatMap(({ image }): Statement[] => {
        const repository = image.nodes.gcp?.repository;
        if (!repository) return [];
        const { repositoryId: name, location } = repository;
        return [{ to: image.ownName, role: "roles/artifactregistry.reader", on: { repository: { name, location } } }];
    });
}
