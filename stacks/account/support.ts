import * as pulumi from "@pulumi/pulumi";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import * as iam from "@pulumi/aws/iam";
import { tags } from "./tags";

/** A role for who asks AWS for help, and nothing else (CIS 2.15): for whom the account's policies let take it, with a second factor. */
export function support(): void {
    const { partition } = getPartitionOutput();
    const role = new iam.Role("support", {
        description: "Asks AWS's support for help",
        tags: tags("support"),
        assumeRolePolicy: pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: {
                        AWS: pulumi.interpolate`arn:${partition}:iam::${getCallerIdentityOutput().accountId}:root`,
                    },
                    Action: "sts:AssumeRole",
                    Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
                },
            ],
        }),
    });
    new iam.RolePolicyAttachment("support", {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AWSSupportAccess`,
    });
}
