import * as pulumi from "@pulumi/pulumi";
import type { AlarmSpec } from "../../components/metric";
import type { GcpGauge } from "./gauges";

type Statistic = AlarmSpec["statistic"];

/** A gauge's value over the last `seconds`, as one number, in PromQL: what Cloud Monitoring asks in. */
export function valueOf(gauge: GcpGauge, statistic: Statistic, seconds: number): pulumi.Output<string> {
    const { per, factor = 1 } = gauge;
    const own = sumOf(gauge, statistic, seconds);
    const shared = per ? pulumi.interpolate`(${own}) / (${sumOf(per, statistic, seconds)})` : own;
    return factor === 1 ? shared : pulumi.interpolate`(${shared}) * ${factor}`;
}

/** Is true while there is no value at all. */
export function absenceOf(gauge: GcpGauge): pulumi.Output<string> {
    // What counts many values at once has no number of its own name.
    const end = gauge.kind === "distribution" ? "_count" : "";
    return all(gauge).apply((series) => series.map((one) => `absent(${one(end)})`).join(" and on() "));
}

function sumOf(gauge: GcpGauge, statistic: Statistic, seconds: number): pulumi.Output<string> {
    return all(gauge).apply((series) => {
        const values = series.map((one) => aggregate(one, gauge.kind, statistic, seconds));
        // What did not happen is no value: it counts as nothing beside another one.
        return values.length === 1 ? values[0] : values.map((value) => `((${value}) or vector(0))`).join(" + ");
    });
}

/** A metric's name in PromQL with its labels; the name may have an end. */
type Series = (end: string) => string;

function all(gauge: GcpGauge): pulumi.Output<Series[]> {
    return pulumi.all([gauge, ...(gauge.plus ?? [])].map(seriesOf));
}

function seriesOf({
    metric,
    resource,
    labels,
}: Pick<GcpGauge, "metric" | "resource" | "labels">): pulumi.Output<Series> {
    return pulumi.output(labels).apply((known) => {
        const matchers = Object.entries(resource ? { monitored_resource: resource, ...known } : known).map(
            ([name, value]) => `${name}=${JSON.stringify(value)}`,
        );
        return (end: string) => `${promName(metric)}${end}${matchers.length ? `{${matchers.join(",")}}` : ""}`;
    });
}

/** Google's rule: the first `/` becomes `:`, what else is neither letter nor digit `_`. */
export function promName(metric: string): string {
    const [service, ...path] = metric.split("/");
    return [service, ...(path.length ? [path.join("/")] : [])]
        .map((part) => part.replace(/[^A-Za-z0-9_]/g, "_"))
        .join(":");
}

function aggregate(series: Series, kind: GcpGauge["kind"], statistic: Statistic, seconds: number): string {
    const over = (end: string, span = `${seconds}s`) => `${series(end)}[${span}]`;
    const share = /^p(\d+)$/.exec(statistic)?.[1];
    if (kind === "distribution") {
        const quantile =
            { min: 0, max: 1 }[statistic as string] ?? (share === undefined ? undefined : Number(share) / 100);
        if (quantile !== undefined)
            return `histogram_quantile(${quantile}, sum by (le) (increase(${over("_bucket")})))`;
        const sum = `sum(increase(${over("_sum")}))`;
        return statistic === "sum" ? sum : `${sum} / sum(increase(${over("_count")}))`;
    }
    if (kind === "delta") {
        if (statistic === "sum") return `sum(increase(${over("")}))`;
        // Of each minute's own count.
        return inTime(statistic, share, `(sum(increase(${over("", "60s")})))[${seconds}s:60s]`);
    }
    if (share !== undefined) return `max(${inTime(statistic, share, over(""))})`;
    const across = { sum: "sum", min: "min", max: "max" }[statistic as string] ?? "avg";
    return `${across}(${inTime(statistic, share, over(""))})`;
}

function inTime(statistic: Statistic, share: string | undefined, range: string): string {
    if (share !== undefined) return `quantile_over_time(${Number(share) / 100}, ${range})`;
    return `${statistic === "average" ? "avg" : statistic}_over_time(${range})`;
}
