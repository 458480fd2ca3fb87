import * as pulumi from "@pulumi/pulumi";
import * as logging from "@pulumi/gcp/logging";
import type { DriverOf } from "../../components/cloud";
import type { Log } from "../../components/log";
import { Gathered } from "../declared";
import { encryptionKey } from "./encryption";
import { deletion } from "./guard";
import { deliver } from "./log-delivery";
import { anyOf, exclude } from "./log-exclusion";
import { countInto } from "./metric-sources";
import { named, unique } from "./names";
import { projectOf } from "./project";

/** What a log has of lines, as filters of Cloud Logging. */
const collected = new WeakMap<pulumi.ComponentResource, Gathered<pulumi.Input<string>>>();

/**
 * Takes the lines of a workload into a log: Google writes down what a container says in a log of its own, by the container.
 *
 * @param filter - which lines, in Cloud Logging's language: `resource.labels.service_name="web"`
 */
export function collect(log: Log, filter: pulumi.Input<string>): void {
    const own = collected.get(log);
    if (!own) throw new pulumi.ResourceError(`Log ${log.shortName} is on ${log.cloud.name}, not on gcp`, log);
    own.add(filter);
}

/**
 * A bucket of Cloud Logging, and the sink that fills it. Its lines are nowhere else: without an exclusion, which it shares with
 * the stack's other logs, Google would keep them once more among all of the project's.
 */
export const log: DriverOf<"log"> = (site, { retention, key, export: to, filters, subscribers }) => {
    const { id: project, region } = projectOf(site);
    const encryption = encryptionKey(site, key, "logging");
    const bucket = site.make(
        "bucket",
        logging.ProjectBucketConfig,
        {
            project,
            location: region,
            // Google keeps a deleted bucket's id for a week.
            bucketId: unique(site, undefined, 100),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            retentionDays: retention,
            cmekSettings: { kmsKeyName: encryption.name },
            ...deletion(site),
        },
        { main: true, protect: site.settings.protect, dependsOn: encryption.ready },
    );
    const lines = new Gathered<pulumi.Input<string>>();
    collected.set(site.component, lines);
    const filter = pulumi
        .all([project, bucket.bucketId, lines.all])
        .apply(([id, name, more]) => anyOf([`logName="projects/${id}/logs/${name}"`, ...more], `Log ${site.name}`));
    const sink = site.make("sink", logging.ProjectSink, {
        ...named(site, "sink", 100),
        description: `Fills ${site.name}`,
        destination: bucket.id.apply((id) => `logging.googleapis.com/${id}`),
        filter,
        uniqueWriterIdentity: true,
    });
    exclude(site, filter, sink);
    for (const [instance, { contains, into }] of Object.entries(filters)) {
        const metric = site.make(
            "filter",
            logging.Metric,
            {
                ...named(site, "filter", 100, instance),
                description: `Lines of ${site.name} with ${JSON.stringify(contains)}`,
                filter: pulumi.interpolate`(${filter}) AND ${containing(contains)}`,
                metricDescriptor: { metricKind: "DELTA", valueType: "INT64", unit: "1" },
            },
            { instance },
        );
        countInto(into, metric.name);
    }
    deliver(site, filter, to, subscribers);
    return {
        id: bucket.bucketId,
        grant: (access) => ({
            env: { NAME: bucket.bucketId },
            secrets: {},
            permits: [
                {
                    role: access.map((one) =>
                        one === "read"
                            ? {
                                  to: site.name,
                                  role: "roles/logging.viewAccessor",
                                  on: {
                                      view: {
                                          name: "_AllLogs",
                                          bucket: bucket.bucketId,
                                          location: region,
                                          parent: pulumi.interpolate`projects/${project}`,
                                      },
                                  },
                              }
                            : { to: site.name, role: "roles/logging.logWriter", on: { project: true } },
                    ),
                },
            ],
        }),
    };
};

/** Google takes a line apart that is JSON: then its text is the message, and its level is a field of its own. */
function containing(text: string): string {
    const pattern = JSON.stringify(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const level = severities.has(text) ? ` OR severity=${text}` : "";
    return `(textPayload=~${pattern} OR jsonPayload.message=~${pattern}${level})`;
}

const severities: ReadonlySet<string> = new Set([
    "DEBUG",
    "INFO",
    "NOTICE",
    "WARNING",
    "ERROR",
    "CRITICAL",
    "ALERT",
    "EMERGENCY",
]);
