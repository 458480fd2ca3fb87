/** Conditions and filters: read from an expression, and asked of an item. */

import { type Path, type Tokens } from "./expression";
import { invalid } from "./fault";
import { at } from "./projection";
import { bytes, compare, type Item, newItem, same, type Type, typeOf, type Value } from "./value";

export type Condition =
    | { readonly is: "and" | "or"; readonly parts: readonly Condition[] }
    | { readonly is: "not"; readonly part: Condition }
    | { readonly is: Comparison; readonly left: Operand; readonly right: Operand }
    | { readonly is: "between"; readonly left: Operand; readonly low: Operand; readonly high: Operand }
    | { readonly is: "in"; readonly left: Operand; readonly list: readonly Operand[] }
    | { readonly is: "attribute_exists" | "attribute_not_exists"; readonly path: Path }
    | { readonly is: "attribute_type" | "begins_with" | "contains"; readonly left: Operand; readonly right: Operand };

export type Comparison = (typeof COMPARISONS)[number];

export type Operand =
    | { readonly is: "path"; readonly path: Path }
    | { readonly is: "value"; readonly value: Value }
    | { readonly is: "size"; readonly of: Operand };

/** Reads a whole condition. */
export function readCondition(tokens: Tokens): Condition {
    const condition = or(tokens, 0);
    tokens.end();
    return condition;
}

/** Whether `item` fulfils `condition`. An item that is not there has no attributes. */
export function holds(condition: Condition, item: Item = newItem()): boolean {
    const value = (operand: Operand): Value | undefined => valueOf(operand, item);
    switch (condition.is) {
        case "and":
            return condition.parts.every((part) => holds(part, item));
        case "or":
            return condition.parts.some((part) => holds(part, item));
        case "not":
            return !holds(condition.part, item);
        case "attribute_exists":
            return at(item, condition.path) !== undefined;
        case "attribute_not_exists":
            return at(item, condition.path) === undefined;
        case "attribute_type":
            return kindOf(value(condition.left)) === value(condition.right)?.S;
        case "begins_with":
            return begins(value(condition.left), value(condition.right));
        case "contains":
            return contains(value(condition.left), value(condition.right));
        case "in":
            return condition.list.some((each) => same(value(condition.left), value(each)));
        case "between":
            return (
                compares(">=", value(condition.left), value(condition.low)) &&
                compares("<=", value(condition.left), value(condition.high))
            );
        default:
            return compares(condition.is, value(condition.left), value(condition.right));
    }
}

const COMPARISONS = ["=", "<>", "<", "<=", ">", ">="] as const;
const FUNCTIONS = ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"];
const TYPES: readonly string[] = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"] satisfies Type[];

function or(tokens: Tokens, depth: number): Condition {
    const parts = [and(tokens, depth)];
    while (tokens.takes("OR")) parts.push(and(tokens, depth));
    return parts.length === 1 ? parts[0] : { is: "or", parts };
}

function and(tokens: Tokens, depth: number): Condition {
    const parts = [not(tokens, depth)];
    while (tokens.takes("AND")) parts.push(not(tokens, depth));
    return parts.length === 1 ? parts[0] : { is: "and", parts };
}

function not(tokens: Tokens, depth: number): Condition {
    if (depth > 300) throw invalid(`Invalid ${tokens.label}: The expression is nested too deeply`);
    if (tokens.takes("NOT")) return { is: "not", part: not(tokens, depth + 1) };
    if (tokens.takes("(")) {
        const inner = or(tokens, depth + 1);
        tokens.expect(")");
        return inner;
    }
    return term(tokens);
}

function term(tokens: Tokens): Condition {
    if (tokens.peek(1) === "(" && tokens.peek() !== "size") return call(tokens);
    const left = operand(tokens);
    if (tokens.takes("BETWEEN")) {
        const low = operand(tokens);
        tokens.expect("AND");
        return { is: "between", left, low, high: operand(tokens) };
    }
    if (tokens.takes("IN")) {
        tokens.expect("(");
        const list = tokens.list(() => operand(tokens));
        tokens.expect(")");
        if (list.length > 100)
            throw invalid(`Invalid ${tokens.label}: The IN operator is provided with too many operands`);
        return { is: "in", left, list };
    }
    const comparison = COMPARISONS.find((each) => tokens.takes(each));
    if (!comparison) throw tokens.fault();
    return { is: comparison, left, right: operand(tokens) };
}

function call(tokens: Tokens): Condition {
    const name = tokens.next();
    if (!FUNCTIONS.includes(name)) {
        throw invalid(`Invalid ${tokens.label}: Invalid function name; function: ${name}`);
    }
    tokens.expect("(");
    if (name === "attribute_exists" || name === "attribute_not_exists") {
        const path = tokens.path();
        tokens.expect(")");
        return { is: name, path };
    }
    const left = operand(tokens);
    tokens.expect(",");
    const right = operand(tokens);
    tokens.expect(")");
    if (name === "attribute_type" && !(right.is === "value" && TYPES.includes(right.value.S ?? ""))) {
        throw invalid(
            `Invalid ${tokens.label}: Invalid attribute type name found; type: ${right.is === "value" ? right.value.S : "?"}`,
        );
    }
    return { is: name as "attribute_type" | "begins_with" | "contains", left, right };
}

function operand(tokens: Tokens): Operand {
    if (tokens.peek().startsWith(":")) return { is: "value", value: tokens.aliases.value(tokens.next(), tokens.label) };
    if (tokens.peek() === "size" && tokens.peek(1) === "(") {
        tokens.next();
        tokens.next();
        const of = operand(tokens);
        tokens.expect(")");
        return { is: "size", of };
    }
    return { is: "path", path: tokens.path() };
}

function valueOf(operand: Operand, item: Item): Value | undefined {
    if (operand.is === "value") return operand.value;
    if (operand.is === "path") return at(item, operand.path);
    const size = sizeOf(valueOf(operand.of, item));
    return size === undefined ? undefined : { N: String(size) };
}

function sizeOf(value: Value | undefined): number | undefined {
    if (value?.S !== undefined) return value.S.length;
    if (value?.B !== undefined) return bytes(value.B).length;
    if (value?.M) return Object.keys(value.M).length;
    return (value?.L ?? value?.SS ?? value?.NS ?? value?.BS)?.length;
}

function kindOf(value: Value | undefined): Type | undefined {
    return value && typeOf(value);
}

function compares(comparison: Comparison, left: Value | undefined, right: Value | undefined): boolean {
    if (comparison === "=") return same(left, right);
    if (!left || !right) return comparison === "<>" && left !== right;
    if (comparison === "<>") return !same(left, right);
    const order = compare(left, right);
    if (order === undefined) return false;
    return comparison === "<"
        ? order < 0
        : comparison === "<="
          ? order <= 0
          : comparison === ">"
            ? order > 0
            : order >= 0;
}

function begins(value: Value | undefined, prefix: Value | undefined): boolean {
    if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
    if (value?.B !== undefined && prefix?.B !== undefined) {
        const start = bytes(prefix.B);
        return bytes(value.B).subarray(0, start.length).equals(start);
    }
    return false;
}

function contains(value: Value | undefined, part: Value | undefined): boolean {
    if (!value || !part) return false;
    if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
    if (value.B !== undefined) return part.B !== undefined && bytes(value.B).includes(bytes(part.B));
    if (value.L) return value.L.some((each) => same(each, part));
    return (
        (part.S !== undefined && value.SS?.includes(part.S)) ||
        (part.N !== undefined && value.NS?.includes(part.N)) ||
        (part.B !== undefined && value.BS?.includes(part.B)) ||
        false
    );
}
