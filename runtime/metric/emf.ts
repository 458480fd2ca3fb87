/**
 * Amazon's embedded metric format: lines in a log that CloudWatch makes metrics of. Source:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

import { type Declared } from "./declared";
import { type Reading } from "./values";

/** Values of a metric in one line. */
const VALUES = 100;

/** A line for each reading, and more where it has many values. */
export function linesOf(declared: Declared, readings: readonly Reading[], now: number): string[] {
    const { name, dimensions, options } = declared;
    return readings.flatMap(({ at, value }) => {
        const known = Object.fromEntries(at.map((one, index) => [dimensions[index], asciiOf(one)]));
        const Metrics = [{ Name: name, Unit: unitOf(declared) }];
        // Alarms watch the whole, for which CloudWatch has no sum over dimensions: each value is written to both.
        const Dimensions = at.length ? [[], [...dimensions]] : [[]];
        const directive = { Namespace: options.get("namespace") ?? "", Dimensions, Metrics };
        const _aws = { Timestamp: now, CloudWatchMetrics: [directive] };
        return valuesOf(value, VALUES).map((some) => JSON.stringify({ _aws, ...known, [name]: some }));
    });
}

/** A number, or many at a time with how often each was there. */
export function valuesOf(value: Reading["value"], most: number): (number | { Values: number[]; Counts: number[] })[] {
    if (typeof value === "number") return [value];
    const all = [...value.values];
    return Array.from({ length: Math.ceil(all.length / most) }, (_, index) => {
        const some = all.slice(index * most, (index + 1) * most);
        return { Values: some.map(([one]) => one), Counts: some.map(([, times]) => times) };
    });
}

/** CloudWatch takes ASCII: `München` is `M%C3%BCnchen`. */
export function asciiOf(text: string): string {
    return text.replace(/[^\x20-\x7e]/gu, encodeURIComponent).slice(0, 1024);
}

/** CloudWatch's own units, where it is one of them. */
export function unitOf({ unit, kind }: Declared) {
    return units.find((one) => one.toLowerCase() === unit.toLowerCase()) ?? (kind === "counter" ? "Count" : "None");
}

const units = [
    ...(["Seconds", "Milliseconds", "Microseconds", "Percent", "Count"] as const),
    ...(["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits"] as const),
];
