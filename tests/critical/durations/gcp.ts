/** How long GCP takes. */

import { type Duration, estimate, log, logged } from "./log";

const dotnet = log("Jatin-Jaiswal/DotNet_GCP", "44b5bdf6943db8b5ca59446448eb665f0c309700", "terraform/apply.log");
// Its projects are new, as for a first `up`: an API that has been on before answers within 4 seconds.
const sandmold = log("Friends-of-Ricc/sandmold", "5d36758f7eb1c7e96ed62b1f3dce3ac6b12898ef", "terraform_apply.log");
const going = log(
    "Rubenmeister/going-monorepo-clean",
    "2c39af41091ac51eaf7cf2d51941e490cc160592",
    "terraform/terraform-apply.log",
);
const steampipe = (thread: number) => `https://github.com/turbot/steampipe-plugin-gcp/pull/${thread}`;
const emblem = "https://github.com/GoogleCloudPlatform/emblem/pull/165";
const tesseract = "https://github.com/transparency-dev/tesseract/pull/145";

/** By the first API of Cloud Run, which makes the same service. */
const run = logged(`${going}#L888`, 'google_cloud_run_service.default["api-gateway"]: Creation complete after 18s', 2);
const bucketMember = logged(
    `${dotnet}#L1858`,
    "google_storage_bucket_iam_member.backend_storage: Creation complete after 6s",
);

export const gcp: Readonly<Record<string, Duration>> = {
    "gcp:artifactregistry/repository:Repository": logged(
        emblem,
        "google_artifact_registry_repository.ops_website_docker: Creation complete after 11s",
        2,
    ),
    "gcp:cloudrunv2/job:Job": estimate(
        2 * run.seconds,
        "as a service of Cloud Run, and once more for its run where it runs when it is made",
    ),
    "gcp:cloudrunv2/jobIamMember:JobIamMember": estimate(bucketMember.seconds, "as a member of a bucket"),
    "gcp:cloudrunv2/service:Service": run,
    "gcp:cloudrunv2/workerPool:WorkerPool": estimate(run.seconds, "as a service of Cloud Run"),
    "gcp:compute/address:Address": logged(
        `${dotnet}#L1840`,
        "google_compute_address.bastion_ip: Creation complete after 2s",
    ),
    "gcp:compute/firewall:Firewall": logged(
        `${dotnet}#L1889`,
        "google_compute_firewall.allow_http: Creation complete after 12s",
    ),
    "gcp:compute/forwardingRule:ForwardingRule": estimate(
        13,
        "as a firewall and a router, which are made by the same API",
    ),
    "gcp:compute/network:Network": logged(
        steampipe(147),
        "google_compute_network.named_test_resource: Creation complete after 14s",
        2,
    ),
    "gcp:compute/router:Router": logged(`${dotnet}#L1892`, "google_compute_router.router: Creation complete after 13s"),
    "gcp:compute/routerNat:RouterNat": logged(
        `${dotnet}#L1904`,
        "google_compute_router_nat.nat: Creation complete after 14s",
    ),
    "gcp:compute/subnetwork:Subnetwork": logged(
        `${dotnet}#L1899`,
        "google_compute_subnetwork.private_subnet: Creation complete after 23s",
    ),
    "gcp:dns/managedZone:ManagedZone": logged(
        steampipe(147),
        "google_dns_managed_zone.named_test_resource: Creation complete after 2s",
        2,
    ),
    "gcp:dns/recordSet:RecordSet": logged(
        steampipe(212),
        "google_dns_record_set.named_test_resource: Creation complete after 2s",
    ),
    "gcp:kms/cryptoKey:CryptoKey": logged(
        steampipe(152),
        "google_kms_crypto_key.named_test_resource: Creation complete after 2s",
        2,
    ),
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": estimate(
        4,
        `as the members of a ring, ${steampipe(171)}: "google_kms_key_ring_iam_policy.named_test_resource: Creation complete after 4s"`,
    ),
    "gcp:kms/keyRing:KeyRing": logged(
        steampipe(171),
        "google_kms_key_ring.named_test_resource: Creation complete after 4s",
        3,
    ),
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": logged(
        steampipe(232),
        "google_logging_project_bucket_config.named_test_resource: Creation complete after 2s",
    ),
    "gcp:logging/projectSink:ProjectSink": logged(
        steampipe(193),
        "google_logging_project_sink.named_test_resource: Creation complete after 8s",
    ),
    "gcp:projects/iAMMember:IAMMember": logged(
        emblem,
        "google_project_iam_member.prod_cloudbuild_run_admin_iam: Creation complete after 7s",
        2,
    ),
    "gcp:projects/service:Service": logged(
        `${sandmold}#L982`,
        'module.project["boa01"].google_project_service.apis["cloudbuild.googleapis.com"]: Creation complete after 23s',
    ),
    "gcp:secretmanager/secretIamMember:SecretIamMember": estimate(bucketMember.seconds, "as a member of a bucket"),
    "gcp:serviceaccount/account:Account": logged(
        `${dotnet}#L1849`,
        "google_service_account.bastion_sa: Creation complete after 14s",
    ),
    "gcp:serviceaccount/iAMMember:IAMMember": logged(
        `${dotnet}#L1865`,
        "google_service_account_iam_member.backend_workload_identity: Creation complete after 8s",
    ),
    "gcp:sql/databaseInstance:DatabaseInstance": logged(
        steampipe(161),
        "google_sql_database_instance.named_test_resource: Creation complete after 11m11s",
    ),
    "gcp:storage/bucket:Bucket": logged(
        tesseract,
        "module.storage.google_storage_bucket.log_bucket: Creation complete after 1s",
        2,
    ),
    "gcp:storage/bucketIAMMember:BucketIAMMember": bucketMember,
};
