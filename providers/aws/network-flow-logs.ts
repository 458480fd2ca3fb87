import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import type { Site } from "../../components/site";
import { encryptionKey } from "./encryption";
import { retentionFor } from "./log-retention";
import { role } from "./role";
import { tags } from "./tags";

/** Records who talked to whom in a VPC, in a log group of its own. */
export function flowLogs(site: Site, vpc: ec2.Vpc): void {
    const group = site.make("flowLogs", cloudwatch.LogGroup, {
        retentionInDays: retentionFor({ dev: 30, small: 90, prod: 365 }[site.settings.profile]),
        kmsKeyId: encryptionKey(site, undefined).arn,
        tags: tags(site),
    });
    const { role: writer, policies } = role(site, "flowLogsRole", {
        service: "vpc-flow-logs.amazonaws.com",
        description: "Writes the flow logs of a network",
        may: [
            {
                actions: [
                    "logs:CreateLogStream",
                    "logs:PutLogEvents",
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                ],
                on: [group.arn, pulumi.interpolate`${group.arn}:*`],
            },
        ],
    });
    site.make(
        "flowLog",
        ec2.FlowLog,
        {
            vpcId: vpc.id,
            trafficType: "ALL",
            logDestinationType: "cloud-watch-logs",
            logDestination: group.arn,
            iamRoleArn: writer.arn,
            maxAggregationInterval: 600,
            tags: tags(site),
        },
        { dependsOn: policies },
    );
}
