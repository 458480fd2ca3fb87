/** What GCP demands. */

import type { Demands } from "./demand";

const docs = "https://cloud.google.com";

/** SERVICE_DISABLED is the answer of an API until it is enabled. */
const api = "projects/service";
/** A key must be there, and the service agent of who is to encrypt must be allowed to use it. */
const key = ["kms/cryptoKey", "kms/cryptoKeyIAMMember"];
const account = "serviceaccount/account";
const network = ["compute/network", "compute/subnetwork"];
const sql = "sql/databaseInstance";

/** An image that is not there is refused, and a secret that its account may not read. */
const container = [
    ...["docker-build:index:Image", "artifactregistry/repository", ...key, ...network],
    ...["secretmanager/secret", "secretmanager/secretIamMember", account],
];
const iam = `${docs}/iam/docs/reference/rest/v1/Policy`;
const compute = (resource: string) => `${docs}/compute/docs/reference/rest/v1/${resource}`;
const run = (resource: string) => `${docs}/run/docs/reference/rest/v2/projects.locations.${resource}`;

export const gcp: Demands = {
    "artifactregistry/repository": { said: `${docs}/artifact-registry/docs/cmek`, names: [api, ...key] },
    // The one that runs when it is made connects to the database.
    "cloudrunv2/job": {
        said: run("jobs"),
        names: [api, ...container],
        holds: [sql],
        needs: ["compute/firewall", "compute/forwardingRule", "dns/recordSet"],
        only: "runExecutionToken",
    },
    "cloudrunv2/jobIamMember": { said: iam, names: [api, "cloudrunv2/job", account] },
    // It is made when its startup probe is answered: the database knows the app when the job has made its user.
    "cloudrunv2/service": {
        said: `${docs}/run/docs/configuring/healthchecks`,
        names: [api, ...container],
        holds: [sql],
        probe: ["cloudrunv2/job", "compute/firewall"],
    },
    "cloudrunv2/workerPool": { said: run("workerPools"), names: [api, ...container], holds: [sql] },
    "cloudscheduler/job": { said: `${docs}/scheduler/docs/http-target-auth`, names: [api, account] },
    "compute/address": { said: compute("addresses"), names: [api, "compute/subnetwork"] },
    "compute/firewall": { said: compute("firewalls"), names: [api, "compute/network"], holds: ["compute/address"] },
    "compute/forwardingRule": {
        said: `${docs}/sql/docs/postgres/configure-private-service-connect`,
        names: [api, "compute/address", "compute/network", sql],
    },
    "compute/network": { said: compute("networks"), names: [api] },
    "compute/router": { said: compute("routers"), names: [api, "compute/network"] },
    "compute/routerNat": { said: compute("routers"), names: [api, "compute/router", ...network, "compute/address"] },
    "compute/subnetwork": { said: compute("subnetworks"), names: [api, "compute/network"] },
    "dns/managedZone": {
        said: `${docs}/dns/docs/reference/rest/v1/managedZones`,
        names: [api, "compute/network"],
        holds: [sql],
    },
    "dns/recordSet": {
        said: `${docs}/dns/docs/reference/rest/v1/resourceRecordSets`,
        names: [api, "dns/managedZone"],
        holds: ["compute/address", sql],
    },
    "dns/policy": { said: `${docs}/dns/docs/reference/rest/v1/policies`, names: [api, "compute/network"] },
    "docker-build:index:Image": {
        said: `${docs}/artifact-registry/docs/docker/pushing-and-pulling`,
        names: [api, "artifactregistry/repository"],
    },
    "firestore/backupSchedule": {
        said: `${docs}/firestore/docs/reference/rest/v1/projects.databases.backupSchedules`,
        names: [api, "firestore/database"],
    },
    "firestore/database": { said: `${docs}/firestore/docs/reference/rest/v1/projects.databases`, names: [api, ...key] },
    "firestore/field": {
        said: `${docs}/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields`,
        names: [api, "firestore/database"],
    },
    "kms/cryptoKey": {
        said: `${docs}/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys`,
        names: [api, "kms/keyRing"],
    },
    // A member that does not exist is refused: the agent of a service is there when its API is enabled, or when it is asked for.
    "kms/cryptoKeyIAMMember": { said: iam, names: [api, "kms/cryptoKey", "projects/serviceIdentity", account] },
    "kms/keyRing": { said: `${docs}/kms/docs/reference/rest/v1/projects.locations.keyRings`, names: [api] },
    "logging/projectBucketConfig": {
        said: `${docs}/logging/docs/routing/managed-encryption-storage`,
        names: [api, ...key],
    },
    "logging/projectExclusion": { said: `${docs}/logging/docs/reference/v2/rest/v2/projects.exclusions`, names: [api] },
    "logging/projectSink": { said: `${docs}/logging/docs/reference/v2/rest/v2/projects.sinks`, names: [api] },
    // The cloud chooses the names of both.
    "monitoring/alertPolicy": {
        said: `${docs}/monitoring/api/ref_v3/rest/v3/projects.alertPolicies`,
        names: [api, "monitoring/notificationChannel"],
        holds: ["monitoring/uptimeCheckConfig"],
    },
    "monitoring/dashboard": {
        said: `${docs}/monitoring/api/ref_v3/rest/v1/projects.dashboards`,
        names: [api],
        holds: ["monitoring/alertPolicy", "monitoring/uptimeCheckConfig"],
    },
    "monitoring/notificationChannel": {
        said: `${docs}/monitoring/api/ref_v3/rest/v3/projects.notificationChannels`,
        names: [api],
    },
    "monitoring/uptimeCheckConfig": {
        said: `${docs}/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs`,
        names: [api],
    },
    "projects/iAMAuditConfig": { said: iam, names: [api] },
    "projects/iAMMember": { said: iam, names: [api, account] },
    "projects/serviceIdentity": {
        said: `${docs}/service-usage/docs/reference/rest/v1beta1/services/generateServiceIdentity`,
        names: [api],
    },
    "secretmanager/secret": { said: `${docs}/secret-manager/docs/cmek`, names: [api, ...key] },
    "secretmanager/secretIamMember": { said: iam, names: [api, "secretmanager/secret", account] },
    "serviceaccount/account": { said: `${docs}/iam/docs/reference/rest/v1/projects.serviceAccounts`, names: [api] },
    "serviceaccount/iAMMember": { said: iam, names: [api, account] },
    "sql/databaseInstance": { said: `${docs}/sql/docs/postgres/configure-cmek`, names: [api, ...key] },
    "storage/bucket": {
        said: `${docs}/storage/docs/encryption/customer-managed-keys`,
        names: [api, ...key, "storage/bucket"],
    },
    "storage/bucketIAMMember": { said: iam, names: [api, "storage/bucket", account] },
    "workflows/workflow": { said: `${docs}/workflows/docs/use-cmek`, names: [api, ...key, account] },
};
