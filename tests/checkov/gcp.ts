import { lens } from "../gcp/lens";
import { skips } from "./gcp-skips";
import type { Scanned } from "./scanned";

export const gcp: Scanned = {
    cloud: "gcp",
    lens,
    prefix: "google",
    modules: {
        artifactregistry: "artifact_registry",
        certificatemanager: "certificate_manager",
        cloudrunv2: "cloud_run_v2",
        cloudscheduler: "cloud_scheduler",
        projects: "project",
        secretmanager: "secret_manager",
        serviceaccount: "service_account",
    },
    types: {
        // Checks know the one of a zone only; both have the same arguments.
        "compute/RegionInstanceTemplate": "google_compute_instance_template",
        "serviceaccount/Account": "google_service_account",
    },
    names: {
        google_cloud_run_v2_service: { networkInterfaces: "network_interfaces" },
        google_cloud_run_v2_job: { networkInterfaces: "network_interfaces" },
        google_cloud_run_v2_worker_pool: { networkInterfaces: "network_interfaces" },
        google_storage_bucket: { cors: "cors" },
    },
    plurals: new Set([
        "acceptedResponseStatusCodes",
        "autoHealingPolicies",
        "cleanupPolicies",
        "conditions",
        "containers",
        "databaseFlags",
        "instanceSplits",
        "items",
        "replicas",
        "routeRules",
        "volumeMounts",
        "volumes",
        "weightedBackendServices",
    ]),
    managed: {},
    maps: new Set(["headers", "keepers", "labels", "limits", "metadata", "parameters", "userLabels", "engineConfigs"]),
    json: new Set(),
    notTexts: new Set(["endpoints", "dnsResourceRecords", "latestCreatedExecutions", "publicKeys"]),
    known: new Set(["hex", "result", "dnsName", "accountId"]),
    // What is kept from deletion is kept by our own argument, of which HCL has another form.
    lifecycle: (type, { deletionPolicy }) =>
        type === "google_kms_crypto_key" && deletionPolicy === "PREVENT" ? ["prevent_destroy = true"] : [],
    skips,
};
