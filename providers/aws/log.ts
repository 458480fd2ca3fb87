import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { DriverOf } from "../../components/cloud";
import { encryptionKey } from "./encryption";
import { deliver } from "./log-delivery";
import { retentionFor } from "./log-retention";
import { metricNamespace } from "./names";
import { tags } from "./tags";

/** A log group of CloudWatch. It keeps lines for the retention, or for the next longer one that CloudWatch has. */
export const log: DriverOf<"log"> = (site, { retention, key, export: to, filters, subscribers }) => {
    const group = site.make(
        "group",
        cloudwatch.LogGroup,
        {
            retentionInDays: retentionFor(retention),
            kmsKeyId: encryptionKey(site, key).arn,
            deletionProtectionEnabled: site.settings.protect,
            tags: tags(site),
        },
        { main: true, protect: site.settings.protect },
    );
    for (const [name, { contains, into }] of Object.entries(filters)) {
        site.make(
            "filter",
            cloudwatch.LogMetricFilter,
            {
                logGroupName: group.name,
                pattern: `"${contains.replace(/[\\"]/g, "\\$&")}"`,
                metricTransformation: { name: into.id, namespace: metricNamespace(), value: "1", defaultValue: "0" },
            },
            { instance: name },
        );
    }
    deliver(site, group, to, subscribers);
    return {
        id: group.name,
        grant: (access) => ({
            env: { NAME: group.name },
            secrets: {},
            permits: [
                {
                    role: [
                        {
                            actions: access.flatMap((one) => allowed[one as "read" | "write"]),
                            on: [group.arn, pulumi.interpolate`${group.arn}:*`],
                        },
                    ],
                    apis: ["logs"],
                },
            ],
        }),
    };
};

const allowed = {
    write: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
    read: ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams"],
} as const;
