/** DynamoDB's operations, for those who may use them. */

import { allows } from "../identity/permits";
import { type Host, type Identity } from "../kind";
import { describe, describeBackups, describeTtl, listTables } from "./describe";
import { denied } from "./fault";
import { type JsonService } from "./json-service";
import { query, scan } from "./query";
import { batchGetItem, getItem, transactGetItems } from "./read";
import { type Fields, tableName } from "./request";
import { type Store } from "./store";
import { isObject } from "./value";
import { batchWriteItem, transactWriteItems, writeItem } from "./writes";

/** What the server of the tables in `store` does. `idOf` gives the resource that a table belongs to. */
export function kvService(host: Host, store: Store, idOf: (table: string) => string | undefined): JsonService {
    const may = (identity: Identity, table: string, verb: Verb): boolean =>
        allows(identity, "Table", idOf(table) ?? table, verb);
    return {
        name: "dynamodb",
        target: "DynamoDB_20120810",
        contentType: "application/x-amz-json-1.0",
        limit: 16 * 1024 * 1024,
        operations: new Set([...Object.keys(OPERATIONS), ...DECLARED_ONLY, "ListTables"]),
        async serve(operation, request, identity) {
            if (operation === "ListTables") {
                return listTables(
                    store.tables().filter(({ name }) => may(identity, name, "read")),
                    request,
                );
            }
            if (!Object.hasOwn(OPERATIONS, operation)) {
                throw denied(`${operation} is not for workloads: tables are made by the stack's program.`);
            }
            const { serve, needs } = OPERATIONS[operation];
            for (const [table, verb] of needs(request)) {
                if (!may(identity, table, verb)) {
                    throw denied(
                        `${identity.owner} is not authorized to perform dynamodb:${operation} on the table ${table}: no link permits it to ${verb}.`,
                    );
                }
            }
            return await serve(store, request, identity);
        },
        served({ operation, request, status, seconds }) {
            const tables = Object.hasOwn(OPERATIONS, operation)
                ? tablesIn(() => OPERATIONS[operation].needs(request))
                : [];
            // Names which are no tables could be any number.
            for (const table of tables.filter((name) => store.table(name))) {
                const dimensions = { table, op: operation };
                host.metrics.count("kv_requests_total", 1, { ...dimensions, status: String(status) });
                host.metrics.observe("kv_request_seconds", seconds, dimensions);
            }
        },
    };
}

type Verb = "read" | "write";
type Need = readonly [table: string, verb: Verb];

interface Operation {
    serve(store: Store, request: Fields, identity: Identity): object | Promise<object>;
    /** The tables that a request touches, and what must be permitted on each. */
    needs(request: Fields): Need[];
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
    GetItem: { serve: getItem, needs: one("read") },
    BatchGetItem: { serve: batchGetItem, needs: batch("read") },
    TransactGetItems: { serve: transactGetItems, needs: transaction },
    Query: { serve: query, needs: one("read") },
    Scan: { serve: scan, needs: one("read") },
    PutItem: { serve: (store, request) => writeItem(store, "put", request), needs: one("write") },
    UpdateItem: { serve: (store, request) => writeItem(store, "update", request), needs: one("write") },
    DeleteItem: { serve: (store, request) => writeItem(store, "delete", request), needs: one("write") },
    BatchWriteItem: { serve: batchWriteItem, needs: batch("write") },
    TransactWriteItems: {
        serve: (store, request, { owner }) => transactWriteItems(store, request, owner),
        needs: transaction,
    },
    DescribeTable: { serve: describe, needs: one("read") },
    DescribeTimeToLive: { serve: describeTtl, needs: one("read") },
    DescribeContinuousBackups: { serve: describeBackups, needs: one("read") },
};

/** What a declaration does, and no workload may. */
const DECLARED_ONLY = [
    "CreateTable",
    "DeleteTable",
    "UpdateTable",
    "UpdateTimeToLive",
    "UpdateContinuousBackups",
    "RestoreTableToPointInTime",
    "RestoreTableFromBackup",
    "CreateBackup",
    "DeleteBackup",
    "TagResource",
    "UntagResource",
    "PutResourcePolicy",
    "DeleteResourcePolicy",
];

function one(verb: Verb): (request: Fields) => Need[] {
    return (request) => [[tableName(request.TableName), verb]];
}

function batch(verb: Verb): (request: Fields) => Need[] {
    return ({ RequestItems }) =>
        (isObject(RequestItems) ? Object.keys(RequestItems) : []).map((name) => [tableName(name), verb]);
}

function transaction({ TransactItems }: Fields): Need[] {
    const parts = (Array.isArray(TransactItems) ? TransactItems : []).filter(isObject);
    return parts.flatMap((part) =>
        Object.entries(part)
            .filter(([, fields]) => isObject(fields))
            .map(([name, fields]): Need => [
                tableName((fields as Fields).TableName),
                name === "Get" || name === "ConditionCheck" ? "read" : "write",
            ]),
    );
}

function tablesIn(needs: () => Need[]): string[] {
    try {
        return [...new Set(needs().map(([table]) => table))];
    } catch {
        return []; // The request named none: it was answered with an error.
    }
}
