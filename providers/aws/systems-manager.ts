import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import type { Statement } from "./grants";

/**
 * What the agent of Systems Manager does on a machine: it says how the machine is, does what it is told, and opens sessions.
 * AWS's own `AmazonSSMManagedInstanceCore` allows all of it on everything, and to read every parameter of the account, which
 * no machine of ours has to; the policy that AWS gives machines by default leaves that out too
 * (`AmazonSSMManagedEC2InstanceDefaultPolicy`). Which action has a resource: "Actions, resources, and condition keys for AWS
 * Systems Manager", for `ssm`, `ssmmessages` and `ec2messages`.
 */
export function systemsManager(site: Site): Statement[] {
    const { id, partition, region } = accountOf(site);
    const machines = pulumi.interpolate`arn:${partition}:ec2:${region}:${id}:instance/*`;
    const associations = pulumi.interpolate`arn:${partition}:ssm:${region}:${id}:association/*`;
    // AWS's own documents are no account's, and its services' are those of accounts of AWS.
    const documents = pulumi.interpolate`arn:${partition}:ssm:${region}:*:document/*`;
    return [
        {
            actions: ["ssm:ListInstanceAssociations", "ssm:PutComplianceItems", "ssm:UpdateInstanceInformation"],
            on: [machines],
        },
        {
            actions: ["ssm:DescribeAssociation", "ssm:UpdateAssociationStatus", "ssm:UpdateInstanceAssociationStatus"],
            on: [machines, associations, documents],
        },
        { actions: ["ssm:DescribeDocument", "ssm:GetDocument"], on: [documents] },
        {
            actions: [
                "ec2messages:AcknowledgeMessage",
                "ec2messages:DeleteMessage",
                "ec2messages:FailMessage",
                "ec2messages:GetEndpoint",
                "ec2messages:GetMessages",
                "ec2messages:SendReply",
                "ssm:GetDeployablePatchSnapshotForInstance",
                "ssm:GetManifest",
                "ssm:ListAssociations",
                "ssm:PutConfigurePackageResult",
                "ssm:PutInventory",
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            on: ["*"],
            when: { StringEquals: { "aws:RequestedRegion": region } },
        },
    ];
}
