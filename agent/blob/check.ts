import { type BucketInputs } from "./bucket";
import { isBucketName } from "./store";

const METHODS = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/** What is wrong with the inputs of a bucket. What is not known yet, in a preview, is passed over. */
export function checkBucket(inputs: BucketInputs): { input: string; reason: string }[] {
    const faults: { input: string; reason: string }[] = [];
    const wrong = (input: string, reason: string) => faults.push({ input, reason });
    const { name, lifecycle, cors } = inputs;
    if (typeof name === "string" && !isBucketName(name)) {
        wrong("name", `must be 3 to 63 lower-case letters, digits, dots and hyphens, but is "${name}"`);
    }
    for (const [at, rule] of listed(lifecycle)) {
        for (const field of ["expireAfterDays", "expireNoncurrentAfterDays"] as const) {
            const days = rule[field];
            if (typeof days === "number" && !(Number.isInteger(days) && days >= 1)) {
                wrong(`lifecycle[${at}].${field}`, `must be a whole number of days from 1, but is ${days}`);
            }
        }
    }
    for (const [at, rule] of listed(cors)) {
        const method = Array.isArray(rule.methods) && rule.methods.find((one) => !METHODS.includes(one));
        if (method) wrong(`cors[${at}].methods`, `must be of ${METHODS.join(", ")}, but has "${method}"`);
        for (const field of ["origins", "headers"] as const) {
            const text = Array.isArray(rule[field]) && rule[field].find((one) => one.split("*").length > 2);
            if (text) wrong(`cors[${at}].${field}`, `must have one "*" at most, but has "${text}"`);
        }
    }
    return faults;
}

function listed<T>(list: readonly T[]): [number, T][] {
    return Array.isArray(list) ? [...list.entries()] : [];
}
