import * as pulumi from "@pulumi/pulumi";
import * as monitoring from "@pulumi/gcp/monitoring";
import type { Site } from "../../components/site";
import type { GcpGauge } from "./gauges";
import { deletion } from "./guard";
import { labels } from "./labels";
import { projectOf } from "./project";

/** UptimeArgs says what is asked for. */
export interface UptimeArgs {
    readonly url: pulumi.Output<string>;
    /** A path that answers below 400 when all is well. @default `/`, where any answer below 500 will do */
    readonly path?: string;
    /** What must be there before it can be reached. */
    readonly after: readonly pulumi.Resource[];
}

/**
 * Asks for a public address once a minute, from several continents, all the way that a visitor goes: DNS, TLS, load balancer,
 * app. Google does that for nothing.
 *
 * @returns the gauge: 1 where it is reached, else 0
 */
export function uptime(site: Site, { url, path, after }: UptimeArgs): GcpGauge {
    const classes = path === undefined ? ["2XX", "3XX", "4XX"] : ["2XX", "3XX"];
    const check = site.make(
        "uptime",
        monitoring.UptimeCheckConfig,
        {
            displayName: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            period: "60s",
            timeout: "10s",
            httpCheck: {
                path: path ?? "/",
                port: 443,
                useSsl: true,
                validateSsl: true,
                acceptedResponseStatusCodes: classes.map((one) => ({ statusClass: `STATUS_CLASS_${one}` })),
            },
            monitoredResource: {
                type: "uptime_url",
                labels: { project_id: projectOf(site).id, host: url.apply((whole) => new URL(whole).host) },
            },
            userLabels: labels(site),
            ...deletion({ settings: { ...site.settings, protect: false } }),
        },
        { dependsOn: [...after] },
    );
    return {
        metric: "monitoring.googleapis.com/uptime_check/check_passed",
        resource: "uptime_url",
        labels: { check_id: check.uptimeCheckId },
        kind: "gauge",
    };
}
