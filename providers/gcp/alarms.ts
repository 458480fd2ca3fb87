import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as monitoring from "@pulumi/gcp/monitoring";
import type { AlarmSpec } from "../../components/metric";
import type { Site } from "../../components/site";
import type { GcpGauge } from "./gauges";
import { labels } from "./labels";
import { absenceOf, valueOf } from "./promql";
import { stackPart } from "./stack-part";

/** Watches a gauge, and writes to people when it goes wrong, and when it is well again. */
export function alarm(
    site: Site,
    name: string,
    gauge: pulumi.Output<GcpGauge>,
    spec: AlarmSpec,
    description: string,
): monitoring.AlertPolicy {
    const { period, periods, missing, email } = spec;
    return site.make(
        "alarm",
        monitoring.AlertPolicy,
        {
            displayName: `${site.name} ${name}`,
            combiner: "OR",
            conditions: [
                {
                    displayName: description.slice(0, 500),
                    conditionPrometheusQueryLanguage: {
                        query: gauge.apply((known) => queryOf(known, spec)),
                        duration: `${period * (periods - 1)}s`,
                        evaluationInterval: `${Math.min(period, 300)}s`,
                        // It may be watched before anything has been written.
                        disableMetricValidation: true,
                    },
                },
            ],
            alertStrategy: {
                // Without values it is well after half an hour; where that is to say nothing, after a week.
                autoClose: missing === "ignore" ? "604800s" : "1800s",
                notificationPrompts: ["OPENED", "CLOSED"],
            },
            documentation: {
                content: `${description}, in ${pulumi.getProject()}/${pulumi.getStack()}`,
                mimeType: "text/markdown",
            },
            enabled: true,
            severity: "ERROR",
            notificationChannels: [...new Set(email)].sort().map((address) => channelFor(site, address)),
            userLabels: labels(site),
        },
        { instance: name },
    );
}

/** True while it is wrong. */
export function queryOf(gauge: GcpGauge, spec: AlarmSpec): pulumi.Output<string> {
    const { above, below, statistic, period, missing } = spec;
    const wrong = pulumi.interpolate`(${valueOf(gauge, statistic, period)}) ${above === undefined ? "<" : ">"} ${(above ?? below)!}`;
    return missing === "breaching" ? pulumi.interpolate`(${wrong}) or on() (${absenceOf(gauge)})` : wrong;
}

/** One channel for an address in a stack. Google asks nobody for leave: mail comes from the first alarm on. */
function channelFor(site: Site, address: string): pulumi.Output<string> {
    return stackPart(site, "mail", (part) => {
        const made = new Map<string, monitoring.NotificationChannel>();
        return (to: string) => {
            let channel = made.get(to);
            if (!channel) {
                channel = part.make(
                    "channel",
                    monitoring.NotificationChannel,
                    {
                        displayName: to,
                        type: "email",
                        labels: { email_address: to },
                        enabled: true,
                        forceDelete: true,
                        userLabels: labels(part),
                    },
                    { instance: createHash("sha256").update(to).digest("hex").slice(0, 7) },
                );
                made.set(to, channel);
            }
            return channel.name;
        };
    })(address);
}
