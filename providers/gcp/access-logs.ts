import * as pulumi from "@pulumi/pulumi";
import * as storage from "@pulumi/gcp/storage";
import { Blob } from "../../components/blob";
import type { Site } from "../../components/site";
import { stackComponent, stackPart } from "./stack-part";

/** The name of the stack's own bucket for access logs, before a provider's: it writes none about itself. */
export const logsName = "stack-access-logs";

/** The name of the stack's bucket for access logs: one for each provider. It is known when Google's writer may fill it. */
export function accessLogs(site: Site): pulumi.Output<string> {
    const blob = stackComponent(
        site,
        "accessLogs",
        (name, args, options) => new Blob(name, { versioned: false, lifecycle: [{ expire: 90 }], ...args }, options),
    );
    const writer = stackPart(site, "accessLogsWriter", (part) =>
        part.make("grant", storage.BucketIAMMember, {
            bucket: blob.id,
            role: "roles/storage.objectCreator",
            member: "group:cloud-storage-analytics@google.com",
        }),
    );
    return pulumi.all([blob.id, writer.id]).apply(([id]) => id);
}
