import * as pulumi from "@pulumi/pulumi";
import * as logging from "@pulumi/gcp/logging";
import * as pubsub from "@pulumi/gcp/pubsub";
import type { Blob } from "../../components/blob";
import type { Site } from "../../components/site";
import { encryptionKey } from "./encryption";
import { grant } from "./grants";
import { labels } from "./labels";
import { named } from "./names";

/**
 * Sends a log on: into a bucket, once an hour, and to HTTPS addresses, line by line as JSON (Cloud Logging's LogEntry). What
 * an address does not take is tried again for a week.
 */
export function deliver(
    site: Site,
    filter: pulumi.Output<string>,
    to: Blob | undefined,
    subscribers: readonly string[],
): void {
    if (to) {
        const sink = makeSink(site, "bucket", filter, pulumi.interpolate`storage.googleapis.com/${to.id}`);
        const role = "roles/storage.objectCreator";
        grant(site, sink.writerIdentity, [{ to: to.ownName, role, on: { bucket: to.id } }]);
    }
    if (!subscribers.length) return;
    const encryption = encryptionKey(site, undefined, "pubsub");
    const topic = site.make(
        "topic",
        pubsub.Topic,
        { ...named(site, "topic", 255), kmsKeyName: encryption.name, labels: labels(site) },
        { dependsOn: encryption.ready },
    );
    const sink = makeSink(site, "topic", filter, pulumi.interpolate`pubsub.googleapis.com/${topic.id}`);
    site.make("publisher", pubsub.TopicIAMMember, {
        topic: topic.name,
        role: "roles/pubsub.publisher",
        member: sink.writerIdentity,
    });
    subscribers.forEach((pushEndpoint, index) => {
        const instance = `${index + 1}`;
        site.make(
            "subscription",
            pubsub.Subscription,
            {
                ...named(site, "subscription", 255, instance),
                topic: topic.name,
                pushConfig: { pushEndpoint, noWrapper: { writeMetadata: false } },
                ackDeadlineSeconds: 30,
                messageRetentionDuration: "604800s",
                retryPolicy: { minimumBackoff: "10s", maximumBackoff: "600s" },
                // Without it, Google deletes one whose address was silent for a month.
                expirationPolicy: { ttl: "" },
                labels: labels(site),
            },
            { instance },
        );
    });
}

function makeSink(
    site: Site,
    instance: string,
    filter: pulumi.Output<string>,
    destination: pulumi.Output<string>,
): logging.ProjectSink {
    return site.make(
        "delivery",
        logging.ProjectSink,
        {
            ...named(site, "delivery", 100, instance),
            description: `Sends the lines of ${site.name} on`,
            destination,
            filter,
            uniqueWriterIdentity: true,
        },
        { instance },
    );
}
