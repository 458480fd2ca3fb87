import { expect } from "chai";
import * as d from "@aws-sdk/client-dynamodb";
import { request } from "node:http";
import { type Identity, Refusal } from "../../agent/kind";
import { tableKind, type TableInputs, type TableKind } from "../../agent/kv/table";
import { call, type TestHost, testHost } from "./host";

const plain = (name: string, more: Partial<TableInputs> = {}): TableInputs => ({
    name,
    partitionKey: { name: "id", type: "string" },
    pointInTimeRecovery: false,
    forceDestroy: false,
    ...more,
});

function client(endpoint: string, { accessKeyId, secretAccessKey }: Identity, wrong = ""): d.DynamoDBClient {
    return new d.DynamoDBClient({
        endpoint,
        region: "local",
        maxAttempts: 1,
        credentials: { accessKeyId, secretAccessKey: secretAccessKey + wrong },
    });
}

const fault = async (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> => {
    try {
        await promise;
    } catch (error) {
        return error as Error & Record<string, unknown>;
    }
    throw new Error("it should have failed");
};

describe("a table", () => {
    let host: TestHost;
    let kind: TableKind;
    let endpoint: string;
    let db: d.DynamoDBClient;
    const clients: d.DynamoDBClient[] = [];
    const open = (identity: Identity, wrong = ""): d.DynamoDBClient => {
        clients.push(client(endpoint, identity, wrong));
        return clients[clients.length - 1];
    };

    before(async () => {
        host = testHost();
        kind = tableKind(host);
        ({ endpoint } = await kind.apply("users", plain("users"), call));
        await kind.apply(
            "events",
            plain("events", { sortKey: { name: "at", type: "number" }, ttl: "gone", pointInTimeRecovery: true }),
            call,
        );
        await kind.apply("files", plain("files", { sortKey: { name: "path", type: "string" } }), call);
        db = open(
            host.identities.issue("Container/web", [
                { kind: "Table", id: "users", access: ["write"] },
                { kind: "Table", id: "events", access: ["write"] },
                { kind: "Table", id: "files", access: ["write"] },
            ]),
        );
    });

    after(async () => {
        clients.forEach((each) => each.destroy());
        await kind.stop();
        host.clean();
    });

    it("keeps values of every type as they were", async () => {
        const Item: Record<string, d.AttributeValue> = {
            id: { S: "all" },
            N: { N: "-12345678901234567890.123" },
            B: { B: new Uint8Array([0, 255, 1]) },
            BOOL: { BOOL: false },
            NULL: { NULL: true },
            L: { L: [{ S: "" }, { L: [] }] },
            M: { M: { __proto__x: { S: "1" }, deep: { M: { x: { N: "1" } } } } },
            SS: { SS: ["b", "a"] },
            NS: { NS: ["1", "2.5"] },
            BS: { BS: [new Uint8Array([7])] },
        };
        await db.send(new d.PutItemCommand({ TableName: "users", Item }));
        const got = await db.send(new d.GetItemCommand({ TableName: "users", Key: { id: { S: "all" } } }));
        expect(got.Item).to.deep.equal(Item);
        const part = await db.send(
            new d.GetItemCommand({
                TableName: "users",
                Key: { id: { S: "all" } },
                ProjectionExpression: "M.deep.x, #l[0]",
                ExpressionAttributeNames: { "#l": "L" },
            }),
        );
        expect(part.Item).to.deep.equal({ M: { M: { deep: { M: { x: { N: "1" } } } } }, L: { L: [{ S: "" }] } });
        expect((await db.send(new d.GetItemCommand({ TableName: "users", Key: { id: { S: "no" } } }))).Item).to.equal(
            undefined,
        );
    });

    it("brings numbers to one form, and refuses those that it cannot hold", async () => {
        const put = (n: string) =>
            db.send(new d.PutItemCommand({ TableName: "users", Item: { id: { S: "n" }, n: { N: n } } }));
        await put("0001.500e2");
        const got = await db.send(new d.GetItemCommand({ TableName: "users", Key: { id: { S: "n" } } }));
        expect(got.Item?.n).to.deep.equal({ N: "150" });
        for (const bad of ["1".repeat(39), "1e126", "1e-131", "x", ""]) {
            expect((await fault(put(bad))).name, bad).to.equal("ValidationException");
        }
    });

    it("writes on a condition only", async () => {
        const put = (version: string, more: Partial<d.PutItemCommandInput>) =>
            db.send(
                new d.PutItemCommand({
                    TableName: "users",
                    Item: { id: { S: "c" }, v: { N: version }, m: { M: { a: { L: [{ N: "1" }] } } } },
                    ...more,
                }),
            );
        await put("1", { ConditionExpression: "attribute_not_exists(id)" });
        const again = await fault(
            put("2", {
                ConditionExpression: "attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }),
        );
        expect(again).to.be.instanceOf(d.ConditionalCheckFailedException);
        expect((again as unknown as d.ConditionalCheckFailedException).Item?.v).to.deep.equal({ N: "1" });
        const holding = [
            "v = :one AND NOT v > :one",
            "(v < :one OR v BETWEEN :one AND :two) AND v IN (:two, :one)",
            "attribute_type(m, :type) and size(m.a) = :one AND contains(m.a, :one) AND v <> :two",
            "begins_with(id, :c) AND m = :m",
        ];
        const all = {
            ":one": { N: "1" },
            ":two": { N: "2" },
            ":type": { S: "M" },
            ":c": { S: "c" },
            ":m": { M: { a: { L: [{ N: "1" }] } } },
        };
        const values = (expression: string) =>
            Object.fromEntries(Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(expression)));
        for (const ConditionExpression of holding) {
            await put("1", { ConditionExpression, ExpressionAttributeValues: values(ConditionExpression) });
            const not = `NOT (${ConditionExpression})`;
            const refused = await fault(put("9", { ConditionExpression: not, ExpressionAttributeValues: values(not) }));
            expect(refused.name, not).to.equal("ConditionalCheckFailedException");
        }
        const badly = ["v = ", "status = :one", "v = :one)", "nope(v)", "v = :none", "size(v", "v :one"];
        for (const ConditionExpression of badly) {
            const wrong = await fault(
                put("9", { ConditionExpression, ExpressionAttributeValues: { ":one": { N: "1" } } }),
            );
            expect(wrong.name, ConditionExpression).to.equal("ValidationException");
        }
        expect(
            (
                await fault(
                    put("9", {
                        ConditionExpression: "v = :one",
                        ExpressionAttributeValues: { ":one": { N: "1" }, ":x": { N: "1" } },
                    }),
                )
            ).message,
        ).to.contain("unused");
    });

    it("updates parts of an item", async () => {
        const update = (
            UpdateExpression: string,
            values?: Record<string, d.AttributeValue>,
            more: Partial<d.UpdateItemCommandInput> = {},
        ) =>
            db.send(
                new d.UpdateItemCommand({
                    TableName: "users",
                    Key: { id: { S: "u" } },
                    UpdateExpression,
                    ExpressionAttributeValues: values,
                    ReturnValues: "ALL_NEW",
                    ...more,
                }),
            );
        await update("SET a = :l, m = :m, n = if_not_exists(n, :n) ADD c :n, tags :t", {
            ":l": { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { N: "3" }] },
            ":m": { M: {} },
            ":n": { N: "5" },
            ":t": { SS: ["x"] },
        });
        const second = await update(
            "SET m.x = n + :one, n = n - c, a = list_append(a, :l) REMOVE b ADD c :half, tags :t",
            {
                ":one": { N: "1" },
                ":half": { N: "0.5" },
                ":l": { L: [{ S: "end" }] },
                ":t": { SS: ["x", "y"] },
            },
        );
        expect(second.Attributes).to.deep.equal({
            id: { S: "u" },
            a: { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { N: "3" }, { S: "end" }] },
            m: { M: { x: { N: "6" } } },
            n: { N: "0" },
            c: { N: "5.5" },
            tags: { SS: ["x", "y"] },
        });
        const third = await update("REMOVE a[0], a[2], m.x DELETE tags :t SET a[9] = :e", {
            ":t": { SS: ["x", "y"] },
            ":e": { S: "9" },
        });
        expect(third.Attributes).to.deep.equal({
            id: { S: "u" },
            a: { L: [{ N: "1" }, { N: "3" }, { S: "end" }, { S: "9" }] },
            m: { M: {} },
            n: { N: "0" },
            c: { N: "5.5" },
        });
        const old = await update("SET n = :n", { ":n": { N: "7" } }, { ReturnValues: "UPDATED_OLD" });
        expect(old.Attributes).to.deep.equal({ n: { N: "0" } });
        for (const bad of [
            "SET id = :n",
            "SET none.x = :n",
            "SET n = missing, m.y = :n",
            "SET n = :n, n = :n",
            "ADD m :n",
            "SET n = :n SET a = :n",
        ]) {
            expect((await fault(update(bad, { ":n": { N: "1" } }))).name, bad).to.equal("ValidationException");
        }
        const gone = await db.send(
            new d.DeleteItemCommand({ TableName: "users", Key: { id: { S: "u" } }, ReturnValues: "ALL_OLD" }),
        );
        expect(gone.Attributes?.n).to.deep.equal({ N: "7" });
    });

    it("counts right when many count at once", async () => {
        const add = () =>
            db.send(
                new d.UpdateItemCommand({
                    TableName: "users",
                    Key: { id: { S: "counter" } },
                    UpdateExpression: "ADD n :one",
                    ExpressionAttributeValues: { ":one": { N: "1" } },
                }),
            );
        await Promise.all(Array.from({ length: 200 }, add));
        const got = await db.send(new d.GetItemCommand({ TableName: "users", Key: { id: { S: "counter" } } }));
        expect(got.Item?.n).to.deep.equal({ N: "200" });
    });

    it("walks a partition in the order of its numbers", async () => {
        const at = ["-1e30", "-20", "-3.5", "-3", "-0.001", "0", "1e-5", "2", "2.5", "10", "1e20"];
        await Promise.all(
            [...at]
                .reverse()
                .map((N) =>
                    db.send(new d.PutItemCommand({ TableName: "events", Item: { id: { S: "a" }, at: { N } } })),
                ),
        );
        await db.send(new d.PutItemCommand({ TableName: "events", Item: { id: { S: "ab" }, at: { N: "1" } } }));
        const query = async (
            condition: string,
            values: Record<string, d.AttributeValue>,
            more: Partial<d.QueryCommandInput> = {},
        ) => {
            const answer = await db.send(
                new d.QueryCommand({
                    TableName: "events",
                    KeyConditionExpression: condition,
                    ExpressionAttributeNames: condition.includes("#at") ? { "#at": "at" } : undefined,
                    ExpressionAttributeValues: { ":id": { S: "a" }, ...values },
                    ...more,
                }),
            );
            return answer.Items?.map((item) => Number(item.at.N));
        };
        expect(await query("id = :id", {})).to.deep.equal(at.map(Number));
        expect(await query("id = :id", {}, { ScanIndexForward: false })).to.deep.equal(at.map(Number).reverse());
        expect(
            await query("id = :id AND #at BETWEEN :x AND :y", { ":x": { N: "-3" }, ":y": { N: "2" } }),
        ).to.deep.equal([-3, -0.001, 0, 1e-5, 2]);
        expect(await query("#at < :x AND id = :id", { ":x": { N: "-3" } })).to.deep.equal([-1e30, -20, -3.5]);
        expect(await query("id = :id AND #at >= :x", { ":x": { N: "10" } })).to.deep.equal([10, 1e20]);
        expect(await query("id = :id AND #at > :x", { ":x": { N: "10" } }, { ScanIndexForward: false })).to.deep.equal([
            1e20,
        ]);
        expect(await query("id = :id AND #at = :x", { ":x": { N: "10.0" } })).to.deep.equal([10]);
        expect((await fault(query("#at = :x", { ":x": { N: "1" } }))).name).to.equal("ValidationException");
        for (const ScanIndexForward of [true, false]) {
            const seen: number[] = [];
            for await (const page of d.paginateQuery(
                { client: db, pageSize: 3 },
                {
                    TableName: "events",
                    KeyConditionExpression: "id = :id",
                    ExpressionAttributeValues: { ":id": { S: "a" } },
                    ScanIndexForward,
                },
            )) {
                seen.push(...(page.Items ?? []).map((item) => Number(item.at.N)));
            }
            expect(seen).to.deep.equal(ScanIndexForward ? at.map(Number) : at.map(Number).reverse());
        }
    });

    it("finds by the start of a sort key, and scans in segments", async () => {
        const paths = ["a/1", "a/2", "a0", "b", "a/\u00ff", "a/\u{10ffff}z"];
        await db.send(
            new d.BatchWriteItemCommand({
                RequestItems: {
                    files: paths.map((path, n) => ({
                        PutRequest: { Item: { id: { S: "f" }, path: { S: path }, n: { N: String(n) } } },
                    })),
                },
            }),
        );
        const found = await db.send(
            new d.QueryCommand({
                TableName: "files",
                KeyConditionExpression: "id = :f AND begins_with(#p, :a)",
                FilterExpression: "n <> :one",
                ExpressionAttributeNames: { "#p": "path" },
                ExpressionAttributeValues: { ":f": { S: "f" }, ":a": { S: "a/" }, ":one": { N: "1" } },
            }),
        );
        expect(found.Items?.map((item) => item.path.S)).to.deep.equal(["a/1", "a/\u00ff", "a/\u{10ffff}z"]);
        expect([found.Count, found.ScannedCount]).to.deep.equal([3, 4]);
        await Promise.all(
            Array.from({ length: 40 }, (_, n) =>
                db.send(new d.PutItemCommand({ TableName: "files", Item: { id: { S: `p${n}` }, path: { S: "x" } } })),
            ),
        );
        const sizes = await Promise.all(
            [0, 1, 2].map(async (Segment) => {
                let count = 0;
                for await (const page of d.paginateScan(
                    { client: db, pageSize: 5 },
                    { TableName: "files", Segment, TotalSegments: 3 },
                ))
                    count += page.Count ?? 0;
                return count;
            }),
        );
        expect(sizes[0] + sizes[1] + sizes[2]).to.equal(46);
        expect(sizes.every((size) => size > 0)).to.equal(true);
    });

    it("ends a page at 1 MB, and refuses an item over 400 KB", async () => {
        const put = (n: number, size: number) =>
            db.send(
                new d.PutItemCommand({
                    TableName: "files",
                    Item: { id: { S: "big" }, path: { S: `${n}` }, x: { S: "x".repeat(size) } },
                }),
            );
        for (let n = 0; n < 6; n++) await put(n, 300_000);
        const page = await db.send(
            new d.QueryCommand({
                TableName: "files",
                KeyConditionExpression: "id = :b",
                ExpressionAttributeValues: { ":b": { S: "big" } },
            }),
        );
        expect(page.Count).to.equal(4);
        expect(page.LastEvaluatedKey).to.deep.equal({ id: { S: "big" }, path: { S: "3" } });
        expect((await fault(put(9, 410_000))).message).to.contain("size");
    });

    it("takes the longest keys, and refuses longer and empty ones", async () => {
        const key = (a: number, b: number) => ({ id: { S: "k".repeat(a) }, path: { S: "s".repeat(b) } });
        await db.send(new d.PutItemCommand({ TableName: "files", Item: key(2048, 1024) }));
        expect((await db.send(new d.GetItemCommand({ TableName: "files", Key: key(2048, 1024) }))).Item).to.deep.equal(
            key(2048, 1024),
        );
        for (const bad of [
            key(2049, 1),
            key(1, 1025),
            key(0, 1),
            { id: { S: "x" } },
            { ...key(1, 1), more: { S: "x" } },
        ]) {
            expect((await fault(db.send(new d.GetItemCommand({ TableName: "files", Key: bad })))).name).to.equal(
                "ValidationException",
            );
        }
    });

    it("does all of a transaction or nothing, and once for a token", async () => {
        const put = (id: string, more: object = {}): d.TransactWriteItem => ({
            Put: { TableName: "users", Item: { id: { S: id }, n: { N: "1" } }, ...more },
        });
        await db.send(
            new d.TransactWriteItemsCommand({
                TransactItems: [put("t1"), { Put: { TableName: "files", Item: { id: { S: "t" }, path: { S: "1" } } } }],
            }),
        );
        const failed = await fault(
            db.send(
                new d.TransactWriteItemsCommand({
                    TransactItems: [
                        put("t2"),
                        put("t1", {
                            ConditionExpression: "attribute_not_exists(id)",
                            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
                        }),
                        {
                            ConditionCheck: {
                                TableName: "files",
                                Key: { id: { S: "t" }, path: { S: "1" } },
                                ConditionExpression: "attribute_exists(id)",
                            },
                        },
                    ],
                }),
            ),
        );
        expect(failed).to.be.instanceOf(d.TransactionCanceledException);
        const reasons = (failed as unknown as d.TransactionCanceledException).CancellationReasons;
        expect(reasons?.map(({ Code }) => Code)).to.deep.equal(["None", "ConditionalCheckFailed", "None"]);
        expect(reasons?.[1].Item?.id).to.deep.equal({ S: "t1" });
        const read = await db.send(
            new d.TransactGetItemsCommand({
                TransactItems: ["t1", "t2"].map((id) => ({ Get: { TableName: "users", Key: { id: { S: id } } } })),
            }),
        );
        expect(read.Responses?.map(({ Item }) => Item?.id.S)).to.deep.equal(["t1", undefined]);
        const once = {
            ClientRequestToken: "token-1",
            TransactItems: [
                {
                    Update: {
                        TableName: "users",
                        Key: { id: { S: "t1" } },
                        UpdateExpression: "ADD n :n",
                        ExpressionAttributeValues: { ":n": { N: "1" } },
                    },
                },
            ],
        };
        await db.send(new d.TransactWriteItemsCommand(once));
        await db.send(new d.TransactWriteItemsCommand(once));
        const got = await db.send(new d.GetItemCommand({ TableName: "users", Key: { id: { S: "t1" } } }));
        expect(got.Item?.n).to.deep.equal({ N: "2" });
        const other = await fault(db.send(new d.TransactWriteItemsCommand({ ...once, TransactItems: [put("t9")] })));
        expect(other.name).to.equal("IdempotentParameterMismatchException");
        expect(
            (await fault(db.send(new d.TransactWriteItemsCommand({ TransactItems: [put("x"), put("x")] })))).message,
        ).to.contain("multiple operations");
    });

    it("moves money between accounts without losing any, when all move at once", async () => {
        const accounts = ["m0", "m1", "m2"];
        for (const id of accounts)
            await db.send(new d.PutItemCommand({ TableName: "users", Item: { id: { S: id }, n: { N: "5" } } }));
        const add = (id: string, n: number): d.TransactWriteItem => ({
            Update: {
                TableName: "users",
                Key: { id: { S: id } },
                UpdateExpression: "ADD n :n",
                ConditionExpression: "n >= :least",
                ExpressionAttributeValues: { ":n": { N: String(n) }, ":least": { N: String(-n) } },
            },
        });
        const moves = Array.from({ length: 60 }, (_, n) =>
            db
                .send(
                    new d.TransactWriteItemsCommand({
                        TransactItems: [add(accounts[n % 3], -2), add(accounts[(n + 1 + (n % 2)) % 3], 2)],
                    }),
                )
                .then(
                    () => "moved",
                    (error: Error) => error.name,
                ),
        );
        const outcomes = new Set(await Promise.all(moves));
        expect([...outcomes].every((each) => ["moved", "TransactionCanceledException"].includes(each))).to.equal(true);
        const left = await db.send(
            new d.BatchGetItemCommand({ RequestItems: { users: { Keys: accounts.map((id) => ({ id: { S: id } })) } } }),
        );
        const sums = left.Responses?.users.map((item) => Number(item.n.N)) ?? [];
        expect(sums.reduce((a, b) => a + b)).to.equal(15);
        expect(sums.every((n) => n >= 0)).to.equal(true);
    });

    it("lets each identity do what its permits say, and nothing else", async () => {
        const reader = open(
            host.identities.issue("Container/reader", [{ kind: "Table", id: "users", access: ["read"] }]),
        );
        const put = new d.PutItemCommand({ TableName: "users", Item: { id: { S: "r" } } });
        await db.send(put);
        expect(
            (await reader.send(new d.GetItemCommand({ TableName: "users", Key: { id: { S: "r" } } }))).Item,
        ).to.deep.equal({ id: { S: "r" } });
        const get = { Get: { TableName: "users", Key: { id: { S: "r" } } } };
        const denied: (() => Promise<unknown>)[] = [
            () => reader.send(put),
            () => reader.send(new d.GetItemCommand({ TableName: "files", Key: { id: { S: "r" }, path: { S: "x" } } })),
            () => reader.send(new d.GetItemCommand({ TableName: "none", Key: { id: { S: "r" } } })),
            () =>
                reader.send(
                    new d.BatchGetItemCommand({
                        RequestItems: {
                            users: { Keys: [{ id: { S: "r" } }] },
                            files: { Keys: [{ id: { S: "r" }, path: { S: "x" } }] },
                        },
                    }),
                ),
            () =>
                reader.send(
                    new d.TransactGetItemsCommand({
                        TransactItems: [get, { Get: { TableName: "events", Key: { id: { S: "r" }, at: { N: "1" } } } }],
                    }),
                ),
            () => reader.send(new d.TransactWriteItemsCommand({ TransactItems: [{ Delete: get.Get }] })),
            () =>
                reader.send(
                    new d.BatchWriteItemCommand({
                        RequestItems: { users: [{ DeleteRequest: { Key: { id: { S: "r" } } } }] },
                    }),
                ),
            () => db.send(new d.DeleteTableCommand({ TableName: "users" })),
            () =>
                db.send(
                    new d.CreateTableCommand({
                        TableName: "more",
                        KeySchema: [{ AttributeName: "a", KeyType: "HASH" }],
                        AttributeDefinitions: [{ AttributeName: "a", AttributeType: "S" }],
                    }),
                ),
        ];
        for (const each of denied) expect((await fault(each())).name).to.equal("AccessDeniedException");
        expect((await reader.send(new d.ListTablesCommand({}))).TableNames).to.deep.equal(["users"]);
        const shape = await reader.send(new d.DescribeTableCommand({ TableName: "users" }));
        expect(shape.Table?.KeySchema).to.deep.equal([{ AttributeName: "id", KeyType: "HASH" }]);
        const identity = host.identities.issue("Container/reader", [{ kind: "Table", id: "users", access: ["read"] }]);
        expect((await fault(open(identity, "x").send(put))).name).to.equal("InvalidSignatureException");
        expect((await fault(open({ ...identity, accessKeyId: "AKMVNOBODY" }).send(put))).name).to.equal(
            "UnrecognizedClientException",
        );
        host.identities.revoke("Container/reader");
        expect((await fault(reader.send(new d.ListTablesCommand({})))).name).to.equal("UnrecognizedClientException");
    });

    it("answers to its own host name only, and not without a signature", async () => {
        const status = (host: string) =>
            new Promise<string>((resolve, reject) => {
                const sent = request(
                    endpoint,
                    { method: "POST", headers: { host, "x-amz-target": "DynamoDB_20120810.ListTables" } },
                    (answer) => {
                        answer.setEncoding("utf8");
                        answer.once("data", (text: string) => resolve(text));
                    },
                );
                sent.on("error", reject).end("{}");
            });
        expect(await status("evil.example")).to.contain("AccessDeniedException");
        expect(await status("localhost")).to.contain("MissingAuthenticationTokenException");
    });

    it("counts requests for the metrics", () => {
        const seen = host.counts.map(({ name, dimensions }) => `${name} ${JSON.stringify(dimensions)}`);
        expect(seen).to.include('kv_requests_total {"table":"users","op":"GetItem","status":"200"}');
        expect(seen).to.include('kv_requests_total {"table":"users","op":"PutItem","status":"400"}');
        expect(host.observed).to.include("kv_request_seconds");
        expect(host.reports).to.deep.equal([]);
    });

    it("is not removed while it holds items, unless that is wanted", async () => {
        await kind.apply("old", plain("old"), call);
        const otherKeys = plain("old", { partitionKey: { name: "other", type: "string" } });
        expect(await fault(kind.apply("old", otherKeys, call))).to.be.instanceOf(Refusal);
        expect(await fault(kind.apply("second", plain("old"), call))).to.be.instanceOf(Refusal);
        const web = open(host.identities.issue("Container/old", [{ kind: "Table", id: "old", access: ["write"] }]));
        await web.send(new d.PutItemCommand({ TableName: "old", Item: { id: { S: "1" } } }));
        expect(await fault(kind.remove("old", plain("old")))).to.be.instanceOf(Refusal);
        expect((await web.send(new d.ScanCommand({ TableName: "old" }))).Count).to.equal(1);
        await kind.remove("old", plain("old", { forceDestroy: true }));
        await kind.remove("old", plain("old"));
        expect((await fault(web.send(new d.ScanCommand({ TableName: "old" })))).name).to.equal(
            "ResourceNotFoundException",
        );
        const recorded = {
            inputs: plain("old"),
            outputs: { table: "old", endpoint, region: "local" as const, url: "" },
        };
        expect(await kind.read("old", recorded)).to.equal(undefined);
        await kind.apply("old", plain("old"), call);
        expect((await web.send(new d.ScanCommand({ TableName: "old" }))).Count).to.equal(0);
    });
});
