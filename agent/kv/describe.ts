/** DescribeTable and its kin: what a table is declared to be, in DynamoDB's words. */

import { type Table } from "./definition";
import { keyAttributes, LETTER } from "./keys";
import { countOf, type Fields, tableName, tableOf } from "./request";
import { type Store } from "./store";

export function describe(store: Store, request: Fields): object {
    const table = tableOf(store, tableName(request.TableName));
    return {
        Table: {
            TableName: table.name,
            TableArn: arn(table),
            TableStatus: "ACTIVE",
            CreationDateTime: table.created / 1000,
            KeySchema: keyAttributes(table).map(({ name }, at) => ({
                AttributeName: name,
                KeyType: at === 0 ? "HASH" : "RANGE",
            })),
            AttributeDefinitions: keyAttributes(table).map(({ name, type }) => ({
                AttributeName: name,
                AttributeType: LETTER[type],
            })),
            BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
            SSEDescription: { Status: "ENABLED" },
        },
    };
}

export function describeTtl(store: Store, request: Fields): object {
    const { ttl } = tableOf(store, tableName(request.TableName));
    const on = { TimeToLiveStatus: "ENABLED", AttributeName: ttl };
    return { TimeToLiveDescription: ttl === undefined ? { TimeToLiveStatus: "DISABLED" } : on };
}

export function describeBackups(store: Store, request: Fields): object {
    const { recoverableFrom } = tableOf(store, tableName(request.TableName));
    const on = {
        PointInTimeRecoveryStatus: "ENABLED",
        RecoveryPeriodInDays: 35,
        EarliestRestorableDateTime: (recoverableFrom ?? 0) / 1000,
        LatestRestorableDateTime: Date.now() / 1000,
    };
    return {
        ContinuousBackupsDescription: {
            ContinuousBackupsStatus: "ENABLED",
            PointInTimeRecoveryDescription:
                recoverableFrom === undefined ? { PointInTimeRecoveryStatus: "DISABLED" } : on,
        },
    };
}

/** The names of `tables`, by pages. */
export function listTables(tables: readonly Table[], request: Fields): object {
    const limit = countOf(request.Limit, "limit") ?? 100;
    const start = typeof request.ExclusiveStartTableName === "string" ? request.ExclusiveStartTableName : "";
    const names = tables
        .map(({ name }) => name)
        .filter((name) => name > start)
        .sort();
    const page = names.slice(0, limit);
    return { TableNames: page, LastEvaluatedTableName: names.length > limit ? page[page.length - 1] : undefined };
}

function arn({ name }: Table): string {
    return `arn:aws:dynamodb:local:000000000000:table/${name}`;
}
