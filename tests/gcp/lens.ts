import * as pulumi from "@pulumi/pulumi";
import type { Program } from "../support/mocks";
import { runs, zones } from "./lens-runs";

export const project = "shop-prod";
export const number = "123456789012";
export const region = "europe-west1";
export const ring = `projects/${project}/locations/${region}/keyRings/stack-keys-ring`;

/** What GCP computes, by a resource's type: in the mocks nothing is made. */
const computed: Readonly<Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>>> = {
    "random:index/randomId:RandomId": () => ({ hex: "0a1b2c3d" }),
    "random:index/randomPassword:RandomPassword": () => ({ result: "generated-value" }),
    "gcp:kms/keyRing:KeyRing": (name) => ({ id: ring, name }),
    "gcp:kms/cryptoKey:CryptoKey": (name, inputs) => ({ id: `${inputs.keyRing as string}/cryptoKeys/${name}` }),
    "gcp:kms/keyRingImportJob:KeyRingImportJob": (_, inputs) => ({
        name: `${inputs.keyRing as string}/importJobs/${inputs.importJobId as string}`,
        publicKeys: [{ pem: "pem" }],
        state: "ACTIVE",
    }),
    "gcp:projects/serviceIdentity:ServiceIdentity": (_, inputs) => ({
        member: `serviceAccount:service-${number}@gcp-sa-${(inputs.service as string).split(".")[0]}.iam.gserviceaccount.com`,
    }),
    "gcp:serviceaccount/account:Account": (_, inputs) => {
        const email = `${inputs.accountId as string}@${project}.iam.gserviceaccount.com`;
        return { email, member: `serviceAccount:${email}`, name: `projects/${project}/serviceAccounts/${email}` };
    },
    "gcp:compute/network:Network": (name) => ({ id: `projects/${project}/global/networks/${name}` }),
    "gcp:compute/subnetwork:Subnetwork": (name) => ({
        id: `projects/${project}/regions/${region}/subnetworks/${name}`,
    }),
    "gcp:compute/address:Address": (name) => ({ selfLink: `https://compute/${name}`, address: "203.0.113.1" }),
    "gcp:sql/databaseInstance:DatabaseInstance": (name) => ({
        dnsName: `${name}.${region}.sql.goog.`,
        dnsNames: [
            { connectionType: "PRIVATE_SERVICES_ACCESS", dnsScope: "CLUSTER", name: `${name}.global.sql-psa.goog.` },
            {
                connectionType: "PRIVATE_SERVICES_ACCESS",
                dnsScope: "INSTANCE",
                name: `${name}.${region}.sql-psa.goog.`,
            },
        ],
        privateIpAddress: "10.200.0.3",
        pscServiceAttachmentLink: `projects/producer/regions/${region}/serviceAttachments/${name}`,
    }),
    "gcp:memorystore/instance:Instance": (name) => ({
        id: `projects/${project}/locations/${region}/instances/${name}`,
        endpoints: [
            {
                connections: ["READER", "PRIMARY"].map((type, index) => ({
                    pscAutoConnection: { connectionType: `CONNECTION_TYPE_${type}`, ipAddress: `10.0.64.${index + 4}` },
                })),
            },
        ],
    }),
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": (_, inputs) => ({
        id: `projects/${project}/locations/${region}/buckets/${inputs.bucketId as string}`,
    }),
    "gcp:logging/projectSink:ProjectSink": (name) => ({ writerIdentity: `serviceAccount:${name}@gcp-sa-logging` }),
    "gcp:pubsub/topic:Topic": (name) => ({ id: `projects/${project}/topics/${name}` }),
    "gcp:monitoring/alertPolicy:AlertPolicy": (name) => ({ name: `projects/${project}/alertPolicies/${name}` }),
    "gcp:monitoring/notificationChannel:NotificationChannel": (name) => ({
        name: `projects/${project}/notificationChannels/${name}`,
    }),
    "gcp:secretmanager/secret:Secret": (_, inputs) => ({
        id: `projects/${project}/secrets/${inputs.secretId as string}`,
    }),
    "gcp:secretmanager/secretVersion:SecretVersion": (_, inputs) => ({ name: `${inputs.secret as string}/versions/1` }),
    "gcp:storage/bucket:Bucket": (name, inputs) => ({ name: inputs.name ?? name, url: `gs://${name}` }),
    ...runs(project, region),
};

/** What GCP answers, by the name of the question. */
const answers: Readonly<Record<string, Record<string, unknown>>> = {
    getClientConfig: { project, region, zone: "", accessToken: pulumi.secret("token-of-a-person") },
    getProjectServiceAccount: {
        emailAddress: `service-${number}@gs-project-accounts.iam.gserviceaccount.com`,
        member: `serviceAccount:service-${number}@gs-project-accounts.iam.gserviceaccount.com`,
    },
    getProjectSettings: { kmsServiceAccountId: `cmek-p${number}@gcp-sa-logging.iam.gserviceaccount.com` },
    getManagedZones: zones,
    getZones: { names: ["d", "b", "c"].map((zone) => `${region}-${zone}`) },
};

const last = (token: string) => token.split(":")[2];

/** GCP, as the mocks show it. */
export const lens = {
    outputs: (type: string, name: string, inputs: Record<string, unknown>) => ({
        ...(type.startsWith("gcp:") ? { name } : {}),
        ...inputs,
        ...computed[type]?.(name, inputs),
    }),
    calls: (token: string) => answers[last(token)] ?? {},
} satisfies Pick<Program, "outputs" | "calls">;
