import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/gcp/compute";
import type { Site } from "../../components/site";
import { encryptionKey } from "./encryption";
import type { Permit } from "./grants";
import { labels } from "./labels";
import { named } from "./names";
import type { GcpNetwork } from "./network";
import { connections, tagOf } from "./network-firewall";
import { projectOf } from "./project";
import { type Role, role } from "./role";

/** Machine is what each machine of a group is made of. */
export interface Machine {
    /** Why its account is there. */
    readonly account: string;
    readonly type: pulumi.Input<string>;
    /** `projects/…/global/images/…` */
    readonly image: pulumi.Input<string>;
    /** In GiB. */
    readonly disk: number;
    /** What it does when it comes up, for cloud-init. */
    readonly boot: pulumi.Input<string>;
    /** What its links permit, and whatever else it needs, but to write its log. */
    readonly permits: Required<Permit>;
    /** What it must not run without, besides. @default nothing */
    readonly after?: readonly pulumi.Input<pulumi.Resource>[];
}

/** The template of a group: hardened, with an encrypted disk, as an account with what its links permit. */
export function machineTemplate(
    site: Site,
    network: GcpNetwork,
    { account: description, type, image, disk, boot, permits, after = [] }: Machine,
): { template: compute.RegionInstanceTemplate; account: Role } {
    const account = role(site, "account", {
        description,
        may: [...permits.role, { to: "log", role: "roles/logging.logWriter", on: { project: true } }],
    });
    const encryption = encryptionKey(site, undefined, "compute");
    const template = site.make(
        "template",
        compute.RegionInstanceTemplate,
        {
            ...named(site, "template", 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region: projectOf(site).region,
            machineType: type,
            disks: [
                {
                    sourceImage: image,
                    boot: true,
                    autoDelete: true,
                    diskType: "pd-balanced",
                    diskSizeGb: disk,
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
                "user-data": boot,
                "block-project-ssh-keys": "true",
                // Who may log in is said by IAM, and nobody reaches it but by Google's tunnel: see `fromTerminals`.
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
                ...network.runNames(permits.calls),
                ...network.wayOut(),
                ...after,
            ],
        },
    );
    return { template, account };
}

/** Lets in who may log in, through Google's tunnel: in a container, `docker exec` it is then. */
export function fromTerminals(site: Site, network: GcpNetwork): void {
    site.make(
        "firewall",
        compute.Firewall,
        {
            ...named(site, "firewall", 63, "terminals"),
            network: network.network,
            description: `Google's tunnel to ${site.name}, for whom IAM lets in`,
            direction: "INGRESS",
            priority: 1000,
            sourceRanges: ["35.235.240.0/20"],
            targetTags: [tagOf(site)],
            allows: [{ protocol: "tcp", ports: ["22"] }],
        },
        { instance: "terminals" },
    );
}
