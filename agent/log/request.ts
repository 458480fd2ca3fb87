/** What the operations on logs read of their requests. */

import { ServiceFault } from "../kv/fault";

/** Fields is a request as it came. */
export type Fields = Readonly<Record<string, unknown>>;

export function invalid(message: string): ServiceFault {
    return new ServiceFault("InvalidParameterException", message);
}

export function textOf(request: Fields, name: string): string | undefined {
    const value = request[name] ?? undefined;
    if (value !== undefined && typeof value !== "string") throw invalid(`${name} must be a text.`);
    return value;
}

/** A whole number from `least` to `most`. */
export function numberOf(request: Fields, name: string, least: number, most: number): number | undefined {
    const value = request[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
        throw invalid(`${name} must be a whole number from ${least} to ${most}, but is ${JSON.stringify(value)}.`);
    return value as number;
}

/** Milliseconds since 1970. */
export function timeOf(request: Fields, name: string): number | undefined {
    return numberOf(request, name, 0, Number.MAX_SAFE_INTEGER);
}

export function textsOf(request: Fields, name: string): string[] | undefined {
    const value = request[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length < 1 || value.length > 100 || value.some((one) => typeof one !== "string"))
        throw invalid(`${name} must be a list of 1 to 100 texts.`);
    return value as string[];
}
