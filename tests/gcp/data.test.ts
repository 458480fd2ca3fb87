import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Key, KV, Log, Secret } from "../../components";
import { linked } from "../../components/workload";
import { permitsOf, policy } from "../../providers/gcp/grants";
import { required } from "../../providers/gcp/project";
import { secretVersion } from "../../providers/gcp/secret";
import { value } from "../support/mocks";
import { number, project, region } from "./lens";
import { onGcp, recorded } from "./program";

const guarded = { "mvi:profile": "prod" };
// The mocks' ids are the names.
const stackKey = "stack-key";

/** What a link gives, with its outputs known. */
const roles = (permits: readonly unknown[]) => value(pulumi.output(policy(permitsOf(permits).role)));

describe("The foundation on GCP", () => {
    it("turns on each API once, leaves it on, and has every child wait for its own", async () => {
        const { all, names } = await onGcp(() => [
            new Blob("one"),
            new Blob("two"),
            new Secret("token", { generate: {} }),
        ]);
        const services = all.filter(({ type }) => type === "gcp:projects/service:Service");
        expect(services.map(({ inputs }) => inputs.service).sort()).to.deep.equal([
            "cloudkms.googleapis.com",
            "cloudresourcemanager.googleapis.com",
            "monitoring.googleapis.com",
            "secretmanager.googleapis.com",
            "storage.googleapis.com",
        ]);
        for (const { inputs } of services) expect(inputs.disableOnDestroy).to.equal(false);
        expect(names("ServiceIdentity")).to.deep.equal(["stack-agents-agent-secretmanager"]);
    });

    it("lets each service's agent use a key once, on that key only", async () => {
        const { all } = await onGcp(() => {
            const key = new Key("own");
            return [new Blob("one"), new Blob("two"), new Secret("token", { generate: {}, key })];
        });
        const grants = all.filter(({ type }) => type === "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember");
        expect(grants.map(({ inputs }) => [inputs.cryptoKeyId, inputs.member]).sort()).to.deep.equal([
            ["own", `serviceAccount:service-${number}@gcp-sa-secretmanager.iam.gserviceaccount.com`],
            [stackKey, `serviceAccount:service-${number}@gs-project-accounts.iam.gserviceaccount.com`],
        ]);
        for (const { inputs } of grants) expect(inputs.role).to.equal("roles/cloudkms.cryptoKeyEncrypterDecrypter");
    });

    it("labels what can have labels", async () => {
        const { all } = await onGcp(() => [
            new Blob("uploads"),
            new Secret("token", { generate: {} }),
            new Log("lines", { subscribers: ["https://logs.example.com/in"] }),
        ]);
        for (const type of ["Bucket", "CryptoKey", "Secret", "Topic", "Subscription"]) {
            for (const { inputs, name } of all.filter((one) => one.type.endsWith(`:${type}`)))
                expect(inputs.labels, name).to.include({ "mvi-app": "project", "mvi-stack": "stack" });
        }
    });

    it("says what to do when the stack names no project or region", () => {
        expect(() => required("project", "shop-prod", "")).to.throw("run `pulumi config set gcp:project shop-prod`");
        expect(() => required("region", "europe-west1", undefined)).to.throw("run `pulumi config set gcp:region");
        expect(required("region", "europe-west1", "us-east1")).to.equal("us-east1");
    });
});

describe("Grants on GCP", () => {
    const on = { bucket: "uploads" };
    it("are never for everything, and each of them once", () => {
        expect(() => policy([{ to: "x", role: "roles/editor", on }])).to.throw("name a role for what is done");
        expect(() => policy([{ to: "x", role: "roles/storage.admin", on }])).to.throw("name a role for what is done");
        expect(() => policy([{ to: "x", role: "roles/datastore.user", on: { project: true } }])).to.throw(
            "give it on a resource",
        );
        const may = { to: "x", role: "roles/storage.objectUser", on };
        expect(policy([may, may])).to.have.length(1);
    });
});

