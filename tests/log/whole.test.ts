import { expect } from "chai";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type BucketOutputs } from "../../agent/blob/bucket";
import { kindRegistry } from "../../agent/kinds";
import { Whole } from "../agent/whole";
import { until } from "../process/host";

describe("a log, with the agent's own buckets and keys", function () {
    this.timeout(30_000);
    let whole: Whole;
    beforeEach(() => (whole = new Whole()));
    afterEach(() => whole.end());

    const say = (text: string): void =>
        whole.host.logs.append("app", { time: Date.now(), source: "web/1", stream: "stdout", text });
    const lines = async (): Promise<string[]> => {
        const found: string[] = [];
        for await (const { text } of whole.logs.query({ log: "app" })) {
            found.push(text);
        }
        return found;
    };

    it("is copied into a bucket, gzipped, where S3's clients find it", async () => {
        const { endpoint } = await whole.apply<BucketOutputs>("Bucket", "archive", {
            name: "archive",
            versioned: false,
            lifecycle: [],
            cors: [],
            forceDestroy: true,
        });
        say("first");
        say("second");
        await whole.apply("Log", "app", {
            name: "app",
            retentionDays: 7,
            export: { bucket: "archive", everyHours: 1 },
        });
        const { accessKeyId, secretAccessKey } = whole.host.identities.issue("Test/test", [
            { kind: "Bucket", id: "archive", access: ["read"] },
        ]);
        const credentials = { accessKeyId, secretAccessKey };
        const s3 = new S3Client({ region: "local", endpoint, forcePathStyle: true, credentials });
        const Key = await until(async () => {
            const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "archive" }));
            return Contents[0]?.Key;
        });
        expect(Key).to.match(/^app\/\d{4}\/\d\d\/\d\d\/\d+.*\.jsonl\.gz$/);
        const { Body, ContentType, ETag } = await s3.send(new GetObjectCommand({ Bucket: "archive", Key }));
        expect(ContentType).to.equal("application/gzip");
        const bytes = Buffer.from(await Body!.transformToByteArray());
        expect(ETag).to.equal(`"${createHash("md5").update(bytes).digest("hex")}"`);
        const copied = gunzipSync(bytes).toString().trim().split("\n");
        expect(copied.map((line) => (JSON.parse(line) as { text: string }).text)).to.deep.equal(["first", "second"]);
        expect(whole.reports).to.deep.equal([]);
        s3.destroy();
    });

    it("finds its bucket when the agent comes back: buckets come before logs", () => {
        const { order } = kindRegistry("");
        expect(order.indexOf("Bucket")).to.be.lessThan(order.indexOf("Log"));
    });

    it("that has a key is unreadable on disk, and is read by who asks the agent, also after a restart", async () => {
        await whole.apply("Key", "main", { name: "main", purpose: "encrypt" });
        await whole.apply("Log", "app", { name: "app", retentionDays: 7, key: "main" });
        say("planted-line");
        whole.logs.flush();
        expect(await lines()).to.deep.equal(["planted-line"]);
        const onDisk = (): string[] =>
            fs
                .readdirSync(path.join(whole.folder, "logs"), { recursive: true, withFileTypes: true })
                .filter((entry) => entry.isFile())
                .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1"));
        expect(onDisk().join("")).to.have.length.above(100);
        expect(onDisk().some((text) => text.includes("planted"))).to.equal(false);
        await whole.stop();
        whole = new Whole(whole.root);
        await whole.apply("Key", "main", { name: "main", purpose: "encrypt" }, { restoring: true });
        expect(await lines()).to.deep.equal(["planted-line"]);
    });
});
