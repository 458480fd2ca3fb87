import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { describe, titleOf } from "../metric-text";
import { metricGrant } from "../metric-grant";
import { alarm } from "./alarms";
import { onDashboard } from "./dashboard";
import type { AwsGauge } from "./gauges";
import { metricNamespace } from "./names";

/**
 * A metric of CloudWatch in the stack's own namespace, and its alarms. An app writes it by what is in `URL`, with `openMetric` of
 * the runtime; or by itself in CloudWatch's embedded format, as a line on its output, which takes no permission and no way
 * out; or with `PutMetricData`. Its name is in `NAME`, where it stands in `NAMESPACE`. What it is split by is in `DIMENSIONS`:
 * alarms watch the whole, so each value is written with two sets of dimensions, none and these: `[[], ["country"]]`.
 */
export const metric: DriverOf<"metric"> = (site, spec) => {
    const { unit, kind, dimensions, of, alarms, dashboard } = spec;
    const namespace = metricNamespace();
    const own: AwsGauge = { namespace, metric: site.name, dimensions: {} };
    const gauge = (of?.native as AwsGauge | undefined) ?? own;
    const what = titleOf(site, { of, unit });
    const made = Object.entries(alarms).map(([name, one]) => alarm(site, name, gauge, one, describe(what, one)));
    onDashboard(site, {
        heading: dashboard ?? site.name,
        graphs: of && dashboard === undefined ? [] : [{ title: what, gauge, kind, split: dimensions }],
        alarms: made.map(({ arn }) => arn),
    });
    const name = pulumi.output(gauge.metric);
    return {
        id: name,
        grant: metricGrant("cloudwatch", name, spec, () => ({
            options: { namespace },
            env: { NAMESPACE: namespace },
            permits: [
                {
                    // Metrics are no resources: what may be written is told by the namespace.
                    role: [
                        {
                            actions: ["cloudwatch:PutMetricData"],
                            on: ["*"],
                            when: { StringEquals: { "cloudwatch:namespace": namespace } },
                        },
                    ],
                    apis: ["monitoring"],
                },
            ],
        })),
    };
};
