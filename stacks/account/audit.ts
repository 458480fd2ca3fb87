/** A record of all that is done in the account, in every region: kept for two years, where nobody can change it unseen. */

import * as pulumi from "@pulumi/pulumi";
import * as cloudtrail from "@pulumi/aws/cloudtrail";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as iam from "@pulumi/aws/iam";
import { Blob, Key, Log } from "pulumi-mvi";
import type {} from "pulumi-mvi/aws";
import type { AccountSettings } from "./account";
import { tags } from "./tags";
import { patterns, watches, watchFilters } from "./watches";

export function audit(settings: AccountSettings): { records: pulumi.Output<string> } {
    const name = `${pulumi.getProject()}-${pulumi.getStack()}`;
    const { accountId } = getCallerIdentityOutput();
    const { region } = getRegionOutput();
    const { partition } = getPartitionOutput();
    const arn = pulumi.interpolate`arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name}`;
    const writer = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
    const thisTrail = { StringEquals: { "aws:SourceArn": arn } };

    const key = new Key("records-key", {
        transform: {
            aws: {
                key: (args) => {
                    args.policy = also(args.policy!, [
                        {
                            Sid: "Trail",
                            ...writer,
                            Action: ["kms:GenerateDataKey*", "kms:DescribeKey"],
                            Resource: "*",
                            Condition: thisTrail,
                        },
                    ]);
                },
            },
        },
    });
    const records = new Blob("records", {
        key,
        lifecycle: [{ expire: 730 }],
        transform: {
            aws: {
                policy: (args) => {
                    const bucket = pulumi.interpolate`arn:${partition}:s3:::${args.bucket}`;
                    const files = pulumi.interpolate`${bucket}/AWSLogs/${accountId}/*`;
                    args.policy = also(args.policy, [
                        {
                            Sid: "TrailLooks",
                            ...writer,
                            Action: "s3:GetBucketAcl",
                            Resource: bucket,
                            Condition: thisTrail,
                        },
                        {
                            Sid: "TrailWrites",
                            ...writer,
                            Action: "s3:PutObject",
                            Resource: files,
                            Condition: thisTrail,
                        },
                    ]);
                },
            },
        },
    });
    const watched = patterns(settings);
    const { filters, transform } = watchFilters(watches(Object.keys(watched), settings.email), watched);
    const lines = new Log("trail", { key, filters, transform: { aws: { filter: transform } } });
    const group = lines.nodes.aws!.group!;
    const role = new iam.Role("trail", {
        description: "Writes the trail's lines",
        tags: tags("trail"),
        assumeRolePolicy: policy([{ ...writer, Action: "sts:AssumeRole", Condition: thisTrail }]),
    });
    const may = new iam.RolePolicy("trail", {
        role: role.name,
        policy: policy([
            {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: pulumi.interpolate`${group.arn}:*`,
            },
        ]),
    });
    new cloudtrail.Trail(
        "trail",
        {
            name,
            s3BucketName: records.id,
            isMultiRegionTrail: true,
            includeGlobalServiceEvents: true,
            enableLogging: true,
            enableLogFileValidation: true,
            kmsKeyId: key.nodes.aws!.key!.arn,
            cloudWatchLogsGroupArn: pulumi.interpolate`${group.arn}:*`,
            cloudWatchLogsRoleArn: role.arn,
            tags: tags("trail"),
            advancedEventSelectors: selectors(settings, [
                pulumi.interpolate`arn:${partition}:s3:::${records.id}/`,
                // AWS writes these, of every app: to record it would be a record for each record.
                pulumi.interpolate`arn:${partition}:s3:::stack-access-logs-`,
            ]),
        },
        { dependsOn: [may, records.nodes.aws!.policy!], protect: true },
    );
    return { records: records.id };
}

/** What is recorded: all that is done to resources, and what is done to objects, but in some buckets. */
function selectors({ objects }: AccountSettings, butIn: pulumi.Input<string>[]) {
    // Scanners know it by the name that AWS's console gives it.
    const all = { name: "Management events selector", fieldSelectors: [equals("eventCategory", "Management")] };
    if (objects === "none") return [all];
    const fieldSelectors = [
        equals("eventCategory", "Data"),
        equals("resources.type", "AWS::S3::Object"),
        { field: "resources.ARN", notStartsWiths: butIn },
        ...(objects === "write" ? [equals("readOnly", "false")] : []),
    ];
    return [all, { name: "Objects", fieldSelectors }];
}

function equals(field: string, value: string) {
    return { field, equals: [value] };
}

function policy(statements: readonly object[]): pulumi.Output<string> {
    return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** A policy with further statements. */
function also(given: pulumi.Input<unknown>, statements: readonly object[]): pulumi.Output<string> {
    return pulumi.all([given, statements]).apply(([text, more]) => {
        const whole = JSON.parse(text as string) as { Statement: object[] };
        return JSON.stringify({ ...whole, Statement: [...whole.Statement, ...more] });
    });
}
