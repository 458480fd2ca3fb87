/** The expressions of DynamoDB: names and values by alias, tokens, and the parts that all expressions share. */

import { invalid } from "./fault";
import { isReserved } from "./reserved";
import { isObject, readValue, type Value } from "./value";

/** Path leads to an attribute, or to a part of one: `["a", "b", 0]` is `a.b[0]`. */
export type Path = readonly (string | number)[];

/** Aliases are the names and values which a request gives to its expressions. All of them must be used. */
export class Aliases {
    private readonly names: Readonly<Record<string, unknown>>;
    private readonly values: Readonly<Record<string, unknown>>;
    private readonly used = new Set<string>();

    constructor(names: unknown, values: unknown) {
        this.names = isObject(names) ? names : {};
        this.values = isObject(values) ? values : {};
    }

    name(alias: string, label: string): string {
        const name = Object.hasOwn(this.names, alias) ? this.names[alias] : undefined;
        if (typeof name !== "string") {
            throw invalid(
                `Invalid ${label}: An expression attribute name used in the document path is not defined; attribute name: ${alias}`,
            );
        }
        this.used.add(alias);
        return name;
    }

    value(alias: string, label: string): Value {
        if (!Object.hasOwn(this.values, alias)) {
            throw invalid(
                `Invalid ${label}: An expression attribute value used in expression is not defined; attribute value: ${alias}`,
            );
        }
        this.used.add(alias);
        return readValue(this.values[alias], `ExpressionAttributeValues ${alias}`);
    }

    /** To be called when all expressions are read. */
    checkUsed(): void {
        for (const [field, given] of [
            ["ExpressionAttributeNames", this.names],
            ["ExpressionAttributeValues", this.values],
        ] as const) {
            const idle = Object.keys(given).filter((alias) => !this.used.has(alias));
            if (idle.length > 0) {
                throw invalid(`Value provided in ${field} unused in expressions: keys: {${idle.join(", ")}}`);
            }
        }
    }
}

/** Tokens walks through an expression. Its readers take what they name, or fail with DynamoDB's words. */
export class Tokens {
    private readonly tokens: readonly string[];
    private at = 0;

    constructor(
        text: unknown,
        /** `ConditionExpression`: which expression it is, for messages. */
        readonly label: string,
        readonly aliases: Aliases,
    ) {
        if (typeof text !== "string" || text.trim() === "")
            throw invalid(`Invalid ${label}: The expression can not be empty;`);
        if (text.length > 4096)
            throw invalid(`Invalid ${label}: Expression size has exceeded the maximum allowed size;`);
        this.tokens = text.match(/[A-Za-z][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+|[0-9]+|<>|<=|>=|[^\s]/g) ?? [];
    }

    get ended(): boolean {
        return this.at >= this.tokens.length;
    }

    peek(ahead = 0): string {
        return this.tokens[this.at + ahead] ?? "";
    }

    next(): string {
        return this.tokens[this.at++] ?? "";
    }

    /** Takes `word`, in any case, if it is next. */
    takes(word: string): boolean {
        if (this.peek().toUpperCase() !== word.toUpperCase()) return false;
        this.at++;
        return true;
    }

    expect(word: string): void {
        if (!this.takes(word)) throw this.fault();
    }

    end(): void {
        if (!this.ended) throw this.fault();
    }

    /** A syntax error at what is next. */
    fault(): Error {
        const token = this.peek() || "<EOF>";
        const near = this.tokens.slice(Math.max(this.at - 1, 0), this.at + 2).join(" ");
        return invalid(`Invalid ${this.label}: Syntax error; token: "${token}", near: "${near}"`);
    }

    path(): Path {
        const path: (string | number)[] = [this.pathName()];
        for (;;) {
            if (this.takes(".")) {
                path.push(this.pathName());
            } else if (this.takes("[")) {
                if (!/^\d{1,6}$/.test(this.peek())) throw this.fault();
                path.push(Number(this.next()));
                this.expect("]");
            } else {
                return path;
            }
        }
    }

    /** `first`, and more behind commas. */
    list<T>(read: () => T): T[] {
        const parts = [read()];
        while (this.takes(",")) parts.push(read());
        return parts;
    }

    private pathName(): string {
        const token = this.peek();
        if (token.startsWith("#")) return this.aliases.name(this.next(), this.label);
        if (!/^[A-Za-z]/.test(token)) throw this.fault();
        if (isReserved(token)) {
            throw invalid(`Invalid ${this.label}: Attribute name is a reserved keyword; reserved keyword: ${token}`);
        }
        return this.next();
    }
}

/** Paths of which none is, or leads to, another. */
export function checkApart(paths: readonly Path[], label: string): void {
    paths.forEach((one, at) => {
        for (const other of paths.slice(at + 1)) {
            const short = Math.min(one.length, other.length);
            if (one.slice(0, short).every((step, depth) => step === other[depth])) {
                throw invalid(
                    `Invalid ${label}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${one.join(", ")}], path two: [${other.join(", ")}]`,
                );
            }
        }
    });
}
