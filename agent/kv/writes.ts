/** PutItem, UpdateItem, DeleteItem, BatchWriteItem and TransactWriteItems. */

import { createHash } from "node:crypto";
import { invalid, ServiceFault } from "./fault";
import { capacity } from "./read";
import { type Fields, fieldsOf, listOf } from "./request";
import { type Store } from "./store";
import { type Transaction } from "./transaction";
import { isObject } from "./value";
import { carryOut, type Operation, type Outcome, readWrite, type Write } from "./write";

export async function writeItem(store: Store, operation: Operation, request: Fields): Promise<object> {
    const { table } = readWrite(store, operation, request);
    const { attributes } = await store.write((transaction) => {
        // Read again within: the table may have been changed since.
        const write = readWrite(store, operation, request);
        const outcome = write.decide(transaction.get(tableFor(store, write), write.key));
        carryOut(store, transaction, write, outcome);
        return outcome;
    });
    return { Attributes: attributes, ...capacity(request, [table]) };
}

export async function batchWriteItem(store: Store, request: Fields): Promise<object> {
    const parts = Object.entries(fieldsOf(request.RequestItems, "RequestItems")).flatMap(([TableName, list]) =>
        listOf(list, "requestItems", 1, 25).map((part) => ({ TableName, part })),
    );
    if (parts.length < 1 || parts.length > 25)
        throw invalid("Too many items requested for the BatchWriteItem call: 1 to 25 are allowed");
    const read = (): Write[] =>
        parts.map(({ TableName, part }) =>
            part.PutRequest
                ? readWrite(store, "put", { ...fieldsOf(part.PutRequest, "PutRequest"), TableName })
                : readWrite(store, "delete", { ...fieldsOf(part.DeleteRequest, "DeleteRequest"), TableName }),
        );
    refuseTwice(read(), "Provided list of item keys contains duplicates");
    await store.write((transaction) => {
        for (const [write, outcome] of decideAll(store, transaction, read()))
            carryOut(store, transaction, write, outcome);
    });
    return {
        UnprocessedItems: {},
        ...capacity(
            request,
            parts.map(({ TableName }) => TableName),
            true,
        ),
    };
}

/** All writes, or none. A request that comes again with its token within 10 minutes is answered, and not done again. */
export async function transactWriteItems(store: Store, request: Fields, who: string): Promise<object> {
    const parts = listOf(request.TransactItems, "transactItems", 1, 100).map(readPart);
    const read = (): Write[] => parts.map(({ operation, fields }) => readWrite(store, operation, fields));
    const writes = read();
    refuseTwice(writes, "Transaction request cannot include multiple operations on one item");
    const token = tokenOf(request, who);
    await store.write((transaction) => {
        if (token && isDone(transaction, token)) return;
        const decided = decideAll(store, transaction, read());
        for (const [write, outcome] of decided) carryOut(store, transaction, write, outcome);
        if (token) transaction.putNote(token.name, Buffer.from(JSON.stringify({ hash: token.hash, time: Date.now() })));
    });
    return capacity(
        request,
        writes.map(({ table }) => table),
        true,
    );
}

/** How long a token of a transaction is known, in milliseconds. */
export const TOKEN_LIFE = 10 * 60 * 1000;

const OPERATIONS: Readonly<Record<string, Operation>> = {
    Put: "put",
    Update: "update",
    Delete: "delete",
    ConditionCheck: "check",
};

/** One part of a transaction: exactly one operation. */
function readPart(part: Fields): { operation: Operation; fields: Fields } {
    const names = Object.keys(OPERATIONS).filter((name) => isObject(part[name]));
    if (names.length !== 1) throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
    return { operation: OPERATIONS[names[0]], fields: part[names[0]] as Fields };
}

function tableFor(store: Store, { table }: Write): NonNullable<ReturnType<Store["table"]>> {
    const found = store.table(table);
    if (!found) throw new Error(`table ${table} has gone within a transaction`);
    return found;
}

/** Decides on all before any is done: what cannot be done is told for each. */
function decideAll(store: Store, transaction: Transaction, writes: readonly Write[]): [Write, Outcome][] {
    const decided: [Write, Outcome][] = [];
    const reasons = writes.map((write) => {
        try {
            decided.push([write, write.decide(transaction.get(tableFor(store, write), write.key))]);
            return { Code: "None" };
        } catch (error) {
            if (!(error instanceof ServiceFault)) throw error;
            const Code =
                error.code === "ConditionalCheckFailedException" ? "ConditionalCheckFailed" : "ValidationError";
            return { Code, Message: error.message, ...error.fields };
        }
    });
    if (decided.length === writes.length) return decided;
    throw new ServiceFault(
        "TransactionCanceledException",
        `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(", ")}]`,
        { CancellationReasons: reasons },
    );
}

function refuseTwice(writes: readonly Write[], message: string): void {
    const places = writes.map(({ table, key }) => `${table} ${key.toString("latin1")}`);
    if (new Set(places).size < places.length) throw invalid(message);
}

interface Token {
    readonly name: Buffer;
    readonly hash: string;
}

function tokenOf(request: Fields, who: string): Token | undefined {
    const { ClientRequestToken: token, ...rest } = request;
    if (typeof token !== "string" || token === "") return undefined;
    if (token.length > 36)
        throw invalid(
            "Value at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36",
        );
    const hash = createHash("sha256").update(JSON.stringify(rest)).digest("hex");
    return { name: createHash("sha256").update(`${who}\n${token}`).digest(), hash };
}

function isDone(transaction: Transaction, { name, hash }: Token): boolean {
    const note = transaction.getNote(name);
    if (!note) return false;
    const known = JSON.parse(note.toString()) as { hash: string; time: number };
    if (Date.now() - known.time > TOKEN_LIFE) return false;
    if (known.hash === hash) return true;
    throw new ServiceFault(
        "IdempotentParameterMismatchException",
        "Idempotent parameter mismatch: the token was used for another request before",
    );
}
