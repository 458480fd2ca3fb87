import type * as pulumi from "@pulumi/pulumi";
import { type Common, Component, type ComponentOptions, type Gauge, defineService, type Parts } from "./component";
import { email } from "./names";
import { gauge } from "./reference";
import { type Field, list, mapOf, number, oneOf, optional, record, text } from "./shape";

/** MetricArgs configures a {@link Metric}. */
export interface MetricArgs extends Common<"metric"> {
    /** What it counts in: `orders`, `seconds`, `bytes`. @default "1": a bare number */
    unit?: string;
    /** A counter only grows, and is 0 while nothing is added; a gauge goes up and down, and keeps its value; a distribution has percentiles. @default "counter" */
    kind?: "counter" | "gauge" | "distribution";
    /** The names of what it is split by, at most 10. @default none */
    dimensions?: string[];
    /** Watches a number that a component has without asking, in place of one that the app writes: `of: web.gauge("errors")`. */
    of?: Gauge;
    /** Alarms by name. @default none */
    alarms?: Record<string, AlarmArgs>;
    /** Its place on the dashboard: the heading it stands under; on `local`, `npx pulumi-mvi ask dashboard` shows it. @default its own name */
    dashboard?: string;
}

/** AlarmArgs says when somebody is to know. Exactly one of `above` and `below`. */
export interface AlarmArgs {
    above?: number;
    below?: number;
    /** What is compared: of all values in one period. @default "sum" for counters, "p99" for distributions, else "average" */
    statistic?: "sum" | "average" | "min" | "max" | "p50" | "p90" | "p99";
    /** Seconds, 60 to 86400, whole minutes. @default 60 */
    period?: number;
    /** Periods in a row, 1 to 60. @default 3 */
    periods?: number;
    /** What no value means. @default "ok" */
    missing?: "ok" | "breaching" | "ignore";
    /** Who gets mail, on a change for the worse and for the better. */
    email: string | string[];
}

export interface AlarmSpec {
    above: number | undefined;
    below: number | undefined;
    statistic: "sum" | "average" | "min" | "max" | "p50" | "p90" | "p99";
    period: number;
    periods: number;
    missing: "ok" | "breaching" | "ignore";
    email: string[];
}

export interface MetricSpec {
    unit: string;
    kind: "counter" | "gauge" | "distribution";
    dimensions: string[];
    of: Gauge | undefined;
    alarms: Record<string, AlarmSpec>;
    dashboard: string | undefined;
}

/** MetricParts is what a driver gives back. */
export interface MetricParts extends Parts {
    /** Its id at its cloud. */
    id: pulumi.Output<string>;
}

const emails: Field<string[]> = (given, at) =>
    typeof given === "string" ? [email(given, at)] : list(email, { max: 10 })(given, at);

const alarm = record<Omit<AlarmSpec, "statistic"> & { statistic: AlarmSpec["statistic"] | undefined }>({
    above: optional(number({ min: -1e15, max: 1e15, unit: "its unit", fraction: true })),
    below: optional(number({ min: -1e15, max: 1e15, unit: "its unit", fraction: true })),
    statistic: optional(oneOf("sum", "average", "min", "max", "p50", "p90", "p99")),
    period: optional(number({ min: 60, max: 86400, unit: "seconds" }), 60),
    periods: optional(number({ min: 1, max: 60, unit: "periods" }), 3),
    missing: optional(oneOf("ok", "breaching", "ignore"), "ok"),
    email: emails,
}) as Field<AlarmSpec>;

export const metricService = defineService<MetricArgs, MetricSpec>({
    name: "metric",
    type: "Metric",
    access: ["write"],
    fields: () => ({
        unit: optional(
            text("a unit", { pattern: /^[\w/%{}. -]{1,32}$/, todo: 'write one like "orders" or "seconds"' }),
            "1",
        ),
        kind: optional(oneOf("counter", "gauge", "distribution"), "counter"),
        dimensions: optional(
            list(text("a name", { pattern: /^[a-z][a-z0-9_]{0,62}$/, todo: "use small letters, digits and _" }), {
                max: 10,
            }),
            [],
        ),
        of: optional(gauge),
        alarms: optional(
            mapOf(
                alarm,
                text("a name", { pattern: /^[a-z][a-z0-9-]{0,19}$/, todo: "use small letters, digits and hyphens" }),
                { max: 10 },
            ),
            {},
        ),
        dashboard: optional(text("a heading")),
    }),
    rules: ({ alarms, kind, of }, at, args) => {
        for (const [name, { above, below, period, email: to }] of Object.entries(alarms)) {
            const own = at.in("alarms").in(name);
            if ((above === undefined) === (below === undefined))
                own.fault(
                    `has ${above === undefined ? "neither `above` nor" : "both `above` and"} \`below\``,
                    "give exactly one of them",
                );
            if (period % 60 !== 0) own.in("period").fault("must be whole minutes", "choose a multiple of 60", period);
            const longest = period >= 3600 ? 604800 : 86400; // CloudWatch's bounds, the narrowest
            if (period * alarms[name].periods > longest) {
                own.in("periods").fault(
                    `must cover at most ${longest} seconds with a \`period\` of ${period}`,
                    "lower it",
                    alarms[name].periods,
                );
            }
            if (!of && kind !== "distribution" && /^p\d/.test(alarms[name].statistic ?? "")) {
                own.in("statistic").fault(
                    `is not for a ${kind}: it has no percentiles`,
                    'choose another one, or `kind: "distribution"`',
                    alarms[name].statistic,
                );
            }
            if (!to.length) own.in("email").fault("must name somebody", "give an e-mail address", to);
        }
        for (const key of ["unit", "kind", "dimensions"] as const) {
            if (of && args[key] !== undefined) at.in(key).fault("is given by the gauge", "leave it out", args[key]);
        }
    },
    prepare: (_self, spec) => ({
        ...spec,
        alarms: Object.fromEntries(
            Object.entries(spec.alarms).map(([name, one]) => [
                name,
                {
                    ...one,
                    statistic:
                        one.statistic ??
                        (spec.of
                            ? "average"
                            : ({ counter: "sum", gauge: "average", distribution: "p99" } as const)[spec.kind]),
                },
            ]),
        ),
    }),
});

/**
 * Metric is a number over time, from the app or from a service under it: aggregated, graphed, and watched. What `uses` it writes
 * it by `ORDERS_URL`, the same on every cloud: `openMetric(process.env.ORDERS_URL).add(1, { country: "de" })`, with `openMetric`
 * of `pulumi-mvi/runtime`; `record` for a gauge and a distribution. A program in another language writes `ORDERS_NAME` with
 * OpenTelemetry on `local`, by the `OTEL_…` variables that are there; on AWS, in a container, as a line of CloudWatch's embedded
 * metric format in `ORDERS_NAMESPACE`, with the dimensions `[[], ["country"]]`, and on a VM with `PutMetricData`; on GCP with
 * OpenTelemetry to `https://telemetry.googleapis.com`, cumulative, as a resource with `gcp.project_id`, `location` and a
 * `service.instance.id` of each process.
 */
export class Metric extends Component<"metric"> implements MetricParts {
    readonly id: pulumi.Output<string>;

    constructor(name: string, args: MetricArgs = {}, options?: ComponentOptions) {
        super(metricService, name, args, options);
        ({ id: this.id } = this.parts);
    }
}
