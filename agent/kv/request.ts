/** What operations read of their requests. */

import { type Table } from "./definition";
import { Aliases, type Path, Tokens } from "./expression";
import { invalid, ServiceFault } from "./fault";
import { readProjection } from "./projection";
import { type Store } from "./store";
import { isObject } from "./value";

/** Fields is a request, or a part of one, as it came. */
export type Fields = Readonly<Record<string, unknown>>;

/** The name of a table, which may be given as an ARN. */
export function tableName(raw: unknown): string {
    if (typeof raw !== "string" || raw === "")
        throw invalid("The parameter 'TableName' is required but was not present in the request");
    return raw.startsWith("arn:") ? raw.slice(raw.lastIndexOf("/") + 1) : raw;
}

/** The table, as it is now. */
export function tableOf(store: Store, name: string): Table {
    const table = store.table(name);
    if (!table)
        throw new ServiceFault("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
    return table;
}

/** A part which must be there, and be an object. */
export function fieldsOf(raw: unknown, where: string): Fields {
    if (!isObject(raw)) throw invalid(`${where} must be an object.`);
    return raw;
}

/** A part which must be a list of `least` to `most` objects. */
export function listOf(raw: unknown, where: string, least: number, most: number): Fields[] {
    if (!Array.isArray(raw) || raw.length < least || raw.length > most) {
        throw invalid(
            `1 validation error detected: Value at '${where}' failed to satisfy constraint: Member must have length from ${least} to ${most}`,
        );
    }
    return raw.map((part) => fieldsOf(part, where));
}

/** A whole number from 1, if it is given. */
export function countOf(raw: unknown, where: string): number | undefined {
    if (raw === undefined || raw === null) return undefined;
    if (!Number.isInteger(raw) || (raw as number) < 1) {
        throw invalid(
            `1 validation error detected: Value '${String(raw)}' at '${where}' failed to satisfy constraint: Member must have value greater than or equal to 1`,
        );
    }
    return raw as number;
}

export function aliasesOf(request: Fields): Aliases {
    refuseLegacy(request);
    return new Aliases(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
}

/** The tokens of an expression, if the request has it. */
export function tokensOf(request: Fields, label: string, aliases: Aliases): Tokens | undefined {
    const text = request[label];
    return text === undefined || text === null ? undefined : new Tokens(text, label, aliases);
}

export function projectionOf(request: Fields, aliases: Aliases): Path[] | undefined {
    const tokens = tokensOf(request, "ProjectionExpression", aliases);
    return tokens && readProjection(tokens);
}

/** One of the words, if given. */
export function choiceOf<T extends string>(raw: unknown, where: string, choices: readonly T[]): T {
    if (raw === undefined || raw === null) return choices[0];
    const choice = choices.find((each) => each === raw);
    if (!choice)
        throw invalid(
            `1 validation error detected: Value '${String(raw)}' at '${where}' failed to satisfy constraint: Member must satisfy enum value set: [${choices.join(", ")}]`,
        );
    return choice;
}

/** The parameters that expressions replaced in 2014 are not served here: they must not be silently left aside. */
function refuseLegacy(request: Fields): void {
    const legacy = [
        "AttributesToGet",
        "AttributeUpdates",
        "ConditionalOperator",
        "Expected",
        "KeyConditions",
        "QueryFilter",
        "ScanFilter",
    ];
    const used = legacy.find((name) => request[name] !== undefined && request[name] !== null);
    if (used)
        throw invalid(`${used} is a legacy parameter, which the local cloud does not have: use an expression instead.`);
    if (request.IndexName !== undefined && request.IndexName !== null) {
        throw invalid(`The table does not have the specified index: ${String(request.IndexName)}`);
    }
}
