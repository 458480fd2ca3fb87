import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Image, Key, KV, Log, Mistake, Secret } from "../../components";
import { linked } from "../../components/workload";
import { type Permit, permitsOf, policy } from "../../providers/aws/grants";
import { secretArn } from "../../providers/aws/secret";
import { value } from "../support/mocks";
import { arn } from "./lens";
import { onAws, statements } from "./program";

const prod = { "mvi:profile": "prod" };
const stackKey = arn("kms", "key/stack-key-id");

async function allowed(permits: readonly unknown[], part: "role" | "start" = "role") {
    return statements(await value(policy(permitsOf(permits)[part])));
}

describe("A Blob on AWS", () => {
    it("is closed, encrypted, versioned and logged, whatever it is given", async () => {
        const { inputs } = await onAws(() => new Blob("uploads"));
        expect(inputs("Bucket", "uploads")).to.include({ forceDestroy: true });
        expect(inputs("BucketPublicAccessBlock", "uploads-publicAccess")).to.deep.equal({
            bucket: "uploads",
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        expect(inputs("BucketOwnershipControls", "uploads-ownership").rule).to.deep.equal({
            objectOwnership: "BucketOwnerEnforced",
        });
        expect(inputs("BucketServerSideEncryptionConfiguration", "uploads-encryption").rules).to.deep.equal([
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: stackKey },
                bucketKeyEnabled: true,
                blockedEncryptionTypes: ["SSE-C"],
            },
        ]);
        expect(inputs("BucketVersioning", "uploads-versioning").versioningConfiguration).to.deep.equal({
            status: "Enabled",
        });
        expect(inputs("BucketLogging", "uploads-logging")).to.include({
            targetBucket: "stack-access-logs",
            targetPrefix: "s3/uploads/",
        });
        const denied = statements(inputs("BucketPolicy", "uploads-policy").policy);
        expect(denied.map(({ Effect, Condition }) => [Effect, Condition])).to.deep.equal([
            ["Deny", { Bool: { "aws:SecureTransport": "false" } }],
            ["Deny", { NumericLessThan: { "s3:TlsVersion": "1.2" } }],
        ]);
        expect(denied[0].Resource).to.deep.equal(["arn:aws:s3:::uploads", "arn:aws:s3:::uploads/*"]);
        expect(inputs("BucketLifecycleConfiguration", "uploads-lifecycle").rules).to.deep.equal([
            {
                id: "leftovers",
                status: "Enabled",
                filter: { prefix: "" },
                abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
                expiration: { expiredObjectDeleteMarker: true },
            },
            {
                id: "rule-1",
                status: "Enabled",
                filter: { prefix: "" },
                noncurrentVersionExpiration: { noncurrentDays: 90 },
            },
        ]);
    });

    it("takes its own key, rules and pages; and is kept when it is guarded", async () => {
        const { inputs } = await onAws(() => {
            const key = new Key("own");
            new Blob("uploads", {
                key,
                protect: true,
                versioned: false,
                lifecycle: [{ expire: 7 }],
                cors: [{ origins: ["https://shop.example.com"], methods: ["PUT"], headers: ["x-a"], maxAge: 60 }],
            });
        });
        expect(inputs("Bucket", "uploads")).to.include({ forceDestroy: false });
        expect(inputs("BucketVersioning", "uploads-versioning").versioningConfiguration).to.deep.equal({
            status: "Suspended",
        });
        const [leftovers, rule] = inputs("BucketLifecycleConfiguration", "uploads-lifecycle").rules as object[];
        expect(leftovers).to.not.have.property("expiration");
        expect(rule).to.deep.include({ filter: { prefix: "" }, expiration: { days: 7 } });
        expect(inputs("BucketServerSideEncryptionConfiguration", "uploads-encryption"))
            .to.have.nested.property("rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId")
            .that.equals(arn("kms", "key/own-id"));
        expect(inputs("BucketCorsConfiguration", "uploads-cors").corsRules).to.deep.equal([
            {
                allowedOrigins: ["https://shop.example.com"],
                allowedMethods: ["PUT"],
                allowedHeaders: ["x-a"],
                exposeHeaders: ["ETag"],
                maxAgeSeconds: 60,
            },
        ]);
    });

    it("is written down in one bucket for the stack, which only AWS's writers of this account may fill", async () => {
        const { inputs, names } = await onAws(() => [new Blob("one"), new Blob("two")]);
        expect(names("Bucket").sort()).to.deep.equal(["one", "stack-access-logs", "two"]);
        expect(names("BucketLogging")).to.have.members(["one-logging", "two-logging"]);
        expect(inputs("BucketServerSideEncryptionConfiguration", "stack-access-logs-encryption").rules).to.deep.equal([
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" },
                bucketKeyEnabled: false,
                blockedEncryptionTypes: ["SSE-C"],
            },
        ]);
        const may = statements(inputs("BucketPolicy", "stack-access-logs-policy").policy).filter(
            ({ Effect }) => Effect === "Allow",
        );
        expect(may).to.have.length(3);
        for (const { Action, Condition } of may) {
            expect(Action).to.equal("s3:PutObject");
            expect(Condition).to.deep.equal({ StringEquals: { "aws:SourceAccount": "123456789012" } });
        }
    });

    it("gives those who use it exactly this bucket, and its key through S3 only", async () => {
        const { result } = await onAws(() => {
            const blob = new Blob("uploads");
            return { write: linked([blob.link()]), read: linked([blob.readOnly()]) };
        });
        expect(await value(pulumi.output(result.write.env))).to.deep.equal({
            UPLOADS_URL: "s3://uploads?region=eu-central-1",
            UPLOADS_BUCKET: "uploads",
        });
        expect(await allowed(result.read.permits)).to.deep.equal([
            { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::uploads/*"] },
            { Effect: "Allow", Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::uploads"] },
            {
                Effect: "Allow",
                Action: ["kms:Decrypt"],
                Resource: [stackKey],
                Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
            },
        ]);
        const [objects, , key] = await allowed(result.write.permits);
        expect(objects.Action).to.include.members(["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]);
        expect(key.Action).to.deep.equal(["kms:Decrypt", "kms:GenerateDataKey"]);
    });
});

describe("A KV on AWS", () => {
    it("is paid by request, encrypted, restorable, and guarded where data is", async () => {
        const { inputs, result } = await onAws(
            () => new KV("visits", { partitionKey: "page", sortKey: { name: "at", type: "number" }, ttl: "gone" }),
            prod,
        );
        expect(inputs("Table", "visits")).to.deep.include({
            billingMode: "PAY_PER_REQUEST",
            hashKey: "page",
            rangeKey: "at",
            attributes: [
                { name: "page", type: "S" },
                { name: "at", type: "N" },
            ],
            ttl: { attributeName: "gone", enabled: true },
            pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
            serverSideEncryption: { enabled: true, kmsKeyArn: stackKey },
            deletionProtectionEnabled: true,
        });
        expect(await value(result.url)).to.equal(
            "dynamodb://visits?region=eu-central-1&partition_key=page&sort_key=at&ttl=gone",
        );
    });

    it("is read by those who may read, and by nobody else written", async () => {
        const { result } = await onAws(() => {
            const table = new KV("visits", { pointInTime: false });
            return [linked([table.readOnly()]), linked([table.link()])];
        });
        const [[read], [write]] = await Promise.all(result.map(({ permits }) => allowed(permits)));
        const writes = /Put|Update|Delete|Write/;
        expect((read.Action as string[]).filter((action) => writes.test(action))).to.deep.equal([]);
        expect((write.Action as string[]).filter((action) => writes.test(action))).to.have.length(4);
        expect(read.Resource).to.deep.equal([arn("dynamodb", "table/visits"), arn("dynamodb", "table/visits/index/*")]);
    });
});

describe("A Secret on AWS", () => {
    it("hides its value, and is encrypted by the stack's key", async () => {
        const { inputs } = await onAws(() => new Secret("token", { value: "planted-value" }));
        expect(inputs("SecretVersion", "token-version").secretString).to.deep.equal({ secret: "planted-value" });
        expect(inputs("Secret", "token")).to.include({ kmsKeyId: stackKey, recoveryWindowInDays: 0 });
    });

    it("can be taken back where data is guarded", async () => {
        const { inputs } = await onAws(() => new Secret("token", { generate: {} }), prod);
        expect(inputs("Secret", "token")).to.include({ recoveryWindowInDays: 30 });
    });

    it("is made of the letters that were asked for", async () => {
        const { inputs } = await onAws(() => {
            for (const alphabet of ["alphanumeric", "hex", "printable"] as const)
                new Secret(alphabet, { generate: { alphabet, length: 48 } });
        });
        expect(inputs("RandomPassword", "alphanumeric-generated")).to.deep.equal({ length: 48, special: false });
        expect(inputs("RandomPassword", "hex-generated")).to.deep.equal({
            length: 48,
            upper: false,
            lower: false,
            numeric: false,
            overrideSpecial: "0123456789abcdef",
        });
        expect(inputs("RandomPassword", "printable-generated")).to.include({ length: 48 });
        expect(inputs("SecretVersion", "hex-version").secretString).to.deep.equal({ secret: "generated-value" });
    });

    it("is given by reference, with its version, to what starts the workload alone", async () => {
        const { result } = await onAws(() => {
            const secret = new Secret("token", { generate: {} });
            return { read: linked([secret.link()]), file: linked([secret.asFile()]) };
        });
        const from = `${arn("secretsmanager", "secret:token-AbCdEf")}:::v1`;
        const { read, file } = result;
        expect(await value(pulumi.output(read.secrets))).to.deep.equal({ TOKEN: from });
        expect(await value(pulumi.output(file.files!))).to.deep.equal({ TOKEN_FILE: from });
        expect(await value(secretArn(from))).to.equal(arn("secretsmanager", "secret:token-AbCdEf"));
        expect(permitsOf(read.permits).role).to.deep.equal([]);
        expect(await allowed(read.permits, "start")).to.deep.include({
            Effect: "Allow",
            Action: ["secretsmanager:GetSecretValue"],
            Resource: [arn("secretsmanager", "secret:token-AbCdEf")],
        });
    });

    it("is not rotated, and says so", async () => {
        await onAws(() =>
            expect(() => new Secret("token", { generate: {}, rotation: 30 })).to.throw(
                Mistake,
                /rotation.*Secrets Manager/,
            ),
        );
    });
});

describe("A Key on AWS", () => {
    it("encrypts and rotates under an alias, and stays open to the account", async () => {
        const { inputs, result } = await onAws(() => new Key("data", { rotation: 365, deletionWindow: 10 }));
        expect(inputs("Key", "data")).to.include({
            keyUsage: "ENCRYPT_DECRYPT",
            customerMasterKeySpec: "SYMMETRIC_DEFAULT",
            enableKeyRotation: true,
            rotationPeriodInDays: 365,
            deletionWindowInDays: 10,
        });
        const [account, logs, alarms] = statements(inputs("Key", "data").policy);
        expect(account.Principal).to.deep.equal({ AWS: "arn:aws:iam::123456789012:root" });
        expect(logs.Principal).to.deep.equal({ Service: "logs.eu-central-1.amazonaws.com" });
        for (const { Condition } of [logs, alarms]) expect(JSON.stringify(Condition)).to.include("123456789012");
        expect(inputs("Alias", "data-alias")).to.deep.equal({ namePrefix: "alias/data-", targetKeyId: "data-id" });
        expect(await value(result.url)).to.equal("awskms://data-id?region=eu-central-1");
    });

    it("signs, by either algorithm, and does not rotate then", async () => {
        const { inputs } = await onAws(() => {
            new Key("curve", { purpose: "sign" });
            new Key("edwards", { purpose: "sign", algorithm: "ed25519" });
        });
        expect(inputs("Key", "curve")).to.include({
            keyUsage: "SIGN_VERIFY",
            customerMasterKeySpec: "ECC_NIST_P256",
            enableKeyRotation: false,
        });
        expect(inputs("Key", "edwards")).to.include({ customerMasterKeySpec: "ECC_NIST_EDWARDS25519" });
    });

    it("is made of material that is brought along, which stays secret", async () => {
        const { inputs, names } = await onAws(
            () => new Key("own", { material: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=" }),
        );
        expect(inputs("ExternalKey", "own")).to.deep.include({
            keyMaterialBase64: { secret: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=" },
            enabled: true,
        });
        expect(names("Key")).to.deep.equal([]);
    });

    it("may be used for what the link says", async () => {
        const { result } = await onAws(() => {
            const key = new Key("data");
            const signer = new Key("signer", { purpose: "sign" });
            return [key.link(), key.can("encrypt"), signer.can("verify")].map((link) => linked([link]).permits);
        });
        const [both, encrypt, verify] = await Promise.all(result.map(async (permits) => (await allowed(permits))[0]));
        expect(both.Action).to.include.members(["kms:Encrypt", "kms:Decrypt"]).and.not.include("kms:Sign");
        expect(encrypt.Action).to.include("kms:GenerateDataKey").and.not.include("kms:Decrypt");
        expect(verify.Action).to.include("kms:Verify").and.not.include("kms:Sign");
        expect(verify.Resource).to.deep.equal([arn("kms", "key/signer-id")]);
        expect(permitsOf(result[0]).apis).to.deep.equal(["kms"]);
    });
});

describe("A Log on AWS", () => {
    it("is kept for the next time that CloudWatch has, encrypted", async () => {
        const { inputs } = await onAws(() => {
            new Log("lines", { retention: 50 });
            new Log("least", {});
            new Log("most", { retention: 3650 });
        });
        expect(inputs("LogGroup", "lines")).to.include({ retentionInDays: 60, kmsKeyId: stackKey });
        expect(inputs("LogGroup", "least")).to.include({ retentionInDays: 30, deletionProtectionEnabled: false });
        expect(inputs("LogGroup", "most")).to.include({ retentionInDays: 3653 });
    });

    it("goes to a bucket and to subscribers, with no more than CloudWatch's two receivers", async () => {
        const { inputs, names } = await onAws(() => {
            const archive = new Blob("archive");
            new Log("lines", {
                export: archive,
                subscribers: ["https://a.example.com/in", "https://b.example.com/in"],
            });
            new Log("kept", { export: archive });
        });
        expect(names("LogSubscriptionFilter").filter((name) => name.startsWith("lines"))).to.have.length(2);
        expect(inputs("FirehoseDeliveryStream", "lines-delivery-1")).to.have.nested.include({
            destination: "http_endpoint",
            "httpEndpointConfiguration.url": "https://a.example.com/in",
            "httpEndpointConfiguration.s3BackupMode": "AllData",
            "httpEndpointConfiguration.s3Configuration.bucketArn": "arn:aws:s3:::archive",
        });
        expect(inputs("FirehoseDeliveryStream", "lines-delivery-2")).to.have.nested.include({
            "httpEndpointConfiguration.s3BackupMode": "FailedDataOnly",
        });
        expect(inputs("FirehoseDeliveryStream", "kept-delivery-1")).to.have.nested.include({
            destination: "extended_s3",
            "extendedS3Configuration.bucketArn": "arn:aws:s3:::archive",
        });
        const may = statements(inputs("RolePolicy", "kept-deliveryRolePolicy").policy);
        expect(may.flatMap(({ Resource }) => Resource)).to.deep.equal([
            "arn:aws:s3:::archive",
            "arn:aws:s3:::archive/logs/*",
            stackKey,
        ]);
        const sends = statements(inputs("RolePolicy", "lines-subscriptionRolePolicy").policy);
        expect(sends[0].Resource).to.deep.equal(
            ["1", "2"].map((index) => arn("firehose", `deliverystream/lines-delivery-${index}`)),
        );
    });

    it("is written by those who may write, and read by those who may read", async () => {
        const { result } = await onAws(() => {
            const log = new Log("lines");
            return [linked([log.link()]), linked([log.readOnly()])].map(({ permits }) => permits);
        });
        const [write, read] = await Promise.all(result.map(async (permits) => (await allowed(permits))[0]));
        expect(write.Action).to.include("logs:PutLogEvents").and.not.include("logs:GetLogEvents");
        expect(read.Action).to.include("logs:FilterLogEvents").and.not.include("logs:PutLogEvents");
        expect(write.Resource).to.deep.equal([arn("logs", "log-group:lines"), arn("logs", "log-group:lines:*")]);
    });
});

describe("An Image on AWS", () => {
    const reference = `ghcr.io/shop/web@sha256:${"a".repeat(64)}`;

    it("is pushed once by what it holds, and is deployed by digest", async () => {
        const { inputs, result } = await onAws(
            () => new Image("web", { context: __dirname, dockerfile: "data.test.ts", platforms: ["linux/arm64"] }),
            prod,
        );
        const repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web";
        expect(inputs("Repository", "web")).to.deep.include({
            imageTagMutability: "IMMUTABLE",
            imageScanningConfiguration: { scanOnPush: true },
            encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: stackKey }],
            forceDelete: false,
        });
        const build = inputs("Image", "web-build");
        expect(build).to.deep.include({ push: true, platforms: ["linux/arm64"], context: { location: __dirname } });
        expect((build.tags as string[])[0]).to.match(new RegExp(`^${repository}:[0-9a-f]{32}$`));
        expect(build.registries).to.deep.equal({
            secret: [{ address: repository, username: "AWS", password: "token" }],
        });
        expect(await value(result.reference)).to.equal(`${repository}@sha256:${"0".repeat(64)}`);
    });

    it("is taken as it is when it was built elsewhere, with nothing made", async () => {
        const { all, result } = await onAws(() => new Image("web", { reference }));
        expect(all).to.deep.equal([]);
        expect(await value(result.reference)).to.equal(reference);
        expect(await value(result.digest)).to.equal(`sha256:${"a".repeat(64)}`);
    });
});

describe("A policy of links", () => {
    const onOne: Permit = { role: [{ actions: ["s3:GetObject"], on: ["arn:one"] }] };

    it("is one statement for the same actions, and asks for each API once", async () => {
        const two: Permit = { role: [{ actions: ["s3:GetObject"], on: ["arn:two", "arn:one"] }], apis: ["kms"] };
        expect(await allowed([onOne, two])).to.deep.equal([
            { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:one", "arn:two"] },
        ]);
        expect(permitsOf([two, two]).apis).to.deep.equal(["kms"]);
    });

    it("never allows everything, or for everything", () => {
        for (const actions of [["*"], ["s3:*"]])
            expect(() => policy([{ actions, on: ["arn:one"] }])).to.throw(/name the actions/);
        expect(() => policy([{ actions: ["s3:GetObject"], on: ["*"] }])).to.throw(/on everything/);
        const when = { StringEquals: { "cloudwatch:namespace": "shop" } };
        expect(() => policy([{ actions: ["cloudwatch:PutMetricData"], on: ["*"], when }])).to.not.throw();
    });
});
