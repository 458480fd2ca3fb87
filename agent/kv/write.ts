/** One write to one item: checked first, then decided on what is there, then done. */

import { type Table } from "./definition";
import { type Condition, holds, readCondition } from "./condition";
import { type Aliases, type Path } from "./expression";
import { invalid, ServiceFault } from "./fault";
import { keyAttributes, keyOf, keyOfExactly } from "./keys";
import { project } from "./projection";
import { aliasesOf, choiceOf, type Fields, tableName, tableOf, tokensOf } from "./request";
import { type Store } from "./store";
import { type Transaction } from "./transaction";
import { applyUpdate, readUpdate, touched } from "./update";
import { type Item, ITEM_LIMIT, itemSize, newItem, readItem } from "./value";

/** Write is a checked request to write one item. */
export interface Write {
    readonly table: string;
    /** Where the item stands. */
    readonly key: Buffer;
    /** What to do, by what is there now. @throws {@link ServiceFault} if the condition does not hold */
    decide(old: Item | undefined): Outcome;
}

export interface Outcome {
    readonly old: Item | undefined;
    /** The item from now on: undefined for none. */
    readonly fresh: Item | undefined;
    /** What the request wants to be told. */
    readonly attributes?: Item;
}

export type Operation = "put" | "update" | "delete" | "check";

/** Reads and checks a request, as far as that goes without the item. */
export function readWrite(store: Store, operation: Operation, request: Fields): Write {
    const name = tableName(request.TableName);
    const table = tableOf(store, name);
    const aliases = aliasesOf(request);
    const condition = conditionOf(request, aliases, operation);
    const decider = DECIDERS[operation](table, request, aliases);
    aliases.checkUsed();
    return {
        table: name,
        key: decider.key,
        decide(old) {
            if (condition && !holds(condition, old)) throw conditionFailed(old, request);
            return decider.decide(old);
        },
    };
}

/** Does a write that was decided on. */
export function carryOut(store: Store, transaction: Transaction, { table, key }: Write, { old, fresh }: Outcome): void {
    if (fresh === old) return;
    if (fresh) transaction.put(tableOf(store, table), key, fresh);
    else transaction.delete(tableOf(store, table), key);
}

interface Decider {
    readonly key: Buffer;
    decide(old: Item | undefined): Outcome;
}

const DECIDERS: Record<Operation, (table: Table, request: Fields, aliases: Aliases) => Decider> = {
    put(table, request) {
        const fresh = readItem(request.Item, "Item");
        const wants = choiceOf(request.ReturnValues, "returnValues", ["NONE", "ALL_OLD"]);
        const key = keyOf(table, fresh);
        if (itemSize(fresh) > ITEM_LIMIT) throw invalid("Item size has exceeded the maximum allowed size");
        return { key, decide: (old) => ({ old, fresh, attributes: wants === "ALL_OLD" ? old : undefined }) };
    },
    delete(table, request) {
        const wants = choiceOf(request.ReturnValues, "returnValues", ["NONE", "ALL_OLD"]);
        const key = keyOfExactly(table, readItem(request.Key, "Key"));
        return { key, decide: (old) => ({ old, fresh: undefined, attributes: wants === "ALL_OLD" ? old : undefined }) };
    },
    check(table, request) {
        return { key: keyOfExactly(table, readItem(request.Key, "Key")), decide: (old) => ({ old, fresh: old }) };
    },
    update(table, request, aliases) {
        const tokens = tokensOf(request, "UpdateExpression", aliases);
        const update = tokens && readUpdate(tokens);
        const wants = choiceOf(request.ReturnValues, "returnValues", RETURNS);
        const keyItem = readItem(request.Key, "Key");
        const key = keyOfExactly(table, keyItem);
        const paths = update ? touched(update) : [];
        for (const { name } of keyAttributes(table)) {
            if (paths.some((path) => path[0] === name)) {
                throw invalid(
                    `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
                );
            }
        }
        return {
            key,
            decide(old) {
                const start = old ?? newItem(keyItem);
                const fresh = update ? applyUpdate(update, start) : start;
                if (itemSize(fresh) > ITEM_LIMIT)
                    throw invalid("Item size to update has exceeded the maximum allowed size");
                return { old, fresh, attributes: returned(wants, old, fresh, paths) };
            },
        };
    },
};

const RETURNS = ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"] as const;

function returned(
    wants: (typeof RETURNS)[number],
    old: Item | undefined,
    fresh: Item,
    paths: readonly Path[],
): Item | undefined {
    switch (wants) {
        case "NONE":
            return undefined;
        case "ALL_OLD":
            return old;
        case "ALL_NEW":
            return fresh;
        case "UPDATED_OLD":
            return old && project(old, paths);
        case "UPDATED_NEW":
            return project(fresh, paths);
    }
}

function conditionOf(request: Fields, aliases: Aliases, operation: Operation): Condition | undefined {
    const tokens = tokensOf(request, "ConditionExpression", aliases);
    if (!tokens && operation === "check")
        throw invalid("The expression can not be empty: a ConditionCheck must have a ConditionExpression");
    return tokens && readCondition(tokens);
}

function conditionFailed(old: Item | undefined, request: Fields): ServiceFault {
    const tell = choiceOf(request.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", [
        "NONE",
        "ALL_OLD",
    ]);
    return new ServiceFault(
        "ConditionalCheckFailedException",
        "The conditional request failed",
        tell === "ALL_OLD" && old ? { Item: old } : {},
    );
}
