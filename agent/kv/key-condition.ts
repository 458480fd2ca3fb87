/** KeyConditionExpression: which places of a table a Query walks over. */

import { type Condition, type Operand } from "./condition";
import { type Table } from "./definition";
import { invalid } from "./fault";
import { after, encode, LETTER, partition } from "./keys";
import { compare, type Value } from "./value";

/** From `start` to before `end`. */
export interface Bounds {
    readonly start: Buffer;
    readonly end: Buffer | undefined;
}

/** The bounds that `condition` sets: the partition key equals a value, and the sort key, if named, is in one range. */
export function readBounds(condition: Condition, table: Table): Bounds {
    const parts = condition.is === "and" ? condition.parts : [condition];
    const named = parts.map((part) => ({ part, name: nameIn(part) }));
    const own = named.filter(({ name }) => name === table.partitionKey.name);
    const sort = named.filter(({ name }) => table.sortKey && name === table.sortKey.name);
    if (own.length !== 1) throw invalid(`Query condition missed key schema element: ${table.partitionKey.name}`);
    if (own.length + sort.length !== parts.length || sort.length > 1)
        throw invalid("Query key condition not supported");
    const [{ part }] = own;
    if (part.is !== "=") throw invalid("Query key condition not supported");
    const prefix = partition(table, valueIn(part.right.is === "value" ? part.right : part.left));
    return sort.length === 0 ? { start: prefix, end: after(prefix) } : within(prefix, sort[0].part, table);
}

function within(prefix: Buffer, part: Condition, table: Table): Bounds {
    const letter = LETTER[table.sortKey?.type ?? "string"];
    const place = (operand: Operand): Buffer => {
        const value = valueIn(operand);
        if (value[letter] === undefined)
            throw invalid(
                "One or more parameter values were invalid: Condition parameter type does not match schema type",
            );
        if (value[letter] === "")
            throw invalid(
                "One or more parameter values are not valid. A value specified for a key attribute is an empty string.",
            );
        return Buffer.concat([prefix, encode(value)]);
    };
    // No place lies between a key and the key with a zero byte behind it.
    const behind = (operand: Operand): Buffer => Buffer.concat([place(operand), Buffer.from([0])]);
    const [start, end] = [prefix, after(prefix)];
    switch (part.is) {
        case "between": {
            if ((compare(valueIn(part.low), valueIn(part.high)) ?? 0) > 0) {
                throw invalid(
                    "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound",
                );
            }
            return { start: place(part.low), end: behind(part.high) };
        }
        case "begins_with": {
            if (letter === "N")
                throw invalid(
                    "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
                );
            const first = place(part.right);
            return { start: first, end: after(first) };
        }
        case "=":
            return { start: place(part.right), end: behind(part.right) };
        case "<":
            return { start, end: place(part.right) };
        case "<=":
            return { start, end: behind(part.right) };
        case ">":
            return { start: behind(part.right), end };
        case ">=":
            return { start: place(part.right), end };
        default:
            throw invalid("Query key condition not supported");
    }
}

/** The attribute that a part of the condition is about. */
function nameIn(part: Condition): string | undefined {
    if (!("left" in part)) return undefined;
    const side =
        part.left.is === "path" ? part.left : part.is === "=" && part.right.is === "path" ? part.right : undefined;
    return side?.path.length === 1 ? String(side.path[0]) : undefined;
}

function valueIn(operand: Operand): Value {
    if (operand.is !== "value")
        throw invalid("Invalid KeyConditionExpression: an operand must be an expression attribute value");
    return operand.value;
}
