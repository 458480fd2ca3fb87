import { expect } from "chai";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { faultOf, fixture, type Fixture } from "./support";

const Bucket = "films";
const MIB = 1024 * 1024;

describe("S3: uploads in parts", () => {
    let it_: Fixture;
    const Key = "film.mp4";
    const files = () => readdirSync(join(it_.folder, Bucket, "data")).length;
    const begin = async (more: Partial<s3.CreateMultipartUploadCommandInput> = {}) => {
        const input = { Bucket, Key, ContentType: "video/mp4", Metadata: { m: "1" }, ...more };
        return (await it_.s3.send(new s3.CreateMultipartUploadCommand(input))).UploadId;
    };
    const part = async (UploadId: string | undefined, PartNumber: number, Body: Buffer, more: object = {}) => {
        const { $metadata: _, ...sent } = await it_.s3.send(
            new s3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }),
        );
        return { PartNumber, ...sent };
    };
    const complete = (UploadId: string | undefined, Parts: s3.CompletedPart[], more: object = {}) =>
        it_.s3.send(
            new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
        );

    beforeEach(async () => {
        it_ = await fixture();
        await it_.s3.send(new s3.CreateBucketCommand({ Bucket }));
    });

    afterEach(async () => {
        await it_.end();
        expect(it_.reports).to.deep.equal([]);
    });

    it("makes one object of the parts, whatever order they came in, and survives a restart half way", async () => {
        const [a, b, c] = [randomBytes(5 * MIB), randomBytes(6 * MIB), randomBytes(10)];
        const id = await begin();
        const third = await part(id, 3, c);
        await part(id, 1, randomBytes(5 * MIB));
        const first = await part(id, 1, a);
        await it_.restart();
        const second = await part(id, 2, b);
        expect(files()).to.equal(3);
        const parts = await it_.s3.send(new s3.ListPartsCommand({ Bucket, Key, UploadId: id, MaxParts: 2 }));
        expect(parts.Parts?.map(({ Size }) => Size)).to.deep.equal([a.length, b.length]);
        expect(parts).to.include({ IsTruncated: true, NextPartNumberMarker: "2" });
        const { Uploads } = await it_.s3.send(new s3.ListMultipartUploadsCommand({ Bucket }));
        expect(Uploads?.map((upload) => upload.Key)).to.deep.equal([Key]);
        expect((await it_.s3.send(new s3.ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);

        const made = await complete(id, [first, second, third]);
        const md5 = (data: Buffer) => createHash("md5").update(data).digest();
        const etag = md5(Buffer.concat([md5(a), md5(b), md5(c)])).toString("hex");
        expect(made.ETag).to.equal(`"${etag}-3"`);
        await it_.restart();
        const back = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
        expect(back).to.deep.include({ ContentType: "video/mp4", Metadata: { m: "1" }, ETag: made.ETag });
        const whole = Buffer.concat([a, b, c]);
        expect(Buffer.from((await back.Body?.transformToByteArray()) ?? []).equals(whole)).to.equal(true);
        const Range = `bytes=${5 * MIB - 3}-${11 * MIB + 2}`;
        const some = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key, Range }));
        const bytes = Buffer.from((await some.Body?.transformToByteArray()) ?? []);
        expect(bytes.equals(whole.subarray(5 * MIB - 3, 11 * MIB + 3))).to.equal(true);
        const one = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key, PartNumber: 3 }));
        expect(one).to.include({ PartsCount: 3, ContentLength: 10 });
        expect(await faultOf(complete(id, [first]))).to.equal("404 NoSuchUpload");
    });

    for (const [ChecksumAlgorithm, ChecksumType] of [
        ["CRC32", "FULL_OBJECT"],
        ["CRC64NVME", "FULL_OBJECT"],
        ["SHA256", "COMPOSITE"],
    ] as const) {
        it(`has a ${ChecksumType} ${ChecksumAlgorithm} of it`, async () => {
            const [a, b] = [randomBytes(5 * MIB), randomBytes(7)];
            const id = await begin({ ChecksumAlgorithm, ChecksumType });
            const parts = [await part(id, 1, a, { ChecksumAlgorithm }), await part(id, 2, b, { ChecksumAlgorithm })];
            const made = await complete(id, parts, { ChecksumType });
            const name = `Checksum${ChecksumAlgorithm}` as const;
            const whole = { Bucket, Key: "whole", Body: Buffer.concat([a, b]), ChecksumAlgorithm };
            const straight = await it_.s3.send(new s3.PutObjectCommand(whole));
            if (ChecksumType === "FULL_OBJECT") expect(made[name]).to.equal(straight[name]);
            else expect(made[name]).to.match(/-2$/);
            const back = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
            expect((await back.Body?.transformToByteArray())?.length).to.equal(a.length + b.length);
        });
    }

    it("refuses small, unknown and misplaced parts, and leaves the upload as it was", async () => {
        const id = await begin();
        const [small, last] = [await part(id, 1, Buffer.from("small")), await part(id, 2, Buffer.from("last"))];
        expect(await faultOf(complete(id, [small, last]))).to.equal("400 EntityTooSmall");
        expect(await faultOf(complete(id, [last, small]))).to.equal("400 InvalidPartOrder");
        expect(await faultOf(complete(id, [{ ...small, PartNumber: 3 }]))).to.equal("400 InvalidPart");
        expect(await faultOf(complete(id, [{ ...small, ETag: '"00"' }]))).to.equal("400 InvalidPart");
        expect(await faultOf(part(id, 10_001, Buffer.from("x")))).to.equal("400 InvalidArgument");
        expect(await faultOf(part("none", 1, Buffer.from("x")))).to.equal("404 NoSuchUpload");
        await complete(id, [small]);
        expect(files()).to.equal(1);
        const { ContentLength } = await it_.s3.send(new s3.HeadObjectCommand({ Bucket, Key }));
        expect(ContentLength).to.equal(5);
    });

    it("leaves nothing of an upload that was aborted", async () => {
        const id = await begin();
        await part(id, 1, randomBytes(MIB));
        await it_.s3.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }));
        expect(files()).to.equal(0);
        expect(await faultOf(part(id, 2, Buffer.from("x")))).to.equal("404 NoSuchUpload");
        expect(files()).to.equal(0);
    });

    it("copies ranges of objects as parts", async () => {
        const a = randomBytes(6 * MIB);
        await it_.s3.send(new s3.PutObjectCommand({ Bucket, Key: "source", Body: a }));
        const id = await begin();
        const input = {
            Bucket,
            Key,
            UploadId: id,
            PartNumber: 1,
            CopySource: `${Bucket}/source`,
            CopySourceRange: "bytes=1-5242880",
        };
        const copied = await it_.s3.send(new s3.UploadPartCopyCommand(input));
        await complete(id, [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
        const back = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
        const bytes = Buffer.from((await back.Body?.transformToByteArray()) ?? []);
        expect(bytes.equals(a.subarray(1, 5242881))).to.equal(true);
    });

    it("keeps nothing of a transfer that broke off", async () => {
        const url = new URL(await getSignedUrl(it_.s3, new s3.PutObjectCommand({ Bucket, Key }), { expiresIn: 60 }));
        const sending = httpRequest(url, { method: "PUT", headers: { "content-length": 10 * MIB } });
        sending.on("error", () => undefined);
        sending.write(randomBytes(MIB));
        await until(() => files() === 1);
        sending.destroy();
        await until(() => files() === 0);
        expect(await faultOf(it_.s3.send(new s3.HeadObjectCommand({ Bucket, Key })))).to.match(/^404/);
    });

    it("takes and gives 200 MiB without keeping them in memory", async function () {
        this.timeout(60_000);
        const piece = randomBytes(MIB);
        const size = 200 * MIB;
        const before = process.memoryUsage();
        let most = 0;
        const watch = setInterval(() => {
            const { rss } = process.memoryUsage();
            most = Math.max(most, rss);
        }, 20);
        const Body = Readable.from(
            (function* () {
                for (let at = 0; at < size; at += MIB) yield piece;
            })(),
            { objectMode: false },
        );
        await it_.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body, ContentLength: size }));
        const back = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
        let got = 0;
        for await (const bytes of back.Body as Readable) got += (bytes as Buffer).length;
        clearInterval(watch);
        expect(got).to.equal(size);
        // The client runs in this process too.
        expect((most - before.rss) / MIB).to.be.lessThan(120);
    });
});

async function until(holds: () => boolean): Promise<void> {
    const end = Date.now() + 5000;
    while (!holds()) {
        if (Date.now() > end) throw new Error("it did not come about within 5 seconds");
        await new Promise((done) => setTimeout(done, 10));
    }
}
