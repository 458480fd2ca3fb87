/** Query and Scan: a walk over the places of a partition, or of the whole table. */

import { type Condition, holds, readCondition } from "./condition";
import { type Table } from "./definition";
import { type Aliases, type Path } from "./expression";
import { invalid } from "./fault";
import { keyOfExactly, keyPart, partition } from "./keys";
import { readBounds } from "./key-condition";
import { project } from "./projection";
import { capacity } from "./read";
import { aliasesOf, choiceOf, countOf, type Fields, projectionOf, tableName, tableOf, tokensOf } from "./request";
import { type Range, type Store } from "./store";
import { type Item, itemSize, readItem } from "./value";

export function query(store: Store, request: Fields): object {
    const table = tableOf(store, tableName(request.TableName));
    const aliases = aliasesOf(request);
    const tokens = tokensOf(request, "KeyConditionExpression", aliases);
    if (!tokens)
        throw invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
    const range = readBounds(readCondition(tokens), table);
    const view = readView(request, aliases);
    aliases.checkUsed();
    const reverse = request.ScanIndexForward === false;
    const from = startOf(table, request);
    if (from && (from.compare(range.start) < 0 || (range.end && from.compare(range.end) >= 0))) {
        throw invalid("The provided starting key is outside query boundaries based on provided conditions");
    }
    const bounds = !from
        ? range
        : reverse
          ? { start: range.start, end: from }
          : { start: justAfter(from), end: range.end };
    return answer(request, table, walk(store, table, { ...bounds, reverse }, view), view);
}

export function scan(store: Store, request: Fields): object {
    const table = tableOf(store, tableName(request.TableName));
    const aliases = aliasesOf(request);
    const view = readView(request, aliases);
    aliases.checkUsed();
    const total = countOf(request.TotalSegments, "totalSegments") ?? 1;
    const segment = request.Segment ?? 0;
    if (!Number.isInteger(segment) || (segment as number) < 0 || (segment as number) >= total || total > 1_000_000) {
        throw invalid("The Segment parameter must be a whole number from 0 and less than TotalSegments");
    }
    const from = startOf(table, request);
    const mine = total === 1 ? undefined : (item: Item) => segmentOf(table, item, total) === segment;
    return answer(request, table, walk(store, table, { start: from && justAfter(from) }, { ...view, mine }), view);
}

/** View is which of the items found are given back, and what of them. */
interface View {
    readonly filter?: Condition;
    readonly paths?: readonly Path[];
    readonly countOnly: boolean;
    readonly limit: number;
    /** Items of other segments are not looked at. */
    readonly mine?: (item: Item) => boolean;
}

interface Walked {
    readonly items: Item[];
    readonly scanned: number;
    /** The last item seen, if there may be more behind it. */
    readonly last?: Item;
}

/** A page ends here, in bytes. */
const PAGE = 1024 * 1024;

function readView(request: Fields, aliases: Aliases): View {
    const select = choiceOf(request.Select, "select", [
        "ALL_ATTRIBUTES",
        "COUNT",
        "SPECIFIC_ATTRIBUTES",
        "ALL_PROJECTED_ATTRIBUTES",
    ]);
    const filter = tokensOf(request, "FilterExpression", aliases);
    const paths = projectionOf(request, aliases);
    if (paths && select !== "SPECIFIC_ATTRIBUTES" && request.Select) {
        throw invalid(`Cannot specify the ProjectionExpression when choosing to get ${select}`);
    }
    return {
        filter: filter && readCondition(filter),
        paths,
        countOnly: select === "COUNT",
        limit: countOf(request.Limit, "limit") ?? Infinity,
    };
}

function startOf(table: Table, request: Fields): Buffer | undefined {
    const raw = request.ExclusiveStartKey;
    if (raw === undefined || raw === null) return undefined;
    return keyOfExactly(table, readItem(raw, "ExclusiveStartKey"));
}

function walk(store: Store, table: Table, range: Range, view: View): Walked {
    const items: Item[] = [];
    let [scanned, size] = [0, 0];
    for (const { item } of store.range(table, range)) {
        if (view.mine && !view.mine(item)) continue;
        scanned++;
        size += itemSize(item);
        if (!view.filter || holds(view.filter, item)) items.push(item);
        if (scanned >= view.limit || size >= PAGE) return { items, scanned, last: item };
    }
    return { items, scanned };
}

function answer(request: Fields, table: Table, { items, scanned, last }: Walked, { countOnly, paths }: View): object {
    return {
        Count: items.length,
        ScannedCount: scanned,
        Items: countOnly ? undefined : items.map((item) => (paths ? project(item, paths) : item)),
        LastEvaluatedKey: last && keyPart(table, last),
        ...capacity(request, [table.name]),
    };
}

/** The first place behind `key`. */
function justAfter(key: Buffer): Buffer {
    return Buffer.concat([key, Buffer.from([0])]);
}

/** Spreads partitions over segments, always the same way. */
function segmentOf(table: Table, item: Item, total: number): number {
    let hash = 0;
    for (const byte of partition(table, item[table.partitionKey.name])) hash = (hash * 31 + byte) >>> 0;
    return hash % total;
}
