import * as pulumi from "@pulumi/pulumi";
import * as memorystore from "@pulumi/gcp/memorystore";
import type { DatabaseSpec } from "../../components/database";
import type { Access, Grant } from "../../components/link";
import type { Site } from "../../components/site";
import { names } from "./database-engine";
import { type Kept, keepToken, kept } from "./database-keep";
import { hourOf, maintenanceOf, placeOf, secretOf } from "./database-place";
import { firstOf } from "./database-users";
import { gauges } from "./gauges";
import type { Permit } from "./grants";
import { deletion } from "./guard";
import { labels } from "./labels";
import { nativeOf } from "./network";
import { projectOf } from "./project";

/** With 1.4, 6.5, 13 and 58 GB for its data. */
const nodes = {
    micro: "SHARED_CORE_NANO",
    small: "STANDARD_SMALL",
    medium: "HIGHMEM_MEDIUM",
    large: "HIGHMEM_XLARGE",
} as const;

/** The versions of Valkey which speak what Redis of that version speaks. */
const versions: Readonly<Record<string, string>> = { "8": "VALKEY_8_0", "7": "VALKEY_7_2" };

const port = 6379;

const days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/** What a user may do: all but to rule the server, or to read. Both may say who they are, and ask how it goes. */
const rights = {
    write: "on ~* &* +@all -@admin -@dangerous +info +keys +flushdb",
    read: "on ~* &* -@all +@read +@connection +info -@dangerous",
} as const;

/** A Valkey of Memorystore, in which `redis` is spoken. */
export function cache(site: Site, spec: DatabaseSpec) {
    const { version, size, highAvailability, backups, parameters } = spec;
    const { protect } = site.settings;
    const { id: project, region } = projectOf(site);
    const place = placeOf(site, spec, "memorystore", 63);
    const network = nativeOf(spec.network);
    const { day, hour } = maintenanceOf(spec);
    const policy = site.make("cacheUsers", memorystore.AclPolicy, {
        aclPolicyId: place.id,
        location: region,
        rules: (["write", "read"] as const).map((access) => ({ username: names[access], rule: rights[access] })),
        ...deletion({ settings: { ...site.settings, protect: false } }),
    });
    const made = site.make(
        "cache",
        memorystore.Instance,
        {
            instanceId: place.id,
            location: region,
            engineVersion: versions[version],
            engineConfigs: parameters,
            // The smallest one shares its processor, and Google does not answer for it.
            nodeType: highAvailability && size === "micro" ? nodes.small : nodes[size as keyof typeof nodes],
            mode: "CLUSTER_DISABLED",
            shardCount: 1,
            replicaCount: highAvailability ? 1 : 0,
            // Google moves none from one to the other: as long as there is no replica, the one node is in some zone.
            zoneDistributionConfig: { mode: "MULTI_ZONE" },
            authorizationMode: "TOKEN_AUTH",
            aclPolicy: policy.id,
            transitEncryptionMode: "SERVER_AUTHENTICATION",
            kmsKey: place.encryption.name,
            desiredAutoCreatedEndpoints: [{ network: network.network, projectId: project }],
            automatedBackupConfig: {
                retention: `${backups.retention * 86_400}s`,
                fixedFrequencySchedule: { startTime: { hours: hourOf(backups.window) } },
            },
            managedBackupSource: spec.restore && { backup: spec.restore.from },
            maintenancePolicy: { weeklyMaintenanceWindows: [{ day: days[day - 1], startTime: { hours: hour } }] },
            deletionProtectionEnabled: protect,
            labels: labels(site),
            ...deletion(site),
        },
        {
            main: true,
            protect,
            dependsOn: [...place.encryption.ready, ...network.endpointsOf("gcp-memorystore")],
            ignoreChanges: ["managedBackupSource"],
            customTimeouts: { create: "60m", update: "120m", delete: "30m" },
        },
    );
    const host = made.endpoints.apply(primaryOf);
    const users = new Map<"write" | "read", ReturnType<typeof keepTokenOf>>();
    const keepTokenOf = (kind: "write" | "read") => {
        const user = names[kind];
        const password = secretOf(site, place, `${user}-password`);
        const url = secretOf(site, place, `${user}-url`);
        const known = pulumi.output({ password: password.id, url: url.id, host, instance: made.id });
        const versionsOf = kept<{ password: string; url: string; host: string; instance: string }, Kept>(site, known, {
            make: (ask, { host: at, instance, ...secrets }) =>
                keepToken(ask, { instance, user, secrets }, (token) => urlOf(user, token, at)),
            mocked: firstOf,
            look: (secrets) => secrets,
        });
        return { secrets: { password: password.id, url: url.id }, versions: versionsOf };
    };
    const grant = (access: readonly Access[]): Grant => {
        const kind = access.includes("write") ? "write" : "read";
        const user = users.get(kind) ?? keepTokenOf(kind);
        users.set(kind, user);
        return {
            env: { HOST: host, PORT: `${port}`, NAME: "0", USER: names[kind] },
            secrets: { URL: user.versions.url, PASSWORD: user.versions.password },
            permits: [
                {
                    role: Object.entries(user.secrets).map(([what, secret]) => ({
                        to: `${site.name}-${what}`,
                        role: "roles/secretmanager.secretAccessor",
                        on: { secret },
                    })),
                    connect: [{ to: site.name, ranges: [pulumi.interpolate`${host}/32`], port }],
                } satisfies Permit,
            ],
        };
    };
    return { id: made.name, host, port: pulumi.output(port), grant, gauges: gaugesOf(place.id) };
}

/** Over TLS always, by an authority that is the database's own. */
function urlOf(user: string, token: string, host: string): string {
    return `rediss://${user}:${encodeURIComponent(token)}@${host}:${port}/0`;
}

interface Reached {
    readonly connections?: readonly {
        readonly pscAutoConnection?: { readonly connectionType?: string; readonly ipAddress?: string };
    }[];
}

/** Where it is written to, whichever node that is at the time. */
function primaryOf(endpoints: readonly Reached[]): string {
    const all = endpoints.flatMap(({ connections = [] }) => connections.map((one) => one.pscAutoConnection));
    const found = all.find((one) => one?.connectionType === "CONNECTION_TYPE_PRIMARY") ?? all[0];
    if (found?.ipAddress) return found.ipAddress;
    throw new pulumi.RunError("Memorystore has made no endpoint in the network: run `pulumi up` again");
}

function gaugesOf(id: pulumi.Output<string>) {
    const own = "memorystore.googleapis.com/instance/";
    return gauges(
        {
            connections: { metric: `${own}clients/total_connected_clients`, kind: "gauge" },
            cpu: { metric: `${own}cpu/maximum_utilization`, kind: "gauge" },
            // It keeps its data in memory.
            storage: { metric: `${own}memory/maximum_utilization`, kind: "gauge" },
        },
        { resource: "memorystore.googleapis.com/Instance", labels: { instance_id: id } },
    );
}
