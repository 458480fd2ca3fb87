import type * as pulumi from "@pulumi/pulumi";

/** A gauge on AWS: a metric that a service keeps in CloudWatch by itself. */
export interface AwsGauge {
    readonly namespace: string;
    readonly metric: string;
    readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
    /** The same metric under further dimensions, which are added: a sum over a table's operations. @default none */
    readonly plus?: readonly AwsGauge["dimensions"][];
    /** What is counted, in place of the statistic that an alarm names: how often there was a value. */
    readonly statistic?: "SampleCount";
    /** Each of what is counted says so once a minute: how many there are is the count of a minute. @default false */
    readonly perMinute?: boolean;
    /** What the metric's values are multiplied by: a gauge that is a share is one of 1, not of 100. @default 1 */
    readonly factor?: number;
    /** What is added to that: what is used is 1 less what is free. @default 0 */
    readonly offset?: number;
}

/** Whether it has to be calculated: then CloudWatch gets an expression, see {@link expressionOf}. */
export function isDerived({ plus = [], factor = 1, offset = 0, perMinute = false }: AwsGauge): boolean {
    return plus.length > 0 || factor !== 1 || offset !== 0 || perMinute;
}

/** The gauge as CloudWatch calculates it, of metrics `m1` and so on: what did not happen counts as nothing. */
export function expressionOf({ plus = [], factor = 1, offset = 0, perMinute = false }: AwsGauge): string {
    const one = perMinute ? "m1/(PERIOD(m1)/60)" : "m1";
    const sum = plus.length
        ? Array.from({ length: plus.length + 1 }, (_, index) => `FILL(m${index + 1},0)`).join("+")
        : one;
    const scaled = factor === 1 ? sum : `(${sum})*${factor.toExponential()}`;
    return offset === 0 ? scaled : `${offset}+${scaled}`;
}

/** Gauges by neutral name, from the names of a service's own metrics. */
export function gauges(
    namespace: string,
    names: Readonly<Record<string, string>>,
    dimensions: AwsGauge["dimensions"],
): Record<string, AwsGauge> {
    return Object.fromEntries(Object.entries(names).map(([name, metric]) => [name, { namespace, metric, dimensions }]));
}