describe("A Blob on GCP", () => {
    it("is closed, encrypted, versioned and logged, whatever it is given", async () => {
        const { inputs } = await onGcp(() => new Blob("uploads"));
        expect(inputs("Bucket", "uploads")).to.deep.include({
            location: region,
            uniformBucketLevelAccess: true,
            publicAccessPrevention: "enforced",
            versioning: { enabled: true },
            softDeletePolicy: { retentionDurationSeconds: 0 },
            encryption: { defaultKmsKeyName: stackKey },
            logging: { logBucket: "stack-access-logs", logObjectPrefix: "gcs/uploads" },
            forceDestroy: true,
            deletionPolicy: "DELETE",
            lifecycleRules: [
                { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
                {
                    action: { type: "Delete" },
                    condition: { daysSinceNoncurrentTime: 90, withState: "ARCHIVED" },
                },
            ],
        });
        expect(inputs("Bucket", "stack-access-logs")).to.not.have.property("logging");
        expect(inputs("BucketIAMMember", "stack-access-logs-writer-grant")).to.include({
            role: "roles/storage.objectCreator",
            member: "group:cloud-storage-analytics@google.com",
        });
    });

    it("takes its own rules and pages, and is kept when it is guarded", async () => {
        const { inputs } = await onGcp(
            () =>
                new Blob("uploads", {
                    lifecycle: [{ prefix: "tmp/", expire: 7 }],
                    cors: [{ origins: ["https://shop.example.com"], methods: ["PUT"], headers: ["x-a"], maxAge: 60 }],
                }),
            guarded,
        );
        const bucket = inputs("Bucket", "uploads");
        expect(bucket).to.include({ forceDestroy: false, deletionPolicy: "PREVENT" });
        expect(bucket.cors).to.deep.equal([
            {
                origins: ["https://shop.example.com"],
                methods: ["PUT"],
                responseHeaders: ["x-a", "ETag"],
                maxAgeSeconds: 60,
            },
        ]);
        expect((bucket.lifecycleRules as object[])[1]).to.deep.equal({
            action: { type: "Delete" },
            condition: { matchesPrefixes: ["tmp/"], age: 7, withState: "LIVE" },
        });
    });

    it("has no name which Google reserves", async () => {
        const { inputs } = await onGcp(() => new Blob("google-maps"));
        expect(inputs("Bucket", "google-maps").name).to.match(/^ggle-maps-[0-9a-f]{8}$/);
    });

    it("gives those who use it exactly this bucket, and to sign URLs as themselves", async () => {
        const { result } = await onGcp(() => {
            const blob = new Blob("uploads");
            return { write: linked([blob.link()]), read: linked([blob.readOnly()]) };
        });
        expect(await value(pulumi.output(result.write.env))).to.deep.equal({
            UPLOADS_URL: "gs://uploads",
            UPLOADS_BUCKET: "uploads",
        });
        const signing = { to: "itself", role: "roles/iam.serviceAccountTokenCreator", on: { itself: true } };
        expect(await roles(result.write.permits)).to.deep.equal([
            { to: "uploads", role: "roles/storage.objectUser", on: { bucket: "uploads" } },
            signing,
        ]);
        expect(await roles(result.read.permits)).to.deep.equal([
            { to: "uploads", role: "roles/storage.objectViewer", on: { bucket: "uploads" } },
            signing,
        ]);
    });
});

describe("A Key on GCP", () => {
    it("rotates, waits before it is destroyed, and has each use written down", async () => {
        const { inputs } = await onGcp(() => new Key("own", { deletionWindow: 10 }), guarded);
        expect(inputs("CryptoKey", "own")).to.deep.include({
            keyRing: "stack-keys-ring",
            purpose: "ENCRYPT_DECRYPT",
            rotationPeriod: "7776000s",
            destroyScheduledDuration: "864000s",
            deletionPolicy: "PREVENT",
        });
        expect(inputs("IAMAuditConfig", "stack-keys-audit")).to.deep.include({
            service: "cloudkms.googleapis.com",
            auditLogConfigs: [{ logType: "ADMIN_READ" }, { logType: "DATA_READ" }, { logType: "DATA_WRITE" }],
        });
    });

    it("stays the same one with another profile, for which a deleted one can be taken back longer", async () => {
        for (const profile of ["dev", "prod"]) {
            const made = await recorded(() => new Blob("files"), { "mvi:profile": profile });
            const { inputs, options } = made.find(({ type }) => type === "gcp:kms/cryptoKey:CryptoKey")!;
            expect(inputs.destroyScheduledDuration).to.equal(profile === "dev" ? "604800s" : "2592000s");
            expect(options.ignoreChanges).to.deep.equal(["destroyScheduledDuration"]);
        }
    });

    it("signs with its one version, and gives what is asked on this key only", async () => {
        const { inputs, result } = await onGcp(() =>
            linked([new Key("signer", { purpose: "sign", algorithm: "ed25519" }).can("sign")]),
        );
        expect(inputs("CryptoKey", "signer")).to.deep.include({
            purpose: "ASYMMETRIC_SIGN",
            versionTemplate: { algorithm: "EC_SIGN_ED25519", protectionLevel: "SOFTWARE" },
        });
        const id = "signer";
        expect(await value(pulumi.output(result.env))).to.deep.equal({
            SIGNER_ID: `${id}/cryptoKeyVersions/1`,
            SIGNER_URL: `gcpkms://${id}/cryptoKeyVersions/1`,
        });
        expect(await roles(result.permits)).to.deep.equal([
            { to: "signer", role: "roles/cloudkms.signer", on: { key: id } },
        ]);
    });

    it("takes own material by an import job, and keeps it out of every input", async () => {
        const material = Buffer.alloc(32, 7).toString("base64");
        const { all, inputs } = await onGcp(() => new Key("brought", { material: pulumi.secret(material) }));
        expect(inputs("CryptoKey", "brought")).to.include({ importOnly: true, skipInitialVersionCreation: true });
        expect(inputs("KeyRingImportJob", "brought-importJob")).to.include({ importMethod: "RSA_OAEP_3072_SHA256" });
        expect(JSON.stringify(all)).to.not.include(material);
    });
});

describe("A KV on GCP", () => {
    it("is a database of its own that can be restored, and goes when it is deleted", async () => {
        const { inputs, names, result } = await onGcp(() => {
            const kv = new KV("visits", { sortKey: "at" });
            return { url: kv.url, grant: linked([kv.readOnly()]) };
        });
        expect(inputs("Database", "visits")).to.include({
            type: "FIRESTORE_NATIVE",
            databaseEdition: "STANDARD",
            locationId: region,
            pointInTimeRecoveryEnablement: "POINT_IN_TIME_RECOVERY_ENABLED",
            deleteProtectionState: "DELETE_PROTECTION_DISABLED",
            deletionPolicy: "DELETE",
        });
        expect(inputs("Database", "visits")).to.not.have.property("cmekConfig");
        expect(names("BackupSchedule")).to.deep.equal([]);
        expect(inputs("Field", "visits-ttl")).to.deep.include({
            collection: "entries",
            field: "expires",
            ttlConfig: {},
        });
        expect(await value(result.url)).to.equal(
            `firestore://visits?project=${project}&partition_key=key&sort_key=at&ttl=expires`,
        );
        expect(await roles(result.grant.permits)).to.deep.equal([
            {
                to: "visits",
                role: "roles/datastore.viewer",
                on: { project: true, only: `resource.name == "projects/${project}/databases/visits"` },
            },
        ]);
    });

    it("is guarded, and encrypted by a key of one's own where one is given", async () => {
        const { inputs } = await onGcp(() => new KV("visits", { key: new Key("own"), pointInTime: false }), guarded);
        expect(inputs("Database", "visits")).to.deep.include({
            pointInTimeRecoveryEnablement: "POINT_IN_TIME_RECOVERY_DISABLED",
            deleteProtectionState: "DELETE_PROTECTION_ENABLED",
            cmekConfig: { kmsKeyName: "own" },
        });
    });

    it("has a backup each day where it is guarded, unless it is not to be restored", async () => {
        const { inputs, names } = await onGcp(
            () => [new KV("visits"), new KV("open", { protect: false }), new KV("cache", { pointInTime: false })],
            guarded,
        );
        expect(names("BackupSchedule")).to.deep.equal(["visits-backupSchedule"]);
        expect(inputs("BackupSchedule", "visits-backupSchedule")).to.deep.include({
            database: "visits",
            dailyRecurrence: {},
            retention: "3024000s",
        });
    });
});

describe("A Secret on GCP", () => {
    it("stands in the stack's region under the stack's key, and its value is a secret in state", async () => {
        const { all, inputs, result } = await onGcp(() => {
            const secret = new Secret("token", { value: pulumi.secret("planted-value") });
            return linked([secret.link(), secret.asFile()]);
        });
        expect(inputs("Secret", "token").replication).to.deep.equal({
            userManaged: {
                replicas: [{ location: region, customerManagedEncryption: { kmsKeyName: stackKey } }],
            },
        });
        expect(inputs("SecretVersion", "token-version").secretData).to.deep.equal({ secret: "planted-value" });
        const others = all.filter(({ name }) => name !== "token-version");
        expect(JSON.stringify(others)).to.not.include("planted-value");
        const from = "token";
        expect(await value(pulumi.output(result.secrets))).to.deep.equal({ TOKEN: `${from}/versions/1` });
        expect(await value(pulumi.output(result.files))).to.deep.equal({ TOKEN_FILE: `${from}/versions/1` });
        expect(await value(secretVersion(result.secrets.TOKEN).secret)).to.equal(from);
        expect(await value(secretVersion(result.secrets.TOKEN).version)).to.equal("1");
        expect(await roles(result.permits)).to.deep.equal([
            { to: "token", role: "roles/secretmanager.secretAccessor", on: { secret: from } },
        ]);
    });

    it("is kept when it is guarded, and its old versions can be brought back", async () => {
        const { inputs } = await onGcp(() => new Secret("token", { generate: {} }), guarded);
        expect(inputs("Secret", "token")).to.include({
            deletionProtection: true,
            deletionPolicy: "PREVENT",
            versionDestroyTtl: "2592000s",
        });
        expect(inputs("SecretVersion", "token-version").deletionPolicy).to.equal("DISABLE");
    });
});
