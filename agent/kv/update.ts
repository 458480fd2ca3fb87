/** UpdateExpression: read, and applied to an item. */

import Big from "big.js";
import { checkApart, type Path, type Tokens } from "./expression";
import { invalid, type ServiceFault } from "./fault";
import { at } from "./projection";
import { fitNumber, type Item, newItem, typeOf, type Value } from "./value";

export interface Update {
    readonly set: readonly { readonly path: Path; readonly to: Term }[];
    readonly remove: readonly Path[];
    readonly add: readonly { readonly path: Path; readonly value: Value }[];
    readonly delete: readonly { readonly path: Path; readonly value: Value }[];
}

type Term =
    | { readonly is: "path"; readonly path: Path }
    | { readonly is: "value"; readonly value: Value }
    | { readonly is: "if_not_exists"; readonly path: Path; readonly or: Term }
    | { readonly is: "list_append" | "+" | "-"; readonly left: Term; readonly right: Term };

/** Reads a whole UpdateExpression. */
export function readUpdate(tokens: Tokens): Update {
    const update: { -readonly [K in keyof Update]: Update[K] } = { set: [], remove: [], add: [], delete: [] };
    const seen = new Set<string>();
    while (!tokens.ended) {
        const section = tokens.peek().toUpperCase();
        if (seen.has(section)) {
            throw invalid(
                `Invalid UpdateExpression: The "${section}" section can only be used once in an update expression;`,
            );
        }
        seen.add(section);
        if (tokens.takes("SET")) update.set = tokens.list(() => assignment(tokens));
        else if (tokens.takes("REMOVE")) update.remove = tokens.list(() => tokens.path());
        else if (tokens.takes("ADD")) update.add = tokens.list(() => change(tokens, ["N", "SS", "NS", "BS"]));
        else if (tokens.takes("DELETE")) update.delete = tokens.list(() => change(tokens, ["SS", "NS", "BS"]));
        else throw tokens.fault();
    }
    checkApart(touched(update), tokens.label);
    return update;
}

/** All paths that it changes. */
export function touched(update: Update): Path[] {
    return [...[...update.set, ...update.add, ...update.delete].map(({ path }) => path), ...update.remove];
}

/** The item with `update` applied: `item` itself stays as it is, and all right sides see it. */
export function applyUpdate(update: Update, item: Item): Item {
    const fresh = copy({ M: item }).M ?? newItem();
    const values = update.set.map(({ to }) => evaluate(to, item));
    // What is set behind the end of a list is appended, in the order of the places.
    update.set
        .map(({ path }, index) => ({ path, value: values[index] }))
        .sort((a, b) => lastStep(a.path) - lastStep(b.path))
        .forEach(({ path, value }) => put(fresh, path, value));
    for (const { path, value } of update.add) put(fresh, path, sum(at(item, path), value));
    for (const { path, value } of update.delete) {
        const old = at(item, path);
        const left = old && without(old, value);
        if (left) put(fresh, path, left);
        else if (old) drop(fresh, path);
    }
    // The deepest first, and later places of a list before the earlier ones: each path then still leads where it led.
    [...update.remove]
        .sort((a, b) => b.length - a.length || lastStep(b) - lastStep(a))
        .forEach((path) => drop(fresh, path));
    return fresh;
}

function assignment(tokens: Tokens): { path: Path; to: Term } {
    const path = tokens.path();
    tokens.expect("=");
    const left = term(tokens);
    const operator = tokens.takes("+") ? "+" : tokens.takes("-") ? "-" : undefined;
    return { path, to: operator ? { is: operator, left, right: term(tokens) } : left };
}

function change(tokens: Tokens, types: readonly string[]): { path: Path; value: Value } {
    const path = tokens.path();
    if (!tokens.peek().startsWith(":")) throw tokens.fault();
    const value = tokens.aliases.value(tokens.next(), tokens.label);
    if (!types.includes(typeOf(value))) {
        throw invalid(
            `Invalid UpdateExpression: Incorrect operand type for operator or function; operand type: ${typeOf(value)}`,
        );
    }
    return { path, value };
}

