import * as pulumi from "@pulumi/pulumi";
import * as storage from "@pulumi/gcp/storage";
import { Blob } from "../../components/blob";
import { stackScope } from "../../components/cloud";
import type { Component } from "../../components/component";
import type { Site } from "../../components/site";
import { ownName } from "./shared";
import { stackPart } from "./stack-part";

const shared = new WeakMap<object, Map<string, pulumi.Output<string>>>();

/** The name of the stack's own bucket for access logs, before a provider's: it writes none about itself. */
export const logsName = "stack-access-logs";

/** The name of the stack's bucket for access logs: one for each provider. It is known when Google's writer may fill it. */
export function accessLogs(site: Site): pulumi.Output<string> {
    const scope = stackScope();
    const all = shared.get(scope) ?? new Map<string, pulumi.Output<string>>();
    shared.set(scope, all);
    const name = ownName(site, logsName);
    let bucket = all.get(name);
    if (!bucket) {
        const { cloud } = site.component as Component;
        const provider = site.component.getProvider("gcp:storage/bucket:Bucket");
        const blob = new Blob(name, { versioned: false, lifecycle: [{ expire: 90 }] }, { cloud, provider });
        const writer = stackPart(site, "stack-access-logs-writer", (part) =>
            part.make("grant", storage.BucketIAMMember, {
                bucket: blob.id,
                role: "roles/storage.objectCreator",
                member: "group:cloud-storage-analytics@google.com",
            }),
        );
        bucket = pulumi.all([blob.id, writer.id]).apply(([id]) => id);
        all.set(name, bucket);
    }
    return bucket;
}
