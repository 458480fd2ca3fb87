/** GetItem, BatchGetItem and TransactGetItems. Reads see every write that was answered before, consistent or not. */

import { invalid } from "./fault";
import { keyOfExactly } from "./keys";
import { project } from "./projection";
import { aliasesOf, type Fields, fieldsOf, listOf, projectionOf, tableName, tableOf } from "./request";
import { type Store } from "./store";
import { isObject, type Item, itemSize, readItem } from "./value";

export function getItem(store: Store, request: Fields): object {
    const get = readGet(store, request);
    return { Item: get(), ...capacity(request, [tableName(request.TableName)]) };
}

export function batchGetItem(store: Store, request: Fields): object {
    const tables = Object.entries(fieldsOf(request.RequestItems, "RequestItems"));
    const total = tables.reduce(
        (sum, [, part]) => sum + (isObject(part) && Array.isArray(part.Keys) ? part.Keys.length : 0),
        0,
    );
    if (total < 1 || total > 100)
        throw invalid("Too many items requested for the BatchGetItem call: 1 to 100 are allowed");
    const gets = tables.map(([name, raw]) => {
        const part = fieldsOf(raw, "RequestItems");
        const keys = listOf(part.Keys, "RequestItems.Keys", 1, 100);
        const places = keys.map((Key) =>
            keyOfExactly(tableOf(store, tableName(name)), readItem(Key, "Keys")).toString("latin1"),
        );
        if (new Set(places).size < places.length) throw invalid("Provided list of item keys contains duplicates");
        return {
            name,
            part,
            keys: keys.map((Key) => ({ Key, get: readGet(store, { ...part, TableName: name, Key }) })),
        };
    });
    const Responses: Record<string, Item[]> = {};
    const UnprocessedKeys: Record<string, Fields> = {};
    let size = 0;
    for (const { name, part, keys } of gets) {
        const left: Fields[] = [];
        Responses[name] = [];
        for (const { Key, get } of keys) {
            const item = size > RESPONSE ? undefined : get();
            if (size > RESPONSE) left.push(Key);
            if (item) Responses[name].push(item);
            if (item) size += itemSize(item);
        }
        if (left.length > 0) UnprocessedKeys[name] = { ...part, Keys: left };
    }
    return {
        Responses,
        UnprocessedKeys,
        ...capacity(
            request,
            tables.map(([name]) => tableName(name)),
            true,
        ),
    };
}

export async function transactGetItems(store: Store, request: Fields): Promise<object> {
    const parts = listOf(request.TransactItems, "transactItems", 1, 100).map((part) => fieldsOf(part.Get, "Get"));
    // No write is in between: what is read belongs together.
    const items = await store.write(() => parts.map((part) => readGet(store, part)()));
    return {
        Responses: items.map((Item) => (Item ? { Item } : {})),
        ...capacity(
            request,
            parts.map((part) => tableName(part.TableName)),
            true,
        ),
    };
}

/** The capacity that DynamoDB would charge at the least, if it is asked for: here nothing is. */
export function capacity(request: Fields, tables: readonly string[], list = false): object {
    if (request.ReturnConsumedCapacity !== "TOTAL" && request.ReturnConsumedCapacity !== "INDEXES") return {};
    const all = [...new Set(tables)].map((TableName) => ({ TableName, CapacityUnits: 1 }));
    return { ConsumedCapacity: list ? all : all[0] };
}

/** BatchGetItem stops here, in bytes. */
const RESPONSE = 16 * 1024 * 1024;

/** Checks a request to get one item, and gives what then gets it. */
function readGet(store: Store, request: Fields): () => Item | undefined {
    const table = tableOf(store, tableName(request.TableName));
    const aliases = aliasesOf(request);
    const paths = projectionOf(request, aliases);
    aliases.checkUsed();
    const key = keyOfExactly(table, readItem(request.Key, "Key"));
    return () => {
        const item = store.get(table, key);
        return item && paths ? project(item, paths) : item;
    };
}
