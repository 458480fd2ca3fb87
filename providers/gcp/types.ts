/**
 * The types of the native children on GCP. `import "pulumi-mvi/gcp"` makes `nodes.gcp` and `transform.gcp` of every
 * component know them; at run time it does nothing.
 */

import type * as artifactregistry from "@pulumi/gcp/artifactregistry";
import type * as certificatemanager from "@pulumi/gcp/certificatemanager";
import type * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import type * as cloudscheduler from "@pulumi/gcp/cloudscheduler";
import type * as compute from "@pulumi/gcp/compute";
import type * as dns from "@pulumi/gcp/dns";
import type * as endpoints from "@pulumi/gcp/endpoints";
import type * as firestore from "@pulumi/gcp/firestore";
import type * as kms from "@pulumi/gcp/kms";
import type * as logging from "@pulumi/gcp/logging";
import type * as memorystore from "@pulumi/gcp/memorystore";
import type * as monitoring from "@pulumi/gcp/monitoring";
import type * as networkconnectivity from "@pulumi/gcp/networkconnectivity";
import type * as projects from "@pulumi/gcp/projects";
import type * as pubsub from "@pulumi/gcp/pubsub";
import type * as secretmanager from "@pulumi/gcp/secretmanager";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type * as sql from "@pulumi/gcp/sql";
import type * as storage from "@pulumi/gcp/storage";
import type * as workflows from "@pulumi/gcp/workflows";
import type * as docker from "@pulumi/docker-build";
import type { RandomId, RandomPassword } from "@pulumi/random";
import type { Each } from "../../components/children";
import "./types-stack"; // what `transformStack` and `stackNodes` know

declare module "../../components/children" {
    interface Children {
        readonly gcp: GcpChildren;
    }
}

/** What runs: as whom, with what rights by what they are on (`uploads-storage-objectuser`), and its ways through the network. */
interface OfWorkloads {
    readonly account: typeof serviceaccount.Account;
    readonly bucketGrant: Each<typeof storage.BucketIAMMember>;
    readonly keyGrant: Each<typeof kms.CryptoKeyIAMMember>;
    readonly secretGrant: Each<typeof secretmanager.SecretIamMember>;
    readonly repositoryGrant: Each<typeof artifactregistry.RepositoryIamMember>;
    readonly serviceGrant: Each<typeof cloudrunv2.ServiceIamMember>;
    readonly jobGrant: Each<typeof cloudrunv2.JobIamMember>;
    readonly accountGrant: Each<typeof serviceaccount.IAMMember>;
    readonly viewGrant: Each<typeof logging.LogViewIamMember>;
    readonly projectGrant: Each<typeof projects.IAMMember>;
    readonly connect: Each<typeof compute.Firewall>;
    readonly suffix: Each<typeof RandomId>;
}

/** How the internet comes in. */
interface OfBalancers {
    /** `web` and `tcp`. */
    readonly address: Each<typeof compute.GlobalAddress>;
    /** `https`, `http`, and `tcp-` with a listener's name. */
    readonly listener: Each<typeof compute.GlobalForwardingRule>;
    readonly proxy: typeof compute.TargetHttpsProxy;
    /** Plain HTTP, which is sent to HTTPS. */
    readonly plain: typeof compute.TargetHttpProxy;
    readonly upgrade: typeof compute.URLMap;
    readonly tls: typeof compute.SSLPolicy;
    readonly routes: typeof compute.URLMap;
    /** By container and port: `web-http`. */
    readonly backend: Each<typeof compute.BackendService>;
    /** With redirects only. */
    readonly nothing: typeof compute.BackendService;
    readonly endpoints: Each<typeof compute.RegionNetworkEndpointGroup>;
    readonly health: Each<typeof compute.HealthCheck>;
    readonly firewall: Each<typeof compute.Firewall>;
    /** `web` and `tcp`. */
    readonly armor: Each<typeof compute.SecurityPolicy>;
    readonly certificate: typeof certificatemanager.Certificate;
    readonly certificates: typeof certificatemanager.CertificateMap;
    readonly entry: typeof certificatemanager.CertificateMapEntry;
    /** By domain: `example-com`. */
    readonly authorization: Each<typeof certificatemanager.DnsAuthorization>;
    readonly proof: Each<typeof dns.RecordSet>;
    readonly record: Each<typeof dns.RecordSet>;
    /** Without a domain. */
    readonly endpoint: typeof endpoints.Service;
    readonly uptime: typeof monitoring.UptimeCheckConfig;
    readonly suffix: Each<typeof RandomId>;
}

