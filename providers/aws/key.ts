import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/aws/kms";
import type { Access } from "../../components/link";
import type { DriverOf } from "../../components/cloud";
import { type Account, accountOf } from "./account";
import { document } from "./grants";
import { tags } from "./tags";

/** A KMS key under an alias. Its material never leaves KMS, and CloudTrail records each use. */
export const key: DriverOf<"key"> = (site, { purpose, algorithm, rotation, material, deletionWindow }) => {
    const account = accountOf(site);
    const shared = {
        description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
        deletionWindowInDays: deletionWindow,
        policy: keyPolicy(account),
        tags: tags(site),
    };
    // KMS itself deletes when it is told to, after the window.
    const options = { main: true, protect: site.settings.protect };
    const sign = purpose === "sign";
    const made =
        material === undefined
            ? site.make(
                  "key",
                  kms.Key,
                  {
                      ...shared,
                      keyUsage: sign ? "SIGN_VERIFY" : "ENCRYPT_DECRYPT",
                      customerMasterKeySpec: sign ? specs[algorithm] : "SYMMETRIC_DEFAULT",
                      enableKeyRotation: rotation !== undefined,
                      rotationPeriodInDays: rotation,
                  },
                  options,
              )
            : site.make(
                  "imported",
                  kms.ExternalKey,
                  { ...shared, keyMaterialBase64: pulumi.secret(material), enabled: true },
                  options,
              );
    const id = keyId(made);
    site.make("alias", kms.Alias, { namePrefix: `alias/${site.name}-`, targetKeyId: id });

    const url = pulumi.interpolate`awskms://${id}?region=${account.region}`;
    return {
        id,
        url,
        grant: (access) => ({
            env: { URL: url, ID: id },
            secrets: {},
            permits: [{ role: [{ actions: actionsOf(access), on: [made.arn] }], apis: ["kms"] }],
        }),
    };
};

const specs = { "ecdsa-p256": "ECC_NIST_P256", ed25519: "ECC_NIST_EDWARDS25519" } as const;

const allowed: Partial<Record<Access, readonly string[]>> = {
    encrypt: ["kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
    decrypt: ["kms:Decrypt"],
    sign: ["kms:Sign"],
    verify: ["kms:Verify", "kms:GetPublicKey"],
};

function actionsOf(access: readonly Access[]): string[] {
    return [...access.flatMap((one) => allowed[one] ?? []), "kms:DescribeKey"];
}

/** The id by which KMS knows it: of an imported one, the resource's own. */
function keyId(made: kms.Key | kms.ExternalKey): pulumi.Output<string> {
    return "keyId" in made ? made.keyId : pulumi.output((made as kms.ExternalKey).id);
}

/**
 * Who may use a key: those to whom the account's own policies give it (without this statement nobody could ever change
 * the key again), CloudWatch for the account's log groups, and its alarms and RDS's events for topics which are encrypted
 * with it.
 */
export function keyPolicy({ id, region, partition }: Account): pulumi.Output<string> {
    const use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey"];
    return document([
        {
            Sid: "Account",
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${id}:root` },
            Action: "kms:*",
            Resource: "*", // in a key's policy: this key
        },
        {
            Sid: "Logs",
            Effect: "Allow",
            Principal: { Service: pulumi.interpolate`logs.${region}.amazonaws.com` },
            Action: [...use, "kms:DescribeKey"],
            Resource: "*",
            Condition: {
                ArnLike: {
                    "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${id}:log-group:*`,
                },
            },
        },
        {
            Sid: "Alarms",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: "*",
            Condition: { StringEquals: { "aws:SourceAccount": id } },
        },
        {
            Sid: "DatabaseEvents",
            Effect: "Allow",
            Principal: { Service: "events.rds.amazonaws.com" },
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            // RDS's guide ("Granting permissions to publish notifications to an Amazon SNS topic") knows no condition
            // here; the topic's own policy has it.
            Resource: "*",
        },
    ]);
}
