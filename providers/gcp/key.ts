import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/gcp/kms";
import * as projects from "@pulumi/gcp/projects";
import type { DriverOf } from "../../components/cloud";
import type { Access } from "../../components/link";
import type { Site } from "../../components/site";
import { deletion } from "./guard";
import { importMaterial } from "./key-import";
import { labels } from "./labels";
import { named } from "./names";
import { projectOf } from "./project";
import { stackPart } from "./stack-part";

/**
 * A key of Cloud KMS, in the stack's one key ring. Its material never leaves KMS. GCP never gives the name of a key or a ring
 * out again, and keeps both for ever, empty: so both have a random end.
 */
export const key: DriverOf<"key"> = (site, { purpose, algorithm, rotation, material, deletionWindow }) => {
    const sign = purpose === "sign";
    const ring = keyRing(site);
    const made = site.make(
        "key",
        kms.CryptoKey,
        {
            ...named(site, undefined, 63, undefined, sign ? { algorithm } : undefined),
            keyRing: ring.id,
            purpose: sign ? "ASYMMETRIC_SIGN" : "ENCRYPT_DECRYPT",
            versionTemplate: {
                algorithm: sign ? algorithms[algorithm] : "GOOGLE_SYMMETRIC_ENCRYPTION",
                protectionLevel: "SOFTWARE",
            },
            rotationPeriod: rotation === undefined ? undefined : `${rotation * day}s`,
            destroyScheduledDuration: `${deletionWindow * day}s`,
            ...(material === undefined ? {} : { importOnly: true, skipInitialVersionCreation: true }),
            labels: labels(site),
            ...deletion(site),
        },
        {
            main: true,
            // A new key in the place of one would leave what that one encrypted closed for ever.
            protect: site.settings.protect,
            // Google changes it in no key that there is: with another profile there would be a new key, and all that is
            // encrypted with it would be made anew, databases among it.
            ignoreChanges: ["destroyScheduledDuration"],
            // In place it would be the template of the next version only, and what signs is the first one.
            replaceOnChanges: sign ? ["versionTemplate.algorithm"] : [],
        },
    );
    const id = material === undefined ? made.id : importMaterial(site, ring, made, material);
    // What signs is a version; there is one, since only keys that encrypt are rotated.
    const used = sign ? pulumi.interpolate`${id}/cryptoKeyVersions/1` : id;
    const url = pulumi.interpolate`gcpkms://${used}`;
    // As short as AWS's. Services that are given a key's whole name, where it is none that they encrypt with, take it for one.
    const ownId = used.apply((name) => name.split("/cryptoKeys/").pop()!);
    return {
        id,
        url,
        grant: (access) => ({
            env: { URL: url, ID: ownId },
            secrets: {},
            permits: [{ role: access.map((one) => ({ to: site.name, role: roles[one]!, on: { key: id } })) }],
        }),
    };
};

const day = 86_400;

const algorithms = { "ecdsa-p256": "EC_SIGN_P256_SHA256", ed25519: "EC_SIGN_ED25519" } as const;

const roles: Partial<Record<Access, string>> = {
    encrypt: "roles/cloudkms.cryptoKeyEncrypter",
    decrypt: "roles/cloudkms.cryptoKeyDecrypter",
    sign: "roles/cloudkms.signer",
    verify: "roles/cloudkms.verifier",
};

/** One ring for a stack's keys, and each use of a key written down: GCP does not, unless it is told to. */
function keyRing(site: Site): kms.KeyRing {
    return stackPart(site, "keys", (part) => {
        const { id, region } = projectOf(part);
        part.make(
            "audit",
            projects.IAMAuditConfig,
            {
                project: id,
                service: "cloudkms.googleapis.com",
                auditLogConfigs: ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
            },
            // It is the project's, and another stack's too: like an API, it stays on.
            { retainOnDelete: true },
        );
        return part.make("ring", kms.KeyRing, { ...named(part, "ring", 63), location: region });
    });
}
