/** Databases by private services access: a peering of the network with Google's, which the network's owner has made once. */

import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import { deploys } from "../deploys";
import { api } from "./apis";
import { called, type Way } from "./database-endpoint";
import { type Ask, askAs, tried } from "./google-api";
import type { GcpNetwork } from "./network";
import { projectOf } from "./project";

/**
 * The server gets an address of those that the network's owner has given to Google. Nothing is made of the peering, so nothing
 * of it has to be taken away: Google keeps its end for days after the last server, and a network with it cannot be deleted.
 */
export function byPeering(site: Site, network: GcpNetwork): Way {
    const { token } = projectOf(site);
    const looked = pulumi.all([network.existing ?? network.network, token]).apply(([path, bearer]) =>
        // With a program's own mocks there is no network.
        tried(async () => !deploys() || (await connected(askAs(bearer), path))),
    );
    const peered = pulumi.all([network.network, looked]).apply(([path]) => path);
    return {
        server: { privateNetwork: pulumi.unsecret(peered) },
        before: [api(site, "servicenetworking")],
        // One that had an endpoint before can have it again, with all its data.
        stays: ["pscConfigs"],
        endpointOf: (server) =>
            called(
                site,
                network,
                pulumi.all([server.dnsNames, server.name]).apply(([names, name]) => nameOf(names, name)),
                server.privateIpAddress,
                { by: "peering" },
            ),
    };
}

interface DnsName {
    readonly name: string;
    readonly connectionType: string;
    readonly dnsScope: string;
}

/**
 * The name that a server's certificate is for; it is in no public zone. One with an authority of its own, as an old server has
 * of which this is a copy, has no name: then it gets one, for which it has no certificate.
 * Source: cloud.google.com/sql/docs/postgres/configure-ssl-instance
 */
export function nameOf(names: readonly DnsName[] | undefined, server: string): string {
    const own = names?.find(
        ({ connectionType, dnsScope }) => connectionType === "PRIVATE_SERVICES_ACCESS" && dnsScope === "INSTANCE",
    );
    return own?.name ?? `${server}.sql.internal.`;
}

/** @throws when the network has no such connection, with the commands that make one */
export async function connected(ask: Ask, network: string): Promise<true> {
    const { peerings = [] } = (await ask("compute", "GET", network)) as { peerings?: { name: string }[] };
    if (peerings.some(({ name }) => name === "servicenetworking-googleapis-com")) return true;
    const [, project, name] = /projects\/([^/]+)\/global\/networks\/([^/]+)/.exec(network)!;
    const where = `--network=${name} --project=${project}`;
    throw new pulumi.RunError(
        [
            `Network ${name} has no private services access, which databases need with \`mvi:gcpDatabases\` peering. Whoever owns it makes it once:`,
            `gcloud services enable servicenetworking.googleapis.com --project=${project}`,
            `gcloud compute addresses create ${name}-databases --global --purpose=VPC_PEERING --prefix-length=20 ${where}`,
            `gcloud services vpc-peerings connect --service=servicenetworking.googleapis.com --ranges=${name}-databases ${where}`,
        ].join("\n    "),
    );
}
