import { constants, createHash, publicEncrypt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/gcp/kms";
import type { Site } from "../../components/site";
import { deploys } from "../deploys";
import { type Ask, askAs } from "./google-api";
import { unique } from "./names";
import { projectOf } from "./project";

/**
 * Brings own material into a key, and answers the key's id when it is there. No resource does that: an import job gives a
 * public key, the material is wrapped with it here, and KMS unwraps it there. It stands in no state, and leaves this process
 * wrapped only.
 *
 * The job's id says which material it is for, so that the same material is brought in once, and other material becomes the
 * key's next version: what the ones before have encrypted stays readable.
 */
export function importMaterial(
    site: Site,
    ring: kms.KeyRing,
    key: kms.CryptoKey,
    material: pulumi.Input<string>,
): pulumi.Output<string> {
    const hidden = pulumi.secret(material);
    const end = pulumi.unsecret(hidden.apply(fingerprint));
    const job = site.make("importJob", kms.KeyRingImportJob, {
        keyRing: ring.id,
        importJobId: pulumi.interpolate`${unique(site, "import", 50)}-${end}`,
        importMethod: "RSA_OAEP_3072_SHA256",
        protectionLevel: "SOFTWARE",
        // Nobody can delete a job: it ends by itself after three days, and holds nothing.
        deletionPolicy: "ABANDON",
    });
    const { token } = projectOf(site);
    const brought = pulumi
        .all([key.id, job.name, job.publicKeys, hidden, token])
        .apply(async ([id, name, [publicKey], text, bearer]) => {
            // Neither a preview nor a program's own mocks make anything.
            if (!pulumi.runtime.isDryRun() && deploys()) {
                const upload = { key: id, job: name, pem: publicKey?.pem ?? "", material: text };
                await bring({ ...upload, suffix: `${site.name}-suffix-import` }, askAs(bearer));
            }
            return id;
        });
    return pulumi.unsecret(brought);
}

/** Sixty bits of the material's digest: of 32 random bytes they tell nothing. */
function fingerprint(material: string): string {
    return createHash("sha256").update(`pulumi-mvi ${material}`).digest("hex").slice(0, 12);
}

export interface Upload {
    /** `projects/…/cryptoKeys/…` */
    readonly key: string;
    /** `projects/…/importJobs/…` */
    readonly job: string;
    /** The job's public key. */
    readonly pem: string;
    /** 32 bytes in base64. */
    readonly material: string;
    /** The resource that makes the job's id one of its own: with another one comes another job. */
    readonly suffix: string;
}

interface Version {
    readonly name: string;
    readonly state: string;
    readonly importJob?: string;
    readonly importFailureReason?: string;
}

/** Brings material in, unless it is there, and makes it what new data is encrypted with. */
export async function bring({ key, job, pem, material, suffix }: Upload, ask: Ask, pause = 1000): Promise<void> {
    const { cryptoKeyVersions: there = [] } = (await ask("kms", "GET", `${key}/cryptoKeyVersions?pageSize=1000`)) as {
        cryptoKeyVersions?: Version[];
    };
    let version = there.find((one) => one.importJob === job && one.state !== "IMPORT_FAILED");
    if (!version) await checkJob(job, suffix, ask);
    version ??= (await ask("kms", "POST", `${key}/cryptoKeyVersions:import`, {
        algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
        importJob: job,
        wrappedKey: wrap(pem, material),
    })) as Version;
    for (let left = 60; version.state === "PENDING_IMPORT" && left > 0; left--) {
        await sleep(pause);
        version = (await ask("kms", "GET", version.name)) as Version;
    }
    if (version.state !== "ENABLED") {
        throw new pulumi.RunError(
            `Cloud KMS did not import the material into ${key}: its version is ${version.state}` +
                `${version.importFailureReason ? ` (${version.importFailureReason})` : ""}: run \`pulumi up\` again`,
        );
    }
    const { primary } = (await ask("kms", "GET", key)) as { primary?: Version };
    if (primary?.name !== version.name) {
        await ask("kms", "POST", `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: version.name.split("/").pop()! });
    }
}

/** A job takes material for three days, and as nobody can delete it, its id is not free again. Source: cloud.google.com/kms/docs/importing-a-key */
async function checkJob(job: string, suffix: string, ask: Ask): Promise<void> {
    const { state } = (await ask("kms", "GET", job)) as { state?: string };
    if (state === "EXPIRED") {
        throw new pulumi.RunError(
            `Cloud KMS did not import the material by ${job}: it is ${state}, as each is after three days: ` +
                `run \`pulumi up --replace '**::${suffix}'\`, which makes another one`,
        );
    }
}

/** RSA-OAEP with SHA-256, as the job's import method says. */
function wrap(pem: string, material: string): string {
    const options = { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    return publicEncrypt(options, Buffer.from(material, "base64")).toString("base64");
}