function term(tokens: Tokens): Term {
    if (tokens.peek().startsWith(":")) return { is: "value", value: tokens.aliases.value(tokens.next(), tokens.label) };
    if (tokens.peek(1) !== "(") return { is: "path", path: tokens.path() };
    const name = tokens.next();
    if (name !== "if_not_exists" && name !== "list_append") {
        throw invalid(`Invalid UpdateExpression: Invalid function name; function: ${name}`);
    }
    tokens.expect("(");
    const first: Term = name === "if_not_exists" ? { is: "path", path: tokens.path() } : term(tokens);
    tokens.expect(",");
    const right = term(tokens);
    tokens.expect(")");
    if (first.is === "path" && name === "if_not_exists") return { is: name, path: first.path, or: right };
    return { is: "list_append", left: first, right };
}

function evaluate(term: Term, item: Item): Value {
    switch (term.is) {
        case "value":
            return term.value;
        case "if_not_exists":
            return at(item, term.path) ?? evaluate(term.or, item);
        case "path": {
            const value = at(item, term.path);
            if (!value) throw invalid("The provided expression refers to an attribute that does not exist in the item");
            return value;
        }
        case "list_append": {
            const [left, right] = [evaluate(term.left, item), evaluate(term.right, item)];
            if (!left.L || !right.L) throw wrongType();
            return { L: [...left.L, ...right.L] };
        }
        default: {
            const [left, right] = [evaluate(term.left, item), evaluate(term.right, item)];
            if (left.N === undefined || right.N === undefined) throw wrongType();
            const big = new Big(left.N);
            return { N: fitNumber(term.is === "+" ? big.plus(right.N) : big.minus(right.N)) };
        }
    }
}

/** ADD: numbers are summed, sets joined. */
function sum(old: Value | undefined, value: Value): Value {
    if (!old) return value;
    const type = typeOf(value);
    if (typeOf(old) !== type) throw wrongType();
    if (old.N !== undefined && value.N !== undefined) return { N: fitNumber(new Big(old.N).plus(value.N)) };
    return { [type]: [...new Set([...(old[type] as string[]), ...(value[type] as string[])])] };
}

/** DELETE: what is left of a set; undefined when nothing is. */
function without(old: Value, value: Value): Value | undefined {
    const type = typeOf(value);
    if (typeOf(old) !== type) throw wrongType();
    const left = (old[type] as string[]).filter((each) => !(value[type] as string[]).includes(each));
    return left.length > 0 ? { [type]: left } : undefined;
}

function put(item: Item, path: Path, value: Value): void {
    const parent = at(item, path.slice(0, -1));
    const step = path[path.length - 1];
    if (typeof step === "string" && parent?.M) parent.M[step] = value;
    else if (typeof step === "number" && parent?.L) parent.L[Math.min(step, parent.L.length)] = value;
    else throw invalidPath();
}

function drop(item: Item, path: Path): void {
    const parent = at(item, path.slice(0, -1));
    const step = path[path.length - 1];
    if (typeof step === "string" && parent?.M) delete parent.M[step];
    else if (typeof step === "number" && parent?.L) parent.L.splice(step, 1);
    else throw invalidPath();
}

function copy(value: Value): Value {
    if (value.L) return { L: value.L.map(copy) };
    if (!value.M) return value;
    const map = newItem();
    for (const [name, part] of Object.entries(value.M)) map[name] = copy(part);
    return { M: map };
}

function lastStep(path: Path): number {
    const step = path[path.length - 1];
    return typeof step === "number" ? step : -1;
}

function wrongType(): ServiceFault {
    return invalid("An operand in the update expression has an incorrect data type");
}

function invalidPath(): ServiceFault {
    return invalid("The document path provided in the update expression is invalid for update");
}
