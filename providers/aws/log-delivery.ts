import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as kinesis from "@pulumi/aws/kinesis";
import type { Blob } from "../../components/blob";
import type { Site } from "../../components/site";
import { accessLogs } from "./access-logs";
import { accountOf } from "./account";
import type { Statement } from "./grants";
import { shortName } from "./names";
import { role } from "./role";
import { tags } from "./tags";

/**
 * Sends a log on, by Firehose: into a bucket, and to HTTPS addresses which speak Firehose's protocol (Datadog, New Relic,
 * Grafana Cloud, Honeycomb and others do). CloudWatch has room for two receivers: with a subscriber, its own stream fills
 * the bucket too. What an address does not take for an hour is kept: there, else among the stack's access logs.
 */
export function deliver(
    site: Site,
    group: cloudwatch.LogGroup,
    to: Blob | undefined,
    subscribers: readonly string[],
): void {
    const addresses = subscribers.length ? subscribers : to ? [undefined] : [];
    if (!addresses.length) return;
    const into = to ? storeOf(to) : { arn: accessLogs(site).bucket.arn, may: [] };
    const account = accountOf(site);
    const { role: writer, policies } = role(site, "deliveryRole", {
        service: "firehose.amazonaws.com",
        description: "Delivers the lines of a log",
        source: { StringEquals: { "sts:ExternalId": account.id } },
        may: [
            {
                actions: [
                    "s3:AbortMultipartUpload",
                    "s3:GetBucketLocation",
                    "s3:ListBucket",
                    "s3:ListBucketMultipartUploads",
                ],
                on: [into.arn],
            },
            { actions: ["s3:PutObject", "s3:AbortMultipartUpload"], on: [pulumi.interpolate`${into.arn}/logs/*`] },
            ...into.may,
        ],
    });
    const streams = addresses.map((url, index) => {
        const instance = `${index + 1}`;
        const all = to !== undefined && index === 0;
        const store = {
            bucketArn: into.arn,
            roleArn: writer.arn,
            prefix: `logs/${site.name}/`,
            errorOutputPrefix: `logs/${site.name}-undelivered/!{firehose:error-output-type}/`,
            bufferingInterval: 300,
            bufferingSize: 5,
            compressionFormat: "GZIP",
        };
        return site.make(
            "delivery",
            kinesis.FirehoseDeliveryStream,
            {
                name: shortName(`${site.name}-delivery-${instance}`, 64),
                destination: url === undefined ? "extended_s3" : "http_endpoint",
                serverSideEncryption: { enabled: true, keyType: "AWS_OWNED_CMK" },
                ...(url === undefined
                    ? { extendedS3Configuration: { ...store, processingConfiguration: lines } }
                    : {
                          httpEndpointConfiguration: {
                              url,
                              name: new URL(url).hostname,
                              roleArn: writer.arn,
                              retryDuration: 3600,
                              bufferingInterval: 60,
                              bufferingSize: 1,
                              s3BackupMode: all ? "AllData" : "FailedDataOnly",
                              s3Configuration: store,
                              requestConfiguration: { contentEncoding: "GZIP" },
                              processingConfiguration: lines,
                          },
                      }),
                tags: tags(site),
            },
            { instance, dependsOn: policies },
        );
    });
    const { role: sender, policies: may } = role(site, "subscriptionRole", {
        service: "logs.amazonaws.com",
        description: "Hands the lines of a log to its deliveries",
        source: {
            ArnLike: {
                "aws:SourceArn": pulumi.interpolate`arn:${account.partition}:logs:${account.region}:${account.id}:*`,
            },
        },
        may: [{ actions: ["firehose:PutRecord", "firehose:PutRecordBatch"], on: streams.map(({ arn }) => arn) }],
    });
    streams.forEach((stream, index) =>
        site.make(
            "subscription",
            cloudwatch.LogSubscriptionFilter,
            { logGroup: group.name, filterPattern: "", destinationArn: stream.arn, roleArn: sender.arn },
            { instance: `${index + 1}`, dependsOn: may },
        ),
    );
}

/** CloudWatch hands over compressed bundles: what arrives is the lines. */
const lines = {
    enabled: true,
    processors: [
        { type: "Decompression", parameters: [{ parameterName: "CompressionFormat", parameterValue: "GZIP" }] },
        {
            type: "CloudWatchLogProcessing",
            parameters: [{ parameterName: "DataMessageExtraction", parameterValue: "true" }],
        },
    ],
};

/** A Blob's bucket, and what the writer needs of its key. */
function storeOf(blob: Blob): { arn: pulumi.Output<string>; may: readonly Statement[] } {
    const permits = blob.grant(["write"]).permits as readonly { role?: readonly Statement[] }[];
    const may = permits.flatMap(({ role: statements = [] }) => statements).filter(({ when }) => when !== undefined);
    return { arn: blob.nodes.aws!.bucket!.arn, may };
}
