import * as pulumi from "@pulumi/pulumi";
import type * as s3 from "@pulumi/aws/s3";
import { Blob } from "../../components/blob";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { stackComponent } from "./stack-part";

/** AccessLogs is where a stack's buckets and load balancers write down who asked for what. */
export interface AccessLogs {
    readonly bucket: s3.Bucket;
    /** What must be there before a load balancer may write. */
    readonly ready: pulumi.Resource;
}

/** The name of the stack's own bucket for access logs, before a provider's: it writes none about itself. */
export const logsName = "stack-access-logs";

/** The stack's bucket for access logs: one for each provider, since they must be in the region of who writes them. */
export function accessLogs(site: Site): AccessLogs {
    const { nodes } = stackComponent(
        site,
        "accessLogs",
        (name, args, options) => new Blob(name, { versioned: false, lifecycle: [{ expire: 90 }], ...args }, options),
    );
    const { bucket, policy } = nodes.aws!;
    return { bucket: bucket!, ready: policy! };
}

/** Lets AWS's own writers in, for this account's resources only. */
export function writers(site: Site, bucket: s3.Bucket): object[] {
    const { id } = accountOf(site);
    return Object.entries({
        Buckets: "logging.s3.amazonaws.com",
        LoadBalancers: "logdelivery.elasticloadbalancing.amazonaws.com",
        Deliveries: "delivery.logs.amazonaws.com",
    }).map(([Sid, Service]) => ({
        Sid,
        Effect: "Allow",
        Principal: { Service },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket.arn}/*`,
        Condition: { StringEquals: { "aws:SourceAccount": id } },
    }));
}
