/**
 * The embedded metric format as Amazon specifies it:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

export interface Datum {
    readonly namespace: string;
    readonly name: string;
    readonly unit: string;
    readonly dimensions: Readonly<Record<string, string>>;
    /** Each with how often it was there. */
    readonly values: readonly (readonly [value: number, times: number])[];
}

/** What CloudWatch makes of a line. @throws on what the specification does not allow */
export function readLine(line: string): Datum[] {
    const must = (holds: boolean, what: string) => {
        if (!holds) throw new Error(`not EMF: ${what}: ${line.slice(0, 500)}`);
    };
    must(line.endsWith("\n") && !line.slice(0, -1).includes("\n"), "it is not one line");
    must(Buffer.byteLength(line) < 16 * 1024, "Docker takes lines of more than 16 KB apart");
    const root = JSON.parse(line) as Record<string, unknown>;
    const { Timestamp, CloudWatchMetrics } = root._aws as Record<string, unknown>;
    must(Number.isInteger(Timestamp) && Math.abs((Timestamp as number) - Date.now()) < 60_000, "Timestamp is not now");
    must(Array.isArray(CloudWatchMetrics) && CloudWatchMetrics.length > 0, "no CloudWatchMetrics");
    return (CloudWatchMetrics as Record<string, unknown>[]).flatMap((directive) => {
        const { Namespace, Dimensions, Metrics, ...rest } = directive;
        must(Object.keys(rest).length === 0, `a directive has no ${Object.keys(rest).join()}`);
        must(typeof Namespace === "string" && /^[\w.\-/#: ]{1,1024}$/.test(Namespace), "Namespace");
        must(Array.isArray(Dimensions) && Dimensions.length > 0, "Dimensions");
        must(Array.isArray(Metrics) && Metrics.length > 0 && Metrics.length <= 100, "1 to 100 Metrics");
        return (Dimensions as string[][]).flatMap((set) => {
            must(Array.isArray(set) && set.length <= 30, "a DimensionSet has at most 30");
            for (const key of set) {
                const value = root[key];
                must(/^[\x20-\x7e]{1,250}$/.test(key) && !key.startsWith(":"), `the dimension's name ${key}`);
                must(typeof value === "string" && /^[\x20-\x7e]{1,1024}$/.test(value) && value.trim() !== "", key);
            }
            const dimensions = Object.fromEntries(set.map((key) => [key, root[key] as string]));
            return (Metrics as Record<string, unknown>[]).map(({ Name, Unit, ...more }) => {
                must(
                    Object.keys(more).every((key) => key === "StorageResolution"),
                    "a MetricDefinition",
                );
                must(typeof Name === "string" && Name.length >= 1 && Name.length <= 1024, "a metric's name");
                must(!set.includes(Name as string), "a metric and a dimension have the same name");
                must(Unit === undefined || units.has(Unit as string), `the unit ${String(Unit)}`);
                return {
                    namespace: Namespace as string,
                    name: Name as string,
                    unit: Unit as string,
                    dimensions,
                    values: valuesIn(root[Name as string], must),
                };
            });
        });
    });
}

function valuesIn(value: unknown, must: (holds: boolean, what: string) => void): [number, number][] {
    if (typeof value === "number") return [[value, 1]];
    const { Values, Counts, ...rest } = value as { Values: number[]; Counts: number[] };
    must(Object.keys(rest).length === 0, "a metric's value");
    must(Array.isArray(Values) && Values.length >= 1 && Values.length <= 100, "1 to 100 Values");
    must(Array.isArray(Counts) && Counts.length === Values.length, "as many Counts as Values");
    must([...Values, ...Counts].every(Number.isFinite), "numbers");
    return Values.map((one, index) => [one, Counts[index]]);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const sizes = [
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
];
const units: ReadonlySet<string> = new Set([
    ...["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"],
    ...sizes,
    ...sizes.map((one) => `${one}/Second`),
]);
