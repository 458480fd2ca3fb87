import * as pulumi from "@pulumi/pulumi";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import type { DriverOf } from "../../components/cloud";
import { variables, valueOf } from "../secret-value";
import { encryptionKey } from "./encryption";
import { deletion } from "./guard";
import { labels } from "./labels";
import { unique } from "./names";
import { projectOf } from "./project";

/**
 * A secret of Secret Manager, in the stack's region. Its value stands in Pulumi's state as a secret, encrypted: a write-only
 * argument would too, among the inputs, and a change made elsewhere would not be seen.
 */
export const secret: DriverOf<"secret"> = (site, spec) => {
    const encryption = encryptionKey(site, spec.key, "secretmanager");
    const { protect } = site.settings;
    const made = site.make(
        "secret",
        secretmanager.Secret,
        {
            secretId: unique(site, undefined, 255),
            replication: {
                userManaged: {
                    replicas: [
                        {
                            location: projectOf(site).region,
                            customerManagedEncryption: { kmsKeyName: encryption.name },
                        },
                    ],
                },
            },
            // A version that is destroyed can be brought back for this long.
            versionDestroyTtl: protect ? "2592000s" : undefined,
            deletionProtection: protect,
            labels: labels(site),
            ...deletion(site),
        },
        { main: true, protect, dependsOn: encryption.ready },
    );
    const version = site.make("version", secretmanager.SecretVersion, {
        secret: made.id,
        secretData: valueOf(site, spec),
        deletionPolicy: protect ? "DISABLE" : "DELETE",
    });
    // It names the version, so that what reads it at its start is started anew when the value changes.
    const from = version.name;
    return {
        id: made.id,
        grant: (access) => ({
            ...variables(access, from),
            permits: [
                { role: [{ to: site.name, role: "roles/secretmanager.secretAccessor", on: { secret: made.id } }] },
            ],
        }),
    };
};

/** The secret and the version, of the form that `Grant.secrets` has here: `projects/…/secrets/<secret>/versions/<version>`. */
export function secretVersion(from: pulumi.Input<string>): {
    secret: pulumi.Output<string>;
    version: pulumi.Output<string>;
} {
    const parts = pulumi.output(from).apply((name) => name.split("/versions/"));
    return { secret: parts.apply(([secret]) => secret), version: parts.apply(([, version]) => version) };
}
