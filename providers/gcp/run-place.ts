import * as pulumi from "@pulumi/pulumi";
import type { SidecarSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { linked, type WorkloadSpec } from "../../components/workload";
import { encryptionKey } from "./encryption";
import { permitsOf, type Statement } from "./grants";
import { deletion } from "./guard";
import { labels } from "./labels";
import { nativeOf } from "./network";
import { connections, tagOf } from "./network-firewall";
import { projectOf } from "./project";
import { type Role, role } from "./role";

/** Place is as whom, and from where in the network, something runs on Cloud Run. */
export interface Place {
    readonly role: Role;
    readonly encryptionKey: pulumi.Output<string>;
    readonly vpcAccess: {
        readonly egress: string;
        readonly networkInterfaces: {
            network: pulumi.Output<string>;
            subnetwork: pulumi.Output<string>;
            tags: string[];
        }[];
    };
    /** Without these it would start before it may do what it has to. */
    readonly ready: readonly pulumi.Resource[];
}

/** An account of its own, with what its links permit; and its way into the network. */
export function placeOf(
    site: Site,
    spec: WorkloadSpec,
    sidecars: Readonly<Record<string, SidecarSpec>> = {},
    may: readonly Statement[] = [],
): Place {
    const permits = permitsOf([spec, ...Object.values(sidecars)].flatMap(({ uses }) => linked(uses).permits));
    const own = role(site, "account", { description: `What runs in ${site.name}`, may: [...permits.role, ...may] });
    const network = nativeOf(spec.network);
    const encryption = encryptionKey(site, undefined, "run");
    return {
        role: own,
        encryptionKey: encryption.name,
        vpcAccess: {
            egress: network.runEgress,
            networkInterfaces: [{ network: network.network, subnetwork: network.subnet, tags: [tagOf(site)] }],
        },
        ready: [
            ...own.policies,
            ...connections(site, network, permits.connect),
            ...network.runNames(permits.calls),
            ...encryption.ready,
        ],
    };
}

/** What every resource of Cloud Run says of itself. None holds data: a guard would only stop its replacement. */
export function common(site: Site, name: pulumi.Input<string>) {
    return {
        name,
        description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
        location: projectOf(site).region,
        labels: labels(site),
        deletionProtection: false,
        ...deletion({ settings: { ...site.settings, protect: false } }),
    };
}
