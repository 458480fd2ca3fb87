import * as pulumi from "@pulumi/pulumi";
import * as dynamodb from "@pulumi/aws/dynamodb";
import type { DriverOf } from "../../components/cloud";
import { encryptionKey } from "./encryption";
import type { AwsGauge } from "./gauges";
import { tags } from "./tags";

const types = { string: "S", number: "N", binary: "B" } as const;

const read = [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
];
const write = [...read, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"];

/** A DynamoDB table, paid by request. */
export const kv: DriverOf<"kv"> = (site, { partitionKey, sortKey, ttl, pointInTime, key }) => {
    const encryption = encryptionKey(site, key);
    const table = site.make(
        "table",
        dynamodb.Table,
        {
            billingMode: "PAY_PER_REQUEST",
            hashKey: partitionKey.name,
            rangeKey: sortKey?.name,
            attributes: [partitionKey, sortKey]
                .filter((attribute) => attribute !== undefined)
                .map(({ name, type }) => ({ name, type: types[type] })),
            ttl: { attributeName: ttl, enabled: true },
            pointInTimeRecovery: pointInTime ? { enabled: true, recoveryPeriodInDays: 35 } : { enabled: false },
            serverSideEncryption: { enabled: true, kmsKeyArn: encryption.arn },
            deletionProtectionEnabled: site.settings.protect,
            tags: tags(site),
        },
        // Other keys make another table: without this, the app would be on that one before AWS refuses to delete the first.
        { main: true, protect: site.settings.protect },
    );
    const region = table.arn.apply((arn) => arn.split(":")[3]);
    const names = new URLSearchParams({ partition_key: partitionKey.name });
    if (sortKey) names.set("sort_key", sortKey.name);
    names.set("ttl", ttl);
    const url = pulumi.interpolate`dynamodb://${table.name}?region=${region}&${names.toString()}`;
    return {
        id: table.name,
        url,
        grant: (access) => {
            const writes = access.includes("write");
            return {
                env: { URL: url, TABLE: table.name },
                secrets: {},
                permits: [
                    {
                        role: [
                            {
                                actions: writes ? write : read,
                                on: [table.arn, pulumi.interpolate`${table.arn}/index/*`],
                            },
                            encryption.through(
                                "dynamodb",
                                "kms:Decrypt",
                                "kms:DescribeKey",
                                ...(writes ? ["kms:Encrypt", "kms:GenerateDataKey"] : []),
                            ),
                        ],
                        apis: ["dynamodb"],
                    },
                ],
            };
        },
        gauges: { requests: requests(table.name) },
    };
};

/** DynamoDB counts by operation: all of them are the requests. */
function requests(table: pulumi.Output<string>): AwsGauge {
    const [first, ...others] = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"].map((Operation) => ({
        TableName: table,
        Operation,
    }));
    return {
        namespace: "AWS/DynamoDB",
        metric: "SuccessfulRequestLatency",
        statistic: "SampleCount",
        dimensions: first,
        plus: others,
    };
}
