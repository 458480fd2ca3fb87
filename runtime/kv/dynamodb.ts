import type * as sdk from "@aws-sdk/client-dynamodb";
import { codeOfAws } from "../codes";
import { type ErrorCode, loadPackage, RuntimeError } from "../errors";
import { type Condition, type KvDriver, type Place, type StoredEntry } from "./driver";

/** Opens a table of Amazon DynamoDB, or of what speaks its protocol. */
export async function openDynamoDB(url: URL): Promise<KvDriver> {
    const table = readUrl(url);
    const db = await loadPackage(["@aws-sdk/client-dynamodb"], () => import("@aws-sdk/client-dynamodb"));
    const { region, endpoint } = table;
    const client = new db.DynamoDBClient({ ...(region ? { region } : {}), ...(endpoint ? { endpoint } : {}) });
    const TableName = table.name;
    const keyOf = ({ partition, sort }: Place) => ({
        [table.partition]: { S: partition },
        ...(table.sort === undefined ? {} : { [table.sort]: { S: sort ?? "" } }),
    });
    const whether = async (write: Promise<unknown>): Promise<boolean> => {
        try {
            await write;
            return true;
        } catch (error) {
            if (error instanceof db.ConditionalCheckFailedException) return false;
            throw error;
        }
    };

    return {
        name: `dynamodb://${TableName}`,
        native: client,
        sorted: table.sort !== undefined,
        expires: table.ttl !== undefined,

        async get(place) {
            const command = new db.GetItemCommand({ TableName, Key: keyOf(place), ConsistentRead: true });
            const { Item } = await client.send(command);
            return Item && entryOf(Item, table);
        },

        put(entry, condition) {
            const Item = { ...keyOf(entry.place), ...attributesOf(entry, table) };
            return whether(client.send(new db.PutItemCommand({ TableName, Item, ...expressionOf(condition, table) })));
        },

        delete(place, condition) {
            const Key = keyOf(place);
            return whether(
                client.send(new db.DeleteItemCommand({ TableName, Key, ...expressionOf(condition, table) })),
            );
        },

        async increment(place, by, version, now) {
            const alive =
                table.ttl === undefined ? {} : { ConditionExpression: "attribute_not_exists(#ttl) OR #ttl > :now" };
            const command = new db.UpdateItemCommand({
                TableName,
                Key: keyOf(place),
                UpdateExpression: "ADD #value :by SET #version = :version",
                ...alive,
                ExpressionAttributeNames: {
                    "#value": VALUE,
                    "#version": VERSION,
                    ...(table.ttl && { "#ttl": table.ttl }),
                },
                ExpressionAttributeValues: {
                    ":by": { N: String(by) },
                    ":version": { S: version },
                    ...(table.ttl && { ":now": { N: String(now) } }),
                },
                ReturnValues: "UPDATED_NEW",
            });
            try {
                return Number((await client.send(command)).Attributes?.[VALUE].N);
            } catch (error) {
                if (error instanceof db.ConditionalCheckFailedException) return undefined;
                throw error;
            }
        },

        async *list(partition, prefix) {
            if (partition !== undefined) yield* query(db, client, table, partition, prefix);
            else yield* await scan(db, client, table, prefix);
        },

        codeOf,
        close: () => client.destroy(),
    };
}

const VALUE = "value";
const VERSION = "version";

interface Table {
    readonly name: string;
    readonly region: string | undefined;
    readonly endpoint: string | undefined;
    /** Names of attributes. */
    readonly partition: string;
    readonly sort: string | undefined;
    readonly ttl: string | undefined;
}

type Item = Record<string, sdk.AttributeValue>;

function readUrl(url: URL): Table {
    const query = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
    const partition = query("partition_key");
    if (url.hostname === "" || !partition) {
        throw new RuntimeError("Invalid", `openKV: "${url.href}" must be dynamodb://<table>?partition_key=<attribute>`);
    }
    const name = decodeURIComponent(url.hostname);
    const table = {
        name,
        region: query("region"),
        endpoint: query("endpoint"),
        partition,
        sort: query("sort_key"),
        ttl: query("ttl"),
    };
    const taken = [partition, table.sort, table.ttl].find((each) => each === VALUE || each === VERSION);
    if (taken) {
        throw new RuntimeError(
            "Invalid",
            `openKV: ${name}: the attribute "${taken}" is needed for entries: name the key or ttl otherwise`,
        );
    }
    return table;
}

