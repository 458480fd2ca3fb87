import * as pulumi from "@pulumi/pulumi";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import { RandomPassword } from "@pulumi/random";
import type { DriverOf } from "../../components/cloud";
import type { GenerateArgs } from "../../components/secret";
import { encryptionKey } from "./encryption";
import { tags } from "./tags";

/**
 * A secret of Secrets Manager. Its value stands in Pulumi's state as a secret, encrypted: a write-only argument would too,
 * among the inputs, and a change made elsewhere would not be seen.
 */
export const secret: DriverOf<"secret"> = (site, { value, generate, key }) => {
    const encryption = encryptionKey(site, key);
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
        secretString: pulumi.secret(
            generate ? site.make("generated", RandomPassword, { ...characters(generate) }).result : value!,
        ),
    });
    // It names the version, so that what reads it at its start is started anew when the value changes.
    const from = pulumi.interpolate`${made.arn}:::${version.versionId}`;
    return {
        id: made.id,
        grant: (access) => ({
            env: {},
            secrets: named("", access.includes("read"), from),
            files: named("FILE", access.includes("file"), from),
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

function named(end: string, given: boolean, from: pulumi.Output<string>): Record<string, pulumi.Output<string>> {
    return given ? { [end]: from } : {};
}

function characters({ length, alphabet }: Required<GenerateArgs>) {
    switch (alphabet) {
        case "alphanumeric":
            return { length, special: false };
        case "hex":
            return { length, upper: false, lower: false, numeric: false, overrideSpecial: "0123456789abcdef" };
        case "printable":
            return { length, overrideSpecial: "!#$%&*+-./:;<=>?@^_~" };
    }
}
