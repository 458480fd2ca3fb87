import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromName, partOf, toName } from "../../runtime/blob/gcs-names";
import { type Blob, openBlob } from "../../runtime/blob";
import { RuntimeError } from "../../runtime/errors";
import { conformBlob } from "../conformance-runtime/blob";
import { keepEnvironment } from "../support/environment";
import { findStorage, StorageEmulator } from "./gcs-emulator";

const putBack = keepEnvironment("GOOGLE_APPLICATION_CREDENTIALS", "METADATA_SERVER_DETECTION", "CLOUDSDK_CONFIG");
const file = findStorage();

const at = (bucket: string, endpoint: string) => `gs://${bucket}?endpoint=${encodeURIComponent(endpoint)}`;

if (!file) {
    describe("openBlob on fake-gcs-server", () => {
        it("is not tried here: there is no fake-gcs-server (`go install github.com/fsouza/fake-gcs-server@latest`)");
    });
} else {
    let emulator: StorageEmulator;
    let folder: string;
    conformBlob({
        name: "fake-gcs-server",
        async start() {
            const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
            folder = mkdtempSync(join(tmpdir(), "mvi-gcs-"));
            const account = {
                type: "service_account",
                client_email: "signer@demo.iam.gserviceaccount.com",
                private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
            };
            process.env.GOOGLE_APPLICATION_CREDENTIALS = join(folder, "account.json");
            writeFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, JSON.stringify(account), { mode: 0o600 });
            emulator = await StorageEmulator.start(file, publicKey);
            return { url: at("uploads", emulator.endpoint), absent: at("absent", emulator.endpoint) };
        },
        openReader: async (): Promise<Blob> => openBlob(at("uploads", await emulator.forReaders())),
        async end() {
            putBack();
            await emulator.end();
            rmSync(folder, { recursive: true });
        },
    });
}

describe("openBlob on Cloud Storage", () => {
    it("says what is wrong with a URL", async () => {
        for (const [url, fault] of [
            ["gs://uploads/inner", /\?prefix=/],
            ["gs://uploads?regio=x", /unknown parameter "regio"/],
            ["gs://uploads?endpoint=file:///x", /endpoint must be/],
        ] as const) {
            const error = await openBlob(url).catch((caught: unknown) => caught);
            expect(error).to.be.instanceOf(RuntimeError).with.property("code", "Invalid");
            expect(error).to.have.property("message").that.matches(fault);
        }
    });

    it("says that a service does not answer", async function () {
        this.timeout(60_000);
        const blob = await openBlob(at("uploads", "http://127.0.0.1:9"));
        expect(await blob.get("k").catch((caught: unknown) => caught)).to.include({ code: "Unavailable" });
        expect(await blob.put("k", "x").catch((caught: unknown) => caught)).to.include({ code: "Unavailable" });
    });

    it("says that there are no credentials to sign with", async () => {
        delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
        Object.assign(process.env, { METADATA_SERVER_DETECTION: "none", CLOUDSDK_CONFIG: "/nonexistent" });
        try {
            const blob = await openBlob("gs://uploads");
            expect(await blob.signedUrl("k").catch((caught: unknown) => caught)).to.include({ code: "Denied" });
        } finally {
            putBack();
        }
    });

    it("gives objects names that Cloud Storage takes, one for each key, in the order of the keys", () => {
        const keys = [
            "",
            "a",
            ".",
            "..",
            "../x",
            "a.",
            "\n",
            "\v",
            "\f",
            "\r",
            "\v0",
            "\v1",
            "\n1",
            "\t",
            "\x0e",
            "\v\n",
        ];
        const pairs = keys.flatMap((one) => keys.map((other) => `${one}${other}`)).filter((key) => key !== "");
        const all = [...new Set(pairs)].sort();
        for (const key of all) {
            expect(fromName(toName(key)), JSON.stringify(key)).to.equal(key);
            expect(toName(key)).to.not.match(/[\r\n]|^\.\.?$/);
            for (const part of all)
                expect(toName(key).startsWith(partOf(part)), JSON.stringify([key, part])).to.equal(
                    key.startsWith(part),
                );
        }
        const others = all.filter((key) => !/^\.\.?$/.test(key));
        const named = [...others].sort((a, b) => Buffer.compare(Buffer.from(toName(a)), Buffer.from(toName(b))));
        expect(named).to.deep.equal(others);
        expect(toName("plain/ü?&#+ %2e")).to.equal("plain/ü?&#+ %2e");
    });
});