async function* query(
    db: typeof sdk,
    client: sdk.DynamoDBClient,
    table: Table,
    partition: string,
    prefix: string,
): AsyncGenerator<StoredEntry> {
    const begins = prefix === "" ? "" : " AND begins_with(#sort, :prefix)";
    const pages = db.paginateQuery(
        { client },
        {
            TableName: table.name,
            ConsistentRead: true,
            KeyConditionExpression: `#partition = :partition${begins}`,
            ExpressionAttributeNames: { "#partition": table.partition, ...(begins && { "#sort": table.sort ?? "" }) },
            ExpressionAttributeValues: { ":partition": { S: partition }, ...(begins && { ":prefix": { S: prefix } }) },
        },
    );
    for await (const { Items } of pages) for (const item of Items ?? []) yield entryOf(item, table);
}

/** DynamoDB spreads partitions without order: all that match are read before the first can be given. */
async function scan(db: typeof sdk, client: sdk.DynamoDBClient, table: Table, prefix: string): Promise<StoredEntry[]> {
    const filter = prefix !== "" && {
        FilterExpression: "begins_with(#partition, :prefix)",
        ExpressionAttributeNames: { "#partition": table.partition },
        ExpressionAttributeValues: { ":prefix": { S: prefix } },
    };
    const found: StoredEntry[] = [];
    for await (const { Items } of db.paginateScan(
        { client },
        { TableName: table.name, ConsistentRead: true, ...filter },
    )) {
        found.push(...(Items ?? []).map((item) => entryOf(item, table)));
    }
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.place.partition), Buffer.from(b.place.partition)));
}

function entryOf(item: Item, table: Table): StoredEntry {
    const place = { partition: item[table.partition].S ?? "", ...(table.sort && { sort: item[table.sort].S ?? "" }) };
    const { S, N } = (item[VALUE] ?? {}) as { S?: string; N?: string };
    if (S === undefined && N === undefined) {
        const at = [place.partition, place.sort].filter((part) => part !== undefined).join(", ");
        throw new RuntimeError(
            "Invalid",
            `dynamodb://${table.name}: the item ${at} is no entry: it was not put by openKV`,
        );
    }
    const expires = table.ttl === undefined ? undefined : item[table.ttl]?.N;
    return {
        place,
        value: N === undefined ? { json: S ?? "" } : Number(N),
        version: item[VERSION]?.S ?? "",
        ...(expires !== undefined && { expires: Number(expires) }),
    };
}

/** A number is kept as one, so that it can be incremented, if DynamoDB can hold it. */
function attributesOf({ value, version, expires }: StoredEntry, { ttl }: Table): Item {
    const size = typeof value === "number" ? Math.abs(value) : 0;
    const fits = typeof value === "number" && (size === 0 || (size > 1e-129 && size < 1e125));
    return {
        [VALUE]: fits ? { N: String(value) } : { S: typeof value === "number" ? JSON.stringify(value) : value.json },
        [VERSION]: { S: version },
        ...(ttl !== undefined && expires !== undefined && { [ttl]: { N: String(expires) } }),
    };
}

function expressionOf(condition: Condition | undefined, { partition, ttl }: Table) {
    if (!condition) return {};
    const now = ttl === undefined ? {} : { ":now": { N: String(condition.now) } };
    const names = ttl === undefined ? {} : { "#ttl": ttl };
    const expressions = {
        absent: `attribute_not_exists(#partition)${ttl === undefined ? "" : " OR #ttl <= :now"}`,
        expired: "#ttl <= :now",
        version: `#version = :version${ttl === undefined ? "" : " AND (attribute_not_exists(#ttl) OR #ttl > :now)"}`,
    };
    const values = { ...now, ...(condition.is === "version" && { ":version": { S: condition.version ?? "" } }) };
    return {
        ConditionExpression: expressions[condition.is],
        ExpressionAttributeNames: {
            ...names,
            ...(condition.is === "absent" && { "#partition": partition }),
            ...(condition.is === "version" && { "#version": VERSION }),
        },
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    };
}

/** What the service says in words of its own. */
const CODES: Readonly<Record<string, ErrorCode>> = {
    ResourceNotFoundException: "NotFound",
    TransactionConflictException: "Conflict",
    ProvisionedThroughputExceededException: "Unavailable",
    RequestLimitExceeded: "Unavailable",
};

function codeOf(error: unknown): ErrorCode {
    const { name = "" } = error as { name?: string };
    return Object.hasOwn(CODES, name) ? CODES[name] : codeOfAws(error);
}
