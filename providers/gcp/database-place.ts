/** What every database on GCP has in common: a name of its own, its key, when it is looked after. */

import * as pulumi from "@pulumi/pulumi";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import { RandomId } from "@pulumi/random";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { type AgentOf } from "./agents";
import { type Encryption, encryptionKey } from "./encryption";
import { deletion } from "./guard";
import { labels } from "./labels";
import { projectOf } from "./project";

/** Place is what a database is made with. */
export interface Place {
    /** Its name. Cloud SQL gives one out again only after a week, and what is granted by it would be its namesake's. */
    readonly id: pulumi.Output<string>;
    readonly encryption: Encryption;
    /** The same key, for its secrets. */
    readonly secrets: Encryption;
}

/** @param most - how long a name may be */
export function placeOf(site: Site, spec: DatabaseSpec, service: AgentOf, most: number): Place {
    const encryption = encryptionKey(site, spec.key, service);
    // What makes Google replace a database: the old one and the new one need two names, for a while.
    const { hex } = site.make("suffix", RandomId, {
        byteLength: 4,
        keepers: { engine: spec.engine, key: encryption.name },
    });
    const begin = site.name.slice(0, most - 9).replace(/-+$/, "");
    return {
        id: pulumi.interpolate`${begin}-${hex}`,
        encryption,
        secrets: encryptionKey(site, spec.key, "secretmanager"),
    };
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The weekly hour of updates: the day from Monday on, which is 1. */
export function maintenanceOf({ maintenance }: Pick<DatabaseSpec, "maintenance">) {
    const [day, time] = maintenance.split(" ");
    return { day: days.indexOf(day) + 1, hour: hourOf(time) };
}

/** The hour of a full one: others are refused by database-check.ts. */
export function hourOf(time: string): number {
    return Number(time.slice(0, 2));
}

/** A secret of the database's own, in its region, under its key. Its versions are made by database-keep.ts. */
export function secretOf(
    site: Site,
    { id, secrets }: Pick<Place, "id" | "secrets">,
    what: string,
): secretmanager.Secret {
    return site.make(
        "userSecret",
        secretmanager.Secret,
        {
            // Another one with another database: the passwords are that one's.
            secretId: pulumi.interpolate`${id}-${what}`,
            replication: {
                userManaged: {
                    replicas: [
                        {
                            location: projectOf(site).region,
                            customerManagedEncryption: { kmsKeyName: secrets.name },
                        },
                    ],
                },
            },
            labels: labels(site),
            // The database is what is guarded; without it they are worth nothing.
            deletionProtection: false,
            ...deletion({ settings: { ...site.settings, protect: false } }),
        },
        { instance: what, dependsOn: secrets.ready },
    );
}
