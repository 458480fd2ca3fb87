import { expect } from "chai";
import * as k from "@aws-sdk/client-kms";
import { createPublicKey, randomBytes, verify } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withDataKeys } from "../../agent/core/data-keys";
import { type Identity, type Kind, Refusal } from "../../agent/kind";
import { keyKind, type KeyInputs, type KeyKind } from "../../agent/key/key";
import { type DataKeys } from "../../agent/log/types";
import { secretKind } from "../../agent/secret/secret";
import { call, type TestHost, testHost } from "../kv/host";

const plain = (name: string, more: Partial<KeyInputs> = {}): KeyInputs => ({
    name,
    purpose: "encrypt",
    forceDestroy: false,
    ...more,
});
const DAY = 24 * 60 * 60 * 1000;

describe("a key", () => {
    let host: TestHost;
    let kind: KeyKind;
    let endpoint: string;
    let kms: k.KMSClient;
    let clock = Date.now();
    const clients: k.KMSClient[] = [];
    const open = ({ accessKeyId, secretAccessKey }: Identity, wrong = ""): k.KMSClient => {
        const credentials = { accessKeyId, secretAccessKey: secretAccessKey + wrong };
        clients.push(new k.KMSClient({ endpoint, region: "local", maxAttempts: 2, credentials }));
        return clients[clients.length - 1];
    };
    const Plaintext = Buffer.from("planted plaintext");
    const imported = randomBytes(32);

    before(async () => {
        host = testHost();
        kind = keyKind(host, () => clock);
        ({ endpoint } = await kind.apply("main", plain("main", { rotationPeriodDays: 30 }), call));
        await kind.apply("other", plain("other"), call);
        await kind.apply("brought", plain("brought", { importedMaterial: imported.toString("base64") }), call);
        await kind.apply("ed", plain("ed", { purpose: "sign", algorithm: "ed25519" }), call);
        await kind.apply("ec", plain("ec", { purpose: "sign" }), call);
        const access = ["encrypt", "decrypt", "sign", "verify"];
        const permits = ["main", "other", "brought", "ed", "ec", "gone"].map((id) => ({ kind: "Key", id, access }));
        kms = open(host.identities.issue("Container/web", permits));
    });
    after(async () => {
        clients.forEach((each) => each.destroy());
        await kind.stop();
        host.clean();
    });

    const encrypt = async (KeyId = "main", EncryptionContext?: Record<string, string>) =>
        (await kms.send(new k.EncryptCommand({ KeyId, Plaintext, EncryptionContext }))).CiphertextBlob as Uint8Array;
    const decrypt = async (CiphertextBlob: Uint8Array, more: Partial<k.DecryptCommandInput> = {}) =>
        Buffer.from((await kms.send(new k.DecryptCommand({ CiphertextBlob, ...more }))).Plaintext ?? []);
    const nameOf = async (task: Promise<unknown>) =>
        task.then(
            () => "done",
            (error: Error) => error.name,
        );

    it("decrypts what it encrypted, in its context only", async () => {
        const blob = await encrypt("main", { a: "1", b: "2" });
        expect(Buffer.from(blob).includes(Plaintext)).to.equal(false);
        expect(await decrypt(blob, { EncryptionContext: { b: "2", a: "1" } })).to.deep.equal(Plaintext);
        for (const EncryptionContext of [undefined, { a: "1" }, { a: "2", b: "1" }] as (
            Record<string, string> | undefined
        )[]) {
            expect(await nameOf(decrypt(blob, { EncryptionContext }))).to.equal("InvalidCiphertextException");
        }
        expect(await nameOf(decrypt(blob, { KeyId: "other" }))).to.equal("IncorrectKeyException");
        expect(
            await decrypt(await encrypt("arn:aws:kms:local:000000000000:key/other"), { KeyId: "alias/other" }),
        ).to.deep.equal(Plaintext);
    });

    it("opens nothing that was changed", async () => {
        const blob = await encrypt();
        for (let at = 0; at < blob.length; at++) {
            const bad = Uint8Array.from(blob);
            bad[at] ^= 1;
            expect(await nameOf(decrypt(bad)), String(at)).to.not.equal("done");
        }
        expect(await nameOf(decrypt(blob.subarray(0, 20)))).to.equal("InvalidCiphertextException");
    });

    it("encrypts 4 KiB at once, and gives data keys for more", async () => {
        const big = (size: number) => kms.send(new k.EncryptCommand({ KeyId: "main", Plaintext: randomBytes(size) }));
        await big(4096);
        expect(await nameOf(big(4097))).to.equal("ValidationException");
        const data = await kms.send(
            new k.GenerateDataKeyCommand({ KeyId: "main", KeySpec: "AES_256", EncryptionContext: { f: "1" } }),
        );
        expect(data.Plaintext?.length).to.equal(32);
        const opened = await decrypt(data.CiphertextBlob as Uint8Array, { EncryptionContext: { f: "1" } });
        expect(opened).to.deep.equal(Buffer.from(data.Plaintext ?? []));
        const blind = await kms.send(new k.GenerateDataKeyWithoutPlaintextCommand({ KeyId: "main", NumberOfBytes: 7 }));
        expect((await decrypt(blind.CiphertextBlob as Uint8Array)).length).to.equal(7);
        expect(blind).to.not.have.property("Plaintext");
    });

    it("rotates when its time has come, and still opens what was sealed before; an imported key does not", async () => {
        const [old, brought] = [await encrypt(), await encrypt("brought")];
        clock += 29 * DAY;
        await kind.apply("main", plain("main", { rotationPeriodDays: 30 }), call);
        const same = await encrypt();
        clock += 2 * DAY;
        await kind.apply("main", plain("main", { rotationPeriodDays: 30 }), call);
        const fresh = await encrypt();
        const version = (blob: Uint8Array) => Buffer.from(blob).readUInt32BE(1);
        expect([old, same, fresh].map(version)).to.deep.equal([1, 1, 2]);
        for (const blob of [old, same, fresh, brought]) expect(await decrypt(blob)).to.deep.equal(Plaintext);
        expect(version(await encrypt("brought"))).to.equal(1);
        const moved = await kms.send(
            new k.ReEncryptCommand({
                CiphertextBlob: old,
                DestinationKeyId: "other",
                DestinationEncryptionContext: { x: "y" },
            }),
        );
        expect(
            await decrypt(moved.CiphertextBlob as Uint8Array, { KeyId: "other", EncryptionContext: { x: "y" } }),
        ).to.deep.equal(Plaintext);
        const shape = await kms.send(new k.DescribeKeyCommand({ KeyId: "brought" }));
        expect(shape.KeyMetadata).to.include({
            KeyId: "brought",
            Origin: "EXTERNAL",
            KeyUsage: "ENCRYPT_DECRYPT",
            Enabled: true,
        });
    });

    for (const [KeyId, SigningAlgorithm, hash] of [
        ["ed", "ED25519_SHA_512", null],
        ["ec", "ECDSA_SHA_256", "sha256"],
    ] as const) {
        it(`signs with ${SigningAlgorithm}, which anybody verifies with its public key`, async () => {
            const Message = Buffer.from("message");
            const { Signature } = await kms.send(new k.SignCommand({ KeyId, Message, SigningAlgorithm }));
            const check = (message: string) =>
                kms.send(new k.VerifyCommand({ KeyId, Message: Buffer.from(message), Signature, SigningAlgorithm }));
            expect((await check("message")).SignatureValid).to.equal(true);
            expect(await nameOf(check("massage"))).to.equal("KMSInvalidSignatureException");
            const { PublicKey } = await kms.send(new k.GetPublicKeyCommand({ KeyId }));
            const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: "der", type: "spki" });
            expect(verify(hash, Message, key, Signature as Uint8Array)).to.equal(true);
            const { publicKey } = await kind.apply(
                KeyId,
                plain(KeyId, { purpose: "sign", algorithm: KeyId === "ed" ? "ed25519" : undefined }),
                call,
            );
            expect(createPublicKey(publicKey ?? "").equals(key)).to.equal(true);
            expect(await nameOf(encrypt(KeyId))).to.equal("InvalidKeyUsageException");
            const other = SigningAlgorithm === "ECDSA_SHA_256" ? "ED25519_SHA_512" : "ECDSA_SHA_256";
            expect(await nameOf(kms.send(new k.SignCommand({ KeyId, Message, SigningAlgorithm: other })))).to.equal(
                "ValidationException",
            );
        });
    }

    it("lets each identity do what its permits say, and writes down every use", async () => {
        host.lines.length = 0;
        const identity = host.identities.issue("Container/sealer", [{ kind: "Key", id: "main", access: ["encrypt"] }]);
        const sealer = open(identity);
        const { CiphertextBlob } = await sealer.send(new k.EncryptCommand({ KeyId: "main", Plaintext }));
        expect(await nameOf(sealer.send(new k.DecryptCommand({ CiphertextBlob })))).to.equal("AccessDeniedException");
        expect(await nameOf(sealer.send(new k.EncryptCommand({ KeyId: "other", Plaintext })))).to.equal(
            "AccessDeniedException",
        );
        const move = new k.ReEncryptCommand({ CiphertextBlob, DestinationKeyId: "main" });
        expect(await nameOf(sealer.send(move))).to.equal("AccessDeniedException");
        expect(await nameOf(open(identity, "x").send(new k.EncryptCommand({ KeyId: "main", Plaintext })))).to.equal(
            "InvalidSignatureException",
        );
        expect(await nameOf(encrypt("gone"))).to.equal("NotFoundException");
        const audit: Record<string, unknown>[] = host.lines.map(({ log, text }) => ({
            log,
            ...(JSON.parse(text) as Record<string, unknown>),
        }));
        expect(
            audit.map(({ log, identity, operation, allowed, version }) => [log, identity, operation, allowed, version]),
        ).to.deep.equal([
            ["audit", "Container/sealer", "Encrypt", true, 2],
            ["audit", "Container/sealer", "Decrypt", false, undefined],
            ["audit", "Container/sealer", "Encrypt", false, undefined],
            ["audit", "Container/sealer", "ReEncrypt", false, undefined],
            ["audit", "Container/web", "Encrypt", true, undefined],
        ]);
        const told = JSON.stringify([host.lines, host.reports, host.counts]);
        for (const secret of [Plaintext.toString(), Plaintext.toString("base64"), imported.toString("base64")]) {
            expect(told.includes(secret)).to.equal(false);
        }
        expect(host.counts.map(({ name }) => name)).to.include("key_requests_total");
    });

    it("leaves a line in the audit log when another kind uses it, with whom it was for", async () => {
        host.lines.length = 0;
        host.kinds.set("Key", withDataKeys(kind) as unknown as Kind);
        const secrets = secretKind(host);
        await secrets.apply("token", { name: "token", value: "planted", key: "main", forceDestroy: true }, call);
        host.lines.length = 0;
        secrets.resolve("secret:token");
        const keys = host.kind<Kind & DataKeys>("Key");
        const { sealed } = await keys.generateDataKey("Log/book", "other");
        await keys.openDataKey("Log/book", "other", sealed);
        expect(() => keys.openDataKey("Log/book", "main", sealed)).to.throw();
        const said = host.lines.map(({ log, text }) => [log, JSON.parse(text) as Record<string, unknown>] as const);
        expect(
            said.map(([log, { identity, operation, keys: of, outcome }]) => [log, identity, operation, of, outcome]),
        ).to.deep.equal([
            ["audit", "Secret/token", "Decrypt", ["main"], "done"],
            ["audit", "Log/book", "Encrypt", ["other"], "done"],
            ["audit", "Log/book", "Decrypt", ["other"], "done"],
            ["audit", "Log/book", "Decrypt", ["main"], "InvalidCiphertextException"],
        ]);
        expect(JSON.stringify(host.lines)).to.not.contain("planted");
        await secrets.stop();
    });

    it("is kept sealed, over restarts, until it is removed", async () => {
        const blob = await encrypt("brought");
        const folder = join(host.root, "key");
        const files = readdirSync(folder).map((name) => join(folder, name));
        expect(files.map((file) => (statSync(file).mode & 0o777).toString(8))).to.deep.equal(files.map(() => "600"));
        const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
        for (const secret of [imported, imported.toString("base64"), "PRIVATE KEY"])
            expect(bytes.includes(secret)).to.equal(false);
        await kind.stop();
        kind = keyKind(host, () => clock);
        const inputs = plain("brought", { importedMaterial: imported.toString("base64") });
        await kind.apply("brought", inputs, { ...call, restoring: true });
        expect(await decrypt(blob)).to.deep.equal(Plaintext);
        expect(kind.decrypt("Secret/x", "brought", kind.encrypt("Secret/x", "brought", Plaintext))).to.deep.equal(
            Plaintext,
        );
        for (const more of [
            { purpose: "sign" as const },
            {},
            { importedMaterial: randomBytes(32).toString("base64") },
        ]) {
            const error = await kind.apply("brought", plain("brought", more), call).catch((caught: unknown) => caught);
            expect(error, "it does not become another key").to.be.instanceOf(Refusal);
        }
        const refused = await kind.remove("brought", inputs).catch((caught: unknown) => caught);
        expect(refused).to.be.instanceOf(Refusal).and.have.property("message").that.contains("`protect: false`");
        expect(await decrypt(blob), "it is guarded").to.deep.equal(Plaintext);
        await kind.remove("brought", { ...inputs, forceDestroy: true });
        await kind.remove("brought", inputs);
        expect(await nameOf(decrypt(blob))).to.equal("NotFoundException");
        await kind.apply("brought", inputs, call);
        expect(await decrypt(blob), "the same material opens it again").to.deep.equal(Plaintext);
        for (const id of ["main", "other", "brought", "ed", "ec"]) await kind.remove(id, undefined);
        expect(readdirSync(host.root)).to.not.include("key");
    });

    it("serves the others when one cannot be read, which is refused until its backup is there, and is not lost with them", async () => {
        const damaged = testHost();
        const before = keyKind(damaged);
        await before.apply("one", plain("one"), call);
        await before.apply("other", plain("other"), call);
        const sealed = before.encrypt("a", "one", Buffer.from("text"));
        await before.stop();
        const file = join(damaged.folder("key"), "one.key");
        const whole = readFileSync(file);
        writeFileSync(file, whole.subarray(0, 100));
        const after = keyKind(damaged);
        await after.apply("other", plain("other"), call);
        const refused = await after.apply("one", plain("one"), call).catch((error: Error) => error);
        expect(refused)
            .to.be.instanceOf(Refusal)
            .with.property("message")
            .that.matches(/one.key could not be read/);
        await after.remove("other", plain("other", { forceDestroy: true }));
        expect(readFileSync(file)).to.deep.equal(whole.subarray(0, 100));
        writeFileSync(file, whole);
        await after.apply("one", plain("one"), call);
        expect(after.decrypt("a", "one", sealed).toString()).to.equal("text");
        await after.remove("one", plain("one", { forceDestroy: true }));
        expect(existsSync(dirname(file))).to.equal(false);
        damaged.clean();
    });

    it("goes again though it is guarded when it was not made whole", async () => {
        const taken = { ...host, port: async () => Promise.reject(new Refusal("the port is taken")) };
        const fresh = keyKind(taken);
        const error = await fresh.apply("half", plain("half"), call).catch((caught: unknown) => caught);
        expect(error).to.be.instanceOf(Refusal);
        await fresh.remove("half", plain("half"));
        expect(readdirSync(host.root)).to.not.include("key");
    });

    it("tells another kind of a key that is not there, or is for another purpose", async () => {
        await kind.apply("signs", plain("signs", { purpose: "sign" }), call);
        expect(() => kind.encrypt("Secret/x", "signs", Plaintext)).to.throw(Refusal, /Key signs: .*purpose "encrypt"/);
        expect(() => kind.encrypt("Secret/x", "nobody", Plaintext)).to.throw(Refusal, /Key nobody: .*declare it/);
        await kind.remove("signs", undefined);
    });

    it("refuses what does not go together", async () => {
        const bad: Partial<KeyInputs>[] = [
            { importedMaterial: "c2hvcnQ=" },
            { importedMaterial: imported.toString("base64"), rotationPeriodDays: 30 },
            { purpose: "sign", rotationPeriodDays: 30 },
            { algorithm: "ed25519" },
            { rotationPeriodDays: 0 },
        ];
        for (const more of bad) {
            const error = await kind.apply("bad", plain("bad", more), call).catch((caught: unknown) => caught);
            expect(error).to.be.instanceOf(Refusal);
        }
    });
});
