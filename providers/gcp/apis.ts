import type * as pulumi from "@pulumi/pulumi";
import * as projects from "@pulumi/gcp/projects";
import type { Site } from "../../components/site";
import { untilPropagated } from "./propagation";
import { sharedPart } from "./shared";

/**
 * Which API a resource needs, by the module of its type: `gcp:storage/bucket:Bucket` is of `storage`. A project has most of
 * them off. Two must be on before, since others are turned on through them: `serviceusage` and `cloudresourcemanager`.
 */
const apiOfModule: Readonly<Record<string, string>> = {
    artifactregistry: "artifactregistry",
    certificatemanager: "certificatemanager",
    cloudrunv2: "run",
    cloudscheduler: "cloudscheduler",
    compute: "compute",
    dns: "dns",
    endpoints: "servicemanagement",
    firestore: "firestore",
    iam: "iam",
    kms: "cloudkms",
    logging: "logging",
    memorystore: "memorystore",
    monitoring: "monitoring",
    networkconnectivity: "networkconnectivity",
    networksecurity: "networksecurity",
    networkservices: "networkservices",
    organizations: "cloudresourcemanager",
    projects: "cloudresourcemanager",
    pubsub: "pubsub",
    redis: "redis",
    secretmanager: "secretmanager",
    serviceaccount: "iam",
    servicedirectory: "servicedirectory",
    servicenetworking: "servicenetworking",
    sql: "sqladmin",
    storage: "storage",
    vpcaccess: "vpcaccess",
    workflows: "workflows",
};

/**
 * The API that a resource of this type needs; undefined when it is not GCP's.
 *
 * @throws when the table lacks its module: an app must not find that out in a fresh project
 */
export function apiFor(token: string): string | undefined {
    const [cloud, path] = token.split(":");
    if (cloud !== "gcp") return undefined;
    const api = apiOfModule[path.split("/")[0]];
    if (!api) throw new Error(`${token} is of a module without an API: name it in apis.ts`);
    return api;
}

/**
 * Turns an API of the project on, once in a stack, and leaves it on: others may use it. What needs it depends on what this
 * answers; {@link untilPropagated} then waits until it is on everywhere.
 *
 * @param name - the first part of its host name: `run` of `run.googleapis.com`
 * @param serviceOf - its host name, where that is not known yet
 */
export function api(
    site: Pick<Site, "component">,
    name: string,
    serviceOf: (name: string) => pulumi.Input<string> = (wanted) => `${wanted}.googleapis.com`,
): pulumi.CustomResource {
    return sharedPart(site, "apis", (part) => {
        const made = new Map<string, pulumi.CustomResource>();
        return (wanted: string, hostOf: typeof serviceOf) => {
            let service = made.get(wanted);
            if (!service) {
                service = part.make(
                    "api",
                    projects.Service,
                    { service: hostOf(wanted), disableOnDestroy: false },
                    { instance: wanted, ...untilPropagated() },
                );
                made.set(wanted, service);
            }
            return service;
        };
    })(name, serviceOf);
}
