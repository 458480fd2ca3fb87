import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { describe, titleOf } from "../metric-text";
import { metricGrant } from "../metric-grant";
import { alarm } from "./alarms";
import { api } from "./apis";
import { onDashboard } from "./dashboard";
import type { GcpGauge } from "./gauges";
import { sourcesOf } from "./metric-sources";
import { projectOf } from "./project";

/**
 * A metric of an app. It has no resource of its own, but its alarms have: Google makes it with the first value that is written,
 * which goes over OTLP to the Telemetry API, and is kept as Managed Service for Prometheus does, by this name as it is. An app
 * writes it by what is in `URL`, with `openMetric` of the runtime; or with an SDK of OpenTelemetry, to
 * `https://telemetry.googleapis.com`, by its `NAME` and with what it is split by in `DIMENSIONS`, cumulative, and as a resource
 * with `gcp.project_id`, `location` and a `service.instance.id` of its own.
 */
export const metric: DriverOf<"metric"> = (site, spec) => {
    const { unit, kind, dimensions, of, alarms, dashboard } = spec;
    const name = metricName(site.name);
    const own: GcpGauge = {
        metric: name,
        labels: {},
        kind: ({ counter: "delta", gauge: "gauge", distribution: "distribution" } as const)[kind],
    };
    const gauge = (of?.native as GcpGauge | undefined) ?? own;
    // Lines of a log may be counted into it, by logs which are declared later.
    const whole = pulumi.output(sourcesOf(site.component).all).apply((names): GcpGauge => {
        const plus = names.flatMap(fromLogs);
        return plus.length ? { ...gauge, plus: [...(gauge.plus ?? []), ...plus] } : gauge;
    });
    const what = titleOf(site, { of, unit });
    const made = Object.entries(alarms).map(([key, one]) => alarm(site, key, whole, one, describe(what, one)));
    onDashboard(site, {
        heading: dashboard ?? site.name,
        graphs: of && dashboard === undefined ? [] : [{ title: what, gauge: whole, kind, split: dimensions }],
        alarms: made.map(({ name: policy }) => policy),
    });
    return {
        id: pulumi.output(gauge.metric),
        grant: metricGrant("cloudmonitoring", name, spec, () => {
            const { id: project, region: location } = projectOf(site);
            api(site, "telemetry");
            return {
                options: { project, location },
                // Metrics are no resources: all that can be given is to append to them. It holds `monitoring.timeSeries.create`
                // alone; `roles/monitoring.metricWriter` makes descriptors too, of other metrics.
                permits: [{ role: [{ to: site.name, role: "roles/telemetry.metricsWriter", on: { project: true } }] }],
            };
        }),
    };
};

/** A metric's name: with the stack's, since it is the Google project's. It is the same in PromQL, which has no hyphens. */
export function metricName(name: string): string {
    return ["mvi", pulumi.getProject(), pulumi.getStack(), name].join("_").replace(/[^A-Za-z0-9_]/g, "_");
}

/** A log-based metric is kept by what has written the line. */
function fromLogs(name: string): Pick<GcpGauge, "metric" | "resource" | "labels">[] {
    return ["cloud_run_revision", "cloud_run_job", "gce_instance", "global"].map((resource) => ({
        metric: `logging.googleapis.com/user/${name}`,
        resource,
        labels: {},
    }));
}
