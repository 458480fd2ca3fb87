import * as pulumi from "@pulumi/pulumi";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import type { DriverOf } from "../../components/cloud";
import { variables, valueOf } from "../secret-value";
import { encryptionKey } from "./encryption";
import { tags } from "./tags";

/**
 * A secret of Secrets Manager. Its value stands in Pulumi's state as a secret, encrypted: a write-only argument would too,
 * among the inputs, and a change made elsewhere would not be seen.
 */
export const secret: DriverOf<"secret"> = (site, spec) => {
    const encryption = encryptionKey(site, spec.key);
    const made = site.make(
        "secret",
        secretsmanager.Secret,
        {
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            kmsKeyId: encryption.arn,
            recoveryWindowInDays: site.settings.protect ? 30 : 0,
            tags: tags(site),
        },
        { main: true, protect: site.settings.protect },
    );
    const version = site.make("version", secretsmanager.SecretVersion, {
        secretId: made.id,
        secretString: valueOf(site, spec),
    });
    // It names the version, so that what reads it at its start is started anew when the value changes.
    const from = pulumi.interpolate`${made.arn}:::${version.versionId}`;
    return {
        id: made.id,
        grant: (access) => ({
            ...variables(access, from),
            permits: [
                {
                    start: [
                        { actions: ["secretsmanager:GetSecretValue"], on: [made.arn] },
                        encryption.through("secretsmanager", "kms:Decrypt"),
                    ],
                },
            ],
        }),
    };
};

/** The secret's ARN, of the form that `Grant.secrets` has here: ECS's `<arn>:<key>:<stage>:<version>`. */
export function secretArn(from: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.output(from).apply((text) => text.split(":").slice(0, 7).join(":"));
}
