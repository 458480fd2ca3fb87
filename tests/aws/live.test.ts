import {
    GetBucketEncryptionCommand,
    GetPublicAccessBlockCommand,
    DeletePublicAccessBlockCommand,
    ListBucketsCommand,
    S3Client,
} from "@aws-sdk/client-s3";
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type * as auto from "@pulumi/pulumi/automation";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Blob, Key, KV, Log, Network, Secret } from "../../components";
import { nativeOf } from "../../providers/aws/network";
import { steps } from "../support/engine";
import { awkward, written } from "../support/written";
import { Emulator, missing } from "./emulator";
import { leaveOutGaps } from "./gaps";

const absent = missing();

/** What the program makes: tests change it between runs. */
const wanted = { pointInTime: true, secret: awkward, existing: undefined as string | undefined, apis: ["logs"] };

async function program(): Promise<Record<string, unknown>> {
    leaveOutGaps();
    const key = new Key("data", { rotation: 365, deletionWindow: 7 });
    const uploads = new Blob("uploads", { key, lifecycle: [{ prefix: "tmp/", expire: 7, expireOld: 3 }] });
    const visits = new KV("visits", {
        partitionKey: "page",
        sortKey: { name: "at", type: "number" },
        pointInTime: wanted.pointInTime,
    });
    const token = new Secret("token", { value: pulumi.secret(wanted.secret) });
    new Secret("made", { generate: { alphabet: "hex" } });
    new Log("lines", { retention: 50, export: uploads });
    const closed = new Network("closed", { egress: "none", flowLogs: true });
    new Network("open", { range: "10.1.0.0/16", egress: "nat-gateway" });
    if (wanted.existing) {
        const adopted = new Network("adopted", { existing: wanted.existing, egress: "none" });
        // What runs there says so, and what its rules name is kept where it can be looked at.
        nativeOf(adopted).reach(wanted.apis);
        const value = pulumi.all([...nativeOf(adopted).prefixLists]).apply((lists) => lists.join(" "));
        new ssm.Parameter("adopted", { name: "/adopted", type: "String", value });
        return { ...outputs(), adopted: adopted.subnets };
    }
    return outputs();

    function outputs() {
        return {
            blob: uploads.id,
            blobUrl: uploads.url,
            kv: visits.id,
            kvUrl: visits.url,
            key: key.id,
            secret: token.id,
            vpc: closed.id,
            subnets: closed.subnets,
        };
    }
}

if (absent) describe("AWS with the real provider", () => it(`is not tried here: there is ${absent}`));
else describe("AWS with the real provider", real);

function real(this: Mocha.Suite): void {
    this.timeout(300_000);
    let emulator: Emulator;
    let stack: auto.Stack;

    before(async () => {
        emulator = await Emulator.start();
        stack = await emulator.stack("dev", program, { "mvi:profile": "dev" });
    });

    after(() => emulator?.close());

    let out: Record<string, unknown> = {};

    it("makes a stack, as it was declared", async () => {
        const { outputs } = await stack.up();
        out = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
        expect(out.blobUrl).to.equal(`s3://${String(out.blob)}?region=us-east-1`);
        expect(out.kvUrl).to.equal(
            `dynamodb://${String(out.kv)}?region=us-east-1&partition_key=page&sort_key=at&ttl=expires`,
        );
        const s3 = new S3Client({ ...emulator.client, forcePathStyle: true });
        const Bucket = out.blob as string;
        const { ServerSideEncryptionConfiguration: rule } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
        expect(rule!.Rules![0].ApplyServerSideEncryptionByDefault!.KMSMasterKeyID).to.include(out.key as string);
        const { Table } = await new DynamoDBClient(emulator.client).send(
            new DescribeTableCommand({ TableName: out.kv as string }),
        );
        expect(Table!.SSEDescription!.Status).to.equal("ENABLED");
        const { KeyMetadata } = await new KMSClient(emulator.client).send(
            new DescribeKeyCommand({ KeyId: out.key as string }),
        );
        expect(KeyMetadata!.KeyUsage).to.equal("ENCRYPT_DECRYPT");
    });

    it("finds nothing to change afterwards", async () => {
        await stack.preview({ expectNoChanges: true });
    });

    it("keeps no secret's value in plain text", async () => {
        // Not by exportStack(), which decrypts it.
        const state = emulator.state("dev");
        expect(state).to.include(out.secret);
        expect(written(state, wanted.secret)).to.equal(false);
    });

    it("mends what was changed behind its back", async () => {
        const s3 = new S3Client({ ...emulator.client, forcePathStyle: true });
        const Bucket = out.blob as string;
        await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
        expect(await steps((onEvent) => stack.up({ refresh: true, onEvent }))).to.include(
            "create uploads-publicAccess",
        );
        const { PublicAccessBlockConfiguration: block } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
        expect(block).to.deep.equal({
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
        });
    });

    it("changes what changes and no more, and adopts a network that is there", async () => {
        Object.assign(wanted, { pointInTime: false, secret: "planted-value-two", existing: out.vpc });
        const done = await steps(async (onEvent) => {
            const { outputs } = await stack.up({ onEvent });
            expect(outputs.adopted.value).to.deep.equal(out.subnets);
        });
        const { Parameter } = await emulator.ask<{ Parameter: { Value: string } }>("ssm", "AmazonSSM.GetParameter", {
            Name: "/adopted",
        });
        expect(Parameter.Value).to.match(/^pl-\w+ pl-\w+$/);
        expect(done.filter((step) => !step.endsWith(" adopted"))).to.deep.equal([
            "create-replacement token-version",
            "delete-replaced token-version",
            "replace token-version",
            "update visits",
        ]);
    });

    it("refuses a network that is there, where it lacks an endpoint that is needed in it", async () => {
        Object.assign(wanted, { apis: ["logs", "kms"] });
        const message = await stack.preview().then(
            () => "all is well",
            (error: Error) => error.message,
        );
        expect(message).to.contain(
            `Network adopted: existing: ${String(out.vpc)} has no endpoint for com.amazonaws.us-east-1.kms, which`,
        );
        Object.assign(wanted, { apis: ["logs"] });
    });

    it("leaves nothing behind", async () => {
        await stack.destroy();
        const { Buckets = [] } = await new S3Client({ ...emulator.client, forcePathStyle: true }).send(
            new ListBucketsCommand({}),
        );
        const { TableNames } = await new DynamoDBClient(emulator.client).send(new ListTablesCommand({}));
        expect([...Buckets, ...TableNames!]).to.deep.equal([]);
    });
}
