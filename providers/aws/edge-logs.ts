import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as cloudfront from "@pulumi/aws/cloudfront";
import type { Site } from "../../components/site";
import { accessLogs } from "./access-logs";
import { edgeRegion } from "./domain";
import { shortName } from "./names";
import { tags } from "./tags";

/**
 * A line for each request in the stack's bucket for access logs, below `AWSLogs/<account>/CloudFront/`, by CloudFront's
 * standard logging of version 2. The older kind, which is an argument of the distribution, writes only to buckets with
 * access control lists, and ours have none.
 */
export function edgeLogs(site: Site, distribution: cloudfront.Distribution): void {
    const logs = accessLogs(site);
    // CloudFront's own region; the bucket may be anywhere.
    const where = { region: edgeRegion, tags: tags(site) };
    const source = site.make("edgeLogSource", cloudwatch.LogDeliverySource, {
        ...where,
        name: shortName(`${site.name}-edge`, 60),
        logType: "ACCESS_LOGS",
        resourceArn: distribution.arn,
    });
    const destination = site.make("edgeLogDestination", cloudwatch.LogDeliveryDestination, {
        ...where,
        name: shortName(`${site.name}-edge`, 60),
        outputFormat: "w3c",
        deliveryDestinationConfiguration: { destinationResourceArn: logs.bucket.arn },
    });
    site.make(
        "edgeLog",
        cloudwatch.LogDelivery,
        { ...where, deliverySourceName: source.name, deliveryDestinationArn: destination.arn },
        { dependsOn: logs.ready },
    );
}
