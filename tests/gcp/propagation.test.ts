import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { passes, pauseAfter, spreads, tryAgain } from "../../providers/gcp/propagation";
import { run } from "../support/mocks";

const disabled =
    "googleapi: Error 403: Cloud Key Management Service (KMS) API has not been used in project 1 before or it is disabled. reason: SERVICE_DISABLED";
const held =
    "The subnetwork resource 'projects/p/regions/r/subnetworks/s' is already being used by 'projects/p/regions/r/addresses/serverless-ipv4-1721014303789269923', resourceInUseByAnotherResource";

/** As Google says it of an API that is off. */
const off = (name: string) =>
    `has not been used in project shop-prod before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${name}.googleapis.com/overview?project=shop-prod then retry. reason: SERVICE_DISABLED`;

describe("What is tried again on GCP", () => {
    it("is what passes by itself, and nothing else", () => {
        for (const error of [
            disabled,
            held,
            "Error 403: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/p/…'",
            "Error 400: Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key., forbidden",
            "Revision 'web-1' is not ready: Permission denied on secret: projects/1/secrets/token/versions/1 for Revision service account",
            "Error 400: Service account web-0a1b2c3d@p.iam.gserviceaccount.com does not exist., badRequest",
            "Permission 'iam.serviceaccounts.actAs' denied on service account web@p.iam.gserviceaccount.com",
            "Error 400: Cloud Pub/Sub did not have the necessary permissions configured to support this operation. Please verify that the service account service-1@gcp-sa-pubsub.iam.gserviceaccount.com was granted the Cloud KMS CryptoKey Encrypter/Decrypter role",
            "Error 403: Google Cloud Run Service Agent service-1@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, europe-west3-docker.pkg.dev/p/shop/app@sha256:0. If you just enabled the Cloud Run API, the permissions might take a few minutes to propagate",
            "Error 403: Google Cloud Run Service Agent does not have permission to get access tokens for the service account web@p.iam.gserviceaccount.com",
            "Error 400: Memorystore's service account is not authorized. Please grant the cloudkms.cryptoKeyEncrypterDecrypter role to service-1@cloud-redis.iam.gserviceaccount.com",
            "Error 400: service-1@gcp-sa-artifactregistry.iam.gserviceaccount.com needs roles/cloudkms.cryptoKeyEncrypterDecrypter to be granted on the key",
            "Error 400: KMS key access denied: projects/p/…/cryptoKeys/k. Please ensure that the service account has been granted access to it",
            "Error 400: The Per-Product Per-Project Service Account is not found for project 1",
        ])
            expect(passes(error), error).to.equal(true);
        for (const error of [
            "",
            "Error 403: The caller does not have permission, forbidden",
            "Error 403: Permission 'cloudkms.cryptoKeys.setIamPolicy' denied on resource 'projects/p/…/cryptoKeys/k' (or it may not exist).",
            "Error 400: KMS key access denied: the key is disabled",
            `Error 403: Service Usage API ${off("serviceusage")}`,
            `Error 403: Cloud Resource Manager API ${off("cloudresourcemanager")}`,
            'Error 403: SERVICE_DISABLED "metadata": {"consumer": "projects/1", "service": "serviceusage.googleapis.com"}',
            "Error 409: You already own this bucket., conflict",
            "Error 404: The specified bucket does not exist., notFound",
            "Error 400: The subnetwork resource 's' is already being used by 'projects/p/zones/z/instances/vm'",
            "Error 403: Billing account for project '1' is not found. UREQ_PROJECT_BILLING_NOT_FOUND",
        ])
            expect(passes(error), error).to.equal(false);
    });

    it("is waited for about ten minutes, and for Cloud Run's addresses two hours; then it has failed", () => {
        const wait = (error: string) => {
            let seconds = 0;
            let times = 0;
            for (const errors: string[] = [error]; ; errors.unshift(error)) {
                const pause = pauseAfter(errors);
                if (pause === undefined) return { seconds, times };
                seconds += pause;
                times++;
            }
        };
        expect(wait(disabled).seconds).to.be.within(600, 900);
        expect(wait(held).seconds).to.be.within(7200, 9000);
        // The engine itself ends after a hundred.
        expect(wait(held).times).to.be.below(100);
        expect(pauseAfter(["Error 409: conflict", disabled]), "another failure after it").to.equal(undefined);
    });

    it("is said to the one who waits", async () => {
        await run({}, async () => {
            expect(
                await tryAgain({ name: "uploads", type: "t", failedOperation: "create", errors: [disabled] }, 0),
            ).to.equal(true);
            expect(
                await tryAgain(
                    { name: "uploads", type: "t", failedOperation: "create", errors: ["Error 409: conflict"] },
                    0,
                ),
            ).to.equal(false);
        });
    });

    it("is not waited for in a preview", async () => {
        const { result } = await run({ preview: true }, () => spreads([disabled], 0));
        expect(result).to.equal(false);
        expect((await run({}, () => spreads([disabled], 0))).result).to.equal(true);
    });

    it("is not the API by which others are turned on: how to turn it on is said at once", async () => {
        const api = {
            name: "stack-apis-api-run",
            type: "gcp:projects/service:Service",
            failedOperation: "create",
        } as const;
        const error = `Error 403: Service Usage API ${off("serviceusage")}`;
        const told = await errorsOf(async () => {
            expect(await tryAgain({ ...api, errors: [error] }, 0)).to.equal(false);
        });
        expect(told).to.deep.equal([
            "stack-apis-api-run has failed. Others are turned on by this API, so it must be on before, once in a project. Run `gcloud services enable serviceusage.googleapis.com cloudresourcemanager.googleapis.com --project shop-prod`, and `pulumi up` some minutes later.",
        ]);
    });

    it("is not what Google refuses for good: then what to do is said, where its words do not", async () => {
        const errors = ["googleapi: Error 400: The disk size cannot decrease. Current size: 31 GB, requested: 10 GB."];
        const told = await errorsOf(async () => {
            expect(await tryAgain({ name: "db", type: "t", failedOperation: "update", errors }, 0)).to.equal(false);
        });
        expect(told).to.deep.equal([
            "db has failed. Its disk has grown by itself, which the state does not know: `pulumi up --refresh`.",
        ]);
    });
});

/** What a program says is wrong while that goes on. */
async function errorsOf(body: () => Promise<void>): Promise<string[]> {
    const told: string[] = [];
    const { error } = pulumi.log;
    try {
        (pulumi.log as { error: unknown }).error = (text: string) => Promise.resolve(void told.push(text));
        await run({}, body);
    } finally {
        (pulumi.log as { error: unknown }).error = error;
    }
    return told;
}
