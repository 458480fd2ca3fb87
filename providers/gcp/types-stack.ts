/** The types of what a stack's parts share on GCP: of `transformStack({ gcp: … })` and `stackNodes().gcp`. */

import type * as artifactregistry from "@pulumi/gcp/artifactregistry";
import type * as kms from "@pulumi/gcp/kms";
import type * as logging from "@pulumi/gcp/logging";
import type * as monitoring from "@pulumi/gcp/monitoring";
import type * as projects from "@pulumi/gcp/projects";
import type * as storage from "@pulumi/gcp/storage";
import type { RandomId } from "@pulumi/random";
import type { Each } from "../../components/children";
import type { GcpChildren } from "./types";

declare module "../../components/children" {
    interface StackChildren {
        readonly gcp: GcpStack;
    }
}

/** The children's classes, by part and key. `suffix`, by child, is the random end of a name that Pulumi cannot make. */
export interface GcpStack {
    /** The bucket of who asked for what. */
    readonly accessLogs: GcpChildren["blob"];
    readonly accessLogsWriter: { readonly grant: typeof storage.BucketIAMMember };
    /** By the service: `storage`. */
    readonly agents: { readonly agent: Each<typeof projects.ServiceIdentity> };
    /** By the first part of its host name: `run`. */
    readonly apis: { readonly api: Each<typeof projects.Service> };
    readonly dashboard: { readonly dashboard: typeof monitoring.Dashboard };
    /** Where images of other registries come through, by their host: `ghcr-io`. */
    readonly images: {
        readonly fetcher: Each<typeof artifactregistry.Repository>;
        readonly suffix: Each<typeof RandomId>;
    };
    /** The key of all that was given none. */
    readonly key: GcpChildren["key"];
    /** By key and service: `stack-key-storage`. */
    readonly keyUsers: { readonly grant: Each<typeof kms.CryptoKeyIAMMember> };
    readonly keys: {
        readonly audit: typeof projects.IAMAuditConfig;
        readonly ring: typeof kms.KeyRing;
        readonly suffix: Each<typeof RandomId>;
    };
    /** What keeps the lines of logs out of the project's own: one for twenty logs, by its number. */
    readonly logs: { readonly exclusion: Each<typeof logging.ProjectExclusion> };
    /** Whom alarms are sent to. */
    readonly mail: { readonly channel: Each<typeof monitoring.NotificationChannel> };
    /** The network of all that was given none. */
    readonly network: GcpChildren["network"];
}
