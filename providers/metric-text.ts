/** What people read of a metric and of its alarms, the same on each cloud. */

import type { MetricSpec } from "../components/metric";
import type { Site } from "../components/site";

/** What is measured: a component's gauge, or an app's own number. */
export function titleOf(site: Pick<Site, "name">, { of, unit }: Pick<MetricSpec, "of" | "unit">): string {
    if (of) return `${of.name} of ${of.of.shortName}`;
    return unit === "1" ? site.name : `${site.name}, in ${unit}`;
}

/** When an alarm of it is on. */
export function describe(
    what: string,
    { above, below, statistic, period, periods }: MetricSpec["alarms"][string],
): string {
    const bound = above === undefined ? `below ${below}` : `above ${above}`;
    return `${what}: ${statistic} ${bound}, ${periods} times ${period} seconds`;
}