/** By service, then by the key of a child. `suffix`, by child, is the random end of a name that Pulumi cannot make. */
export interface GcpChildren {
    readonly blob: { readonly bucket: typeof storage.Bucket; readonly suffix: Each<typeof RandomId> };
    readonly container: OfWorkloads &
        OfBalancers & {
            readonly service: typeof cloudrunv2.Service;
            /** Without a port. */
            readonly worker: typeof cloudrunv2.WorkerPool;
            /** For what Cloud Run has no way for, as are the next ones. */
            readonly machines: typeof compute.RegionInstanceGroupManager;
            readonly template: typeof compute.RegionInstanceTemplate;
            readonly scaling: typeof compute.RegionAutoscaler;
            readonly inside: typeof compute.RegionBackendService;
            readonly inner: typeof compute.Address;
            readonly way: typeof compute.ForwardingRule;
        };
    readonly database: {
        readonly instance: typeof sql.DatabaseInstance;
        readonly address: typeof compute.Address;
        /** Its endpoint in the network. */
        readonly way: typeof compute.ForwardingRule;
        readonly zone: typeof dns.ManagedZone;
        readonly record: typeof dns.RecordSet;
        /** For redis, as is the next one. */
        readonly cache: typeof memorystore.Instance;
        readonly cacheUsers: typeof memorystore.AclPolicy;
        /** By user, as are the next ones: `keeper`, `app-password`, `app-url`, `reader-password`, `reader-url`. */
        readonly userSecret: Each<typeof secretmanager.Secret>;
        /** `app` and `reader`. */
        readonly userMade: Each<typeof cloudrunv2.Job>;
        readonly account: Each<typeof serviceaccount.Account>;
        readonly secretGrant: Each<typeof secretmanager.SecretIamMember>;
        readonly connect: Each<typeof compute.Firewall>;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly image: {
        readonly repository: typeof artifactregistry.Repository;
        readonly build: typeof docker.Image;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly job: OfWorkloads & {
        readonly job: typeof cloudrunv2.Job;
        /** Names the run of a job that runs once. */
        readonly run: typeof RandomId;
        readonly schedule: typeof cloudscheduler.Job;
        readonly starter: typeof serviceaccount.Account;
        /** Unless runs may overlap. */
        readonly workflow: typeof workflows.Workflow;
        readonly runner: typeof serviceaccount.Account;
    };
    readonly key: {
        readonly key: typeof kms.CryptoKey;
        /** With own material. */
        readonly importJob: typeof kms.KeyRingImportJob;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly kv: {
        readonly database: typeof firestore.Database;
        readonly ttl: typeof firestore.Field;
        readonly backupSchedule: typeof firestore.BackupSchedule;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly loadBalancer: OfBalancers & { readonly relay: Each<typeof compute.TargetTCPProxy> };
    readonly log: {
        readonly bucket: typeof logging.ProjectBucketConfig;
        readonly sink: typeof logging.ProjectSink;
        readonly filter: Each<typeof logging.Metric>;
        /** `bucket` and `topic`. */
        readonly delivery: Each<typeof logging.ProjectSink>;
        readonly bucketGrant: Each<typeof storage.BucketIAMMember>;
        /** With subscribers, as are the next two. */
        readonly topic: typeof pubsub.Topic;
        readonly publisher: typeof pubsub.TopicIAMMember;
        readonly subscription: Each<typeof pubsub.Subscription>;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly metric: { readonly alarm: Each<typeof monitoring.AlertPolicy> };
    readonly network: {
        readonly vpc: typeof compute.Network;
        /** `private` and `data`. */
        readonly subnet: Each<typeof compute.Subnetwork>;
        /** `in` and `out`. */
        readonly deny: Each<typeof compute.Firewall>;
        /** With egress `none`: `apis`. */
        readonly allow: Each<typeof compute.Firewall>;
        /** With flow logs. */
        readonly names: typeof dns.Policy;
        /** By number: `1`. With egress `nat-gateway`, or a machine and `nat-instance`, as are the next two. */
        readonly address: Each<typeof compute.Address>;
        readonly router: typeof compute.Router;
        readonly nat: typeof compute.RouterNat;
        /** `run`, when something is called by Cloud Run's name, and with egress `none` also `apis`. */
        readonly zone: Each<typeof dns.ManagedZone>;
        /** By zone, `run-own` and `run-all`. */
        readonly record: Each<typeof dns.RecordSet>;
        /** By service class: `gcp-memorystore`. */
        readonly endpoints: Each<typeof networkconnectivity.ServiceConnectionPolicy>;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly secret: {
        readonly secret: typeof secretmanager.Secret;
        readonly version: typeof secretmanager.SecretVersion;
        readonly generated: typeof RandomPassword;
        readonly suffix: Each<typeof RandomId>;
    };
    readonly vm: OfWorkloads & {
        readonly machines: typeof compute.RegionInstanceGroupManager;
        readonly template: typeof compute.RegionInstanceTemplate;
        readonly scaling: typeof compute.RegionAutoscaler;
        /** `healing` and, with ports, `inside`. */
        readonly health: Each<typeof compute.HealthCheck>;
        /** `terminals`, `asked` and, with ports, `inside`. */
        readonly firewall: Each<typeof compute.Firewall>;
        /** With ports, as are the next two. */
        readonly inside: typeof compute.RegionBackendService;
        readonly inner: typeof compute.Address;
        readonly way: typeof compute.ForwardingRule;
    };
}
