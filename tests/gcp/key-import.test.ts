import { constants, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { expect } from "chai";
import type { Ask } from "../../providers/gcp/google-api";
import { bring } from "../../providers/gcp/key-import";

const material = Buffer.alloc(32, 7).toString("base64");
const key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
const job = "projects/p/locations/l/keyRings/r/importJobs/j";
const suffix = "brought-suffix-import";

describe("The import of a key's material on GCP", () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 3072 });
    const pem = pair.publicKey.export({ type: "spki", format: "pem" }) as string;

    it("wraps it with the job's public key, waits, and makes it the one that encrypts", async () => {
        const { ask, asked } = kms({ state: "ENABLED" });
        await bring({ key, job, pem, material, suffix }, ask, 0);
        const [imported] = asked.filter(({ path }) => path.endsWith(":import"));
        expect(imported.body).to.include({ algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", importJob: job });
        const wrapped = Buffer.from((imported.body as { wrappedKey: string }).wrappedKey, "base64");
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        const opened = privateDecrypt({ key: pair.privateKey, padding, oaepHash: "sha256" }, wrapped);
        expect(opened.toString("base64")).to.equal(material);
        expect(asked.at(-1)).to.deep.include({
            path: `${key}:updatePrimaryVersion`,
            body: { cryptoKeyVersionId: "1" },
        });
        expect(JSON.stringify(asked)).to.not.include(material);
    });

    it("is done once for the same material", async () => {
        const there = { name: `${key}/cryptoKeyVersions/1`, state: "ENABLED", importJob: job };
        const { ask, asked } = kms({ state: "ENABLED", there: [there], primary: there });
        await bring({ key, job, pem, material, suffix }, ask, 0);
        expect(asked.filter(({ method }) => method === "POST")).to.deep.equal([]);
    });

    it("says why Google refused it", async () => {
        const { ask } = kms({ state: "IMPORT_FAILED", importFailureReason: "wrong length" });
        const refused = await bring({ key, job, pem, material, suffix }, ask, 0).then(() => "", String);
        expect(refused).to.include(key).and.include("IMPORT_FAILED").and.include("wrong length");
    });

    it("says how to get another job when the one that there is has expired, as each does after three days", async () => {
        const { ask, asked } = kms({ state: "ENABLED", jobState: "EXPIRED" });
        const refused = await bring({ key, job, pem, material, suffix }, ask, 0).then(() => "", String);
        expect(refused).to.include(job).and.include("`pulumi up --replace '**::brought-suffix-import'`");
        expect(asked.filter(({ method }) => method === "POST")).to.deep.equal([]);
        // What was brought in before it expired stays.
        const there = [{ name: `${key}/cryptoKeyVersions/1`, state: "ENABLED", importJob: job }];
        await bring({ key, job, pem, material, suffix }, kms({ state: "ENABLED", jobState: "EXPIRED", there }).ask, 0);
    });
});

/** Cloud KMS, as far as an import asks it. */
function kms(answer: {
    state: string;
    importFailureReason?: string;
    jobState?: string;
    there?: object[];
    primary?: object;
}) {
    const asked: { method: string; path: string; body?: object }[] = [];
    const version = { name: `${key}/cryptoKeyVersions/1`, ...answer };
    const ask: Ask = (api, method, path, body) => {
        expect(api).to.equal("kms");
        asked.push({ method, path, body });
        if (path.includes("?pageSize")) return Promise.resolve({ cryptoKeyVersions: answer.there });
        if (path.endsWith(":import")) return Promise.resolve({ ...version, state: "PENDING_IMPORT" });
        if (path === job) return Promise.resolve({ state: answer.jobState ?? "ACTIVE" });
        return Promise.resolve(path === key ? { primary: answer.primary } : version);
    };
    return { ask, asked };
}
