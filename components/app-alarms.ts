import { type Component, type ComponentOptions, Component as Base } from "./component";
import { marked } from "./options";
import { Metric, type MetricArgs } from "./metric";

/** What an operator wants to know without having asked: by type, the gauge and when it is wrong. */
export const watched: Readonly<
    Record<string, Readonly<Record<string, Omit<NonNullable<MetricArgs["alarms"]>[string], "email">>>>
> = {
    // An error a minute is noise at most loads; five a minute for three minutes is somebody's bad evening.
    Container: {
        errors: { above: 5, statistic: "sum" },
        healthy: { below: 1, statistic: "max", missing: "breaching" },
        reachable: { below: 1, statistic: "min", missing: "breaching" },
    },
    Database: { storage: { above: 0.85, statistic: "max" } },
    Job: { failures: { above: 0, statistic: "sum", periods: 1 } },
    LoadBalancer: {
        errors: { above: 5, statistic: "sum" },
        reachable: { below: 1, statistic: "min", missing: "breaching" },
    },
};

/** Makes the alarms that an app has when its declaration says who is to be told. */
export function defaultAlarms(
    app: string,
    parts: ReadonlyMap<string, Component>,
    email: string[],
    options: ComponentOptions,
): void {
    for (const [name, part] of parts) {
        for (const [gauge, alarm] of Object.entries(watched[Base.typeOf(part)] ?? {})) {
            if (!part.hasGauge(gauge)) continue;
            new Metric(
                `${app}-${name}-${gauge}`,
                { of: part.gauge(gauge), alarms: { [gauge]: { ...alarm, email } } },
                marked({ derived: true }, { ...options }),
            );
        }
    }
}
