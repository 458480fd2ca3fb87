import { expect } from "chai";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { faultOf, fixture, type Fixture } from "./support";

const Bucket = "uploads";

describe("S3: objects", () => {
    let it_: Fixture;
    const put = (Key: string, Body: string | Buffer, more: Partial<s3.PutObjectCommandInput> = {}) =>
        it_.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
    const get = (Key: string, more: Partial<s3.GetObjectCommandInput> = {}) =>
        it_.s3.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
    const text = async (Key: string, more: Partial<s3.GetObjectCommandInput> = {}) =>
        (await get(Key, more)).Body?.transformToString();

    beforeEach(async () => {
        it_ = await fixture();
        await it_.s3.send(new s3.CreateBucketCommand({ Bucket }));
    });

    afterEach(async () => {
        await it_.end();
        expect(it_.reports).to.deep.equal([]);
    });

    it("makes, shows and deletes buckets", async () => {
        expect(await faultOf(it_.s3.send(new s3.CreateBucketCommand({ Bucket })))).to.equal(
            "409 BucketAlreadyOwnedByYou",
        );
        expect(await faultOf(it_.s3.send(new s3.CreateBucketCommand({ Bucket: "..x" })))).to.equal(
            "400 InvalidBucketName",
        );
        await it_.s3.send(new s3.HeadBucketCommand({ Bucket }));
        expect(await faultOf(it_.s3.send(new s3.HeadBucketCommand({ Bucket: "other" })))).to.match(/^404/);
        const { Buckets } = await it_.s3.send(new s3.ListBucketsCommand({}));
        expect(Buckets?.map(({ Name }) => Name)).to.deep.equal([Bucket]);
        expect(Math.abs(Date.now() - Number(Buckets?.[0].CreationDate))).to.be.lessThan(60_000);
        const location = await it_.s3.send(new s3.GetBucketLocationCommand({ Bucket }));
        expect(location.LocationConstraint).to.equal("local");
        await put("a", "1");
        expect(await faultOf(it_.s3.send(new s3.DeleteBucketCommand({ Bucket })))).to.equal("409 BucketNotEmpty");
        await it_.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "a" }));
        await it_.s3.send(new s3.DeleteBucketCommand({ Bucket }));
        expect(await faultOf(put("a", "1"))).to.equal("404 NoSuchBucket");
        expect(readdirSync(it_.folder)).to.deep.equal([]);
    });

    it("gives back what was put, with all that was said of it, also after a restart", async () => {
        const body = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) & 0xff));
        const made = await put("a/b.bin", body, {
            ContentType: "image/png",
            CacheControl: "max-age=5",
            ContentDisposition: "attachment",
            ContentEncoding: "br",
            ContentLanguage: "de",
            Metadata: { "some-thing": "value 1" },
        });
        expect(made.ETag).to.equal(`"${createHash("md5").update(body).digest("hex")}"`);
        expect(made.ChecksumCRC32).to.match(/^.{8}$/);
        await it_.restart();
        const back = await get("a/b.bin");
        expect(Buffer.from((await back.Body?.transformToByteArray()) ?? [])).to.deep.equal(body);
        expect(back).to.deep.include({
            ContentType: "image/png",
            CacheControl: "max-age=5",
            ContentDisposition: "attachment",
            ContentEncoding: "br",
            ContentLanguage: "de",
            ContentLength: 100_000,
            ETag: made.ETag,
            ChecksumCRC32: made.ChecksumCRC32,
            AcceptRanges: "bytes",
            Metadata: { "some-thing": "value 1" },
        });
        const head = await it_.s3.send(new s3.HeadObjectCommand({ Bucket, Key: "a/b.bin" }));
        expect(head).to.include({ ContentLength: 100_000, ContentType: "image/png", ETag: made.ETag });
        expect(Math.abs(Date.now() - Number(head.LastModified))).to.be.lessThan(60_000);
    });

    it("tells what is not there", async () => {
        expect(await faultOf(get("none"))).to.equal("404 NoSuchKey");
        expect(await faultOf(it_.s3.send(new s3.HeadObjectCommand({ Bucket, Key: "none" })))).to.match(/^404/);
        await it_.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "none" }));
        await put("empty", "");
        expect(await text("empty")).to.equal("");
    });

    it("gives ranges", async () => {
        await put("k", "0123456789");
        expect(await text("k", { Range: "bytes=2-4" })).to.equal("234");
        expect(await text("k", { Range: "bytes=7-" })).to.equal("789");
        expect(await text("k", { Range: "bytes=-3" })).to.equal("789");
        expect(await text("k", { Range: "bytes=5-500" })).to.equal("56789");
        expect(await text("k", { Range: "bytes=4-2" })).to.equal("0123456789");
        expect((await get("k", { Range: "bytes=2-4" })).ContentRange).to.equal("bytes 2-4/10");
        expect(await faultOf(get("k", { Range: "bytes=10-" }))).to.equal("416 InvalidRange");
        expect(await faultOf(get("k", { Range: "bytes=-0" }))).to.equal("416 InvalidRange");
    });

    it("looks at conditions when reading", async () => {
        const { ETag } = await put("k", "x");
        const [past, future] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
        expect(await text("k", { IfMatch: ETag })).to.equal("x");
        expect(await faultOf(get("k", { IfMatch: '"other"' }))).to.equal("412 PreconditionFailed");
        expect(await faultOf(get("k", { IfNoneMatch: ETag }))).to.match(/^304/);
        expect(await text("k", { IfNoneMatch: '"other"' })).to.equal("x");
        expect(await faultOf(get("k", { IfModifiedSince: future }))).to.match(/^304/);
        expect(await text("k", { IfModifiedSince: past })).to.equal("x");
        expect(await faultOf(get("k", { IfUnmodifiedSince: past }))).to.equal("412 PreconditionFailed");
    });

    it("looks at conditions when writing, also of many at once", async () => {
        const tries = await Promise.all(
            Array.from({ length: 8 }, (_, at) => faultOf(put("k", `${at}`, { IfNoneMatch: "*" }))),
        );
        expect(tries.filter((one) => one === "none")).to.have.length(1);
        expect(tries.filter((one) => one === "412 PreconditionFailed")).to.have.length(7);
        const { ETag } = await get("k");
        const swaps = await Promise.all(
            Array.from({ length: 8 }, (_, at) => faultOf(put("k", `n${at}`, { IfMatch: ETag }))),
        );
        expect(swaps.filter((one) => one === "none")).to.have.length(1);
        expect(await faultOf(put("none", "x", { IfMatch: ETag }))).to.equal("404 NoSuchKey");
    });

    it("lets a request name other headers for the answer", async () => {
        await put("k", "x", { ContentType: "text/plain" });
        const got = await get("k", {
            ResponseContentType: "text/html",
            ResponseContentDisposition: 'attachment; filename="漢"',
        }).catch((error: Error) => error.name);
        expect(got).to.equal("InvalidArgument");
        expect((await get("k", { ResponseContentType: "text/html" })).ContentType).to.equal("text/html");
    });

    for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
        it(`verifies ${algorithm}, as a header and behind a stream, and gives it back`, async () => {
            await put("k", "hello", { ChecksumAlgorithm: algorithm });
            const back = await get("k");
            expect(back[`Checksum${algorithm}`]).to.be.a("string");
            expect(await back.Body?.transformToString()).to.equal("hello");
            const Body = Readable.from([Buffer.from("hel"), Buffer.from("lo")]);
            const streamed = new s3.PutObjectCommand({
                Bucket,
                Key: "s",
                Body,
                ContentLength: 5,
                ChecksumAlgorithm: algorithm,
            });
            await it_.s3.send(streamed);
            expect((await get("s"))[`Checksum${algorithm}`]).to.equal(back[`Checksum${algorithm}`]);
            const wrong = { [`Checksum${algorithm}`]: flip(back[`Checksum${algorithm}`] ?? "") };
            expect(await faultOf(put("k", "other", wrong))).to.equal("400 BadDigest");
            expect(await text("k")).to.equal("hello");
        });
    }

    it("refuses a wrong MD5, and leaves nothing of it", async () => {
        const before = dataFiles();
        expect(await faultOf(put("k", "x", { ContentMD5: "XUFAKrxLKna5cZ2REBfFkg==" }))).to.equal("400 BadDigest");
        expect(await faultOf(put("k", "x", { ContentMD5: "short" }))).to.equal("400 InvalidDigest");
        expect(dataFiles()).to.deep.equal(before);
    });

    it("keeps each key to itself, whatever it is called", async () => {
        const keys = [
            "../../x",
            "..",
            ".",
            "/",
            "//a",
            "/a",
            "a/",
            "a//b",
            "a/../b",
            "%2e%2e",
            "%2e%2e%2fx",
            "nul\u0000nul",
            "line\r\nbreak\t",
            "ü ñ 漢字 😀",
            "a+b c&d=e?f#g;h'i\"j<k>l\\m",
            " ",
            "__proto__",
            "constructor",
            "x".repeat(1024),
        ];
        for (const key of keys) await put(key, `is ${key}`);
        await it_.restart();
        for (const key of keys) expect(await text(key), JSON.stringify(key)).to.equal(`is ${key}`);
        const listed = await it_.s3.send(new s3.ListObjectsV2Command({ Bucket, EncodingType: "url" }));
        const names = listed.Contents?.map(({ Key }) => decodeURIComponent(Key ?? ""));
        expect(names).to.have.members(keys);
        expect(readdirSync(it_.folder)).to.deep.equal([Bucket]);
        for (const name of dataFiles()) expect(name).to.match(/^[0-9a-f]{32}$/);
        expect(await faultOf(put("x".repeat(1025), ""))).to.equal("400 KeyTooLongError");
        expect(await faultOf(put("ü".repeat(513), ""))).to.equal("400 KeyTooLongError");
        const Objects = keys.filter((key) => !key.includes("\u0000")).map((Key) => ({ Key }));
        const gone = await it_.s3.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
        expect(gone.Errors ?? []).to.deep.equal([]);
        expect((await it_.s3.send(new s3.ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(
            keys.length - Objects.length,
        );
    });

    it("copies, with the old metadata or new ones, and between buckets", async () => {
        await put("a b/ü", "x", { ContentType: "text/css", Metadata: { m: "1" } });
        await it_.s3.send(new s3.CreateBucketCommand({ Bucket: "other" }));
        const CopySource = `${Bucket}/${encodeURIComponent("a b/ü")}`;
        const copied = await it_.s3.send(new s3.CopyObjectCommand({ Bucket: "other", Key: "c", CopySource }));
        expect(copied.CopyObjectResult?.ETag).to.be.a("string");
        const change = { MetadataDirective: "REPLACE", ContentType: "text/html", Metadata: { n: "2" } } as const;
        await it_.s3.send(new s3.CopyObjectCommand({ Bucket, Key: "d", CopySource, ...change }));
        await it_.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "a b/ü" }));
        await it_.restart();
        const c = await it_.s3.send(new s3.GetObjectCommand({ Bucket: "other", Key: "c" }));
        expect(c).to.deep.include({ ContentType: "text/css", Metadata: { m: "1" } });
        expect(await c.Body?.transformToString()).to.equal("x");
        expect(await get("d")).to.deep.include({ ContentType: "text/html", Metadata: { n: "2" } });
        expect(await text("d")).to.equal("x");
        const missing = new s3.CopyObjectCommand({ Bucket, Key: "e", CopySource });
        expect(await faultOf(it_.s3.send(missing))).to.equal("404 NoSuchKey");
        const itself = new s3.CopyObjectCommand({ Bucket, Key: "d", CopySource: `${Bucket}/d` });
        expect(await faultOf(it_.s3.send(itself))).to.equal("400 InvalidRequest");
    });

    it("deletes many, each by itself", async () => {
        await Promise.all(Array.from({ length: 50 }, (_, at) => put(`k${at}`, "x")));
        const Objects = Array.from({ length: 49 }, (_, at) => ({ Key: `k${at}` }));
        const { Deleted } = await it_.s3.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
        expect(Deleted).to.have.length(49);
        const quiet = { Objects: [{ Key: "none" }], Quiet: true };
        expect((await it_.s3.send(new s3.DeleteObjectsCommand({ Bucket, Delete: quiet }))).Deleted ?? []).to.deep.equal(
            [],
        );
        const { Contents } = await it_.s3.send(new s3.ListObjectsV2Command({ Bucket }));
        expect(Contents?.map(({ Key }) => Key)).to.deep.equal(["k49"]);
        expect(dataFiles()).to.have.length(1);
    });

    it("says what it does not do", async () => {
        expect(await faultOf(it_.s3.send(new s3.GetObjectAclCommand({ Bucket, Key: "k" })))).to.equal(
            "501 NotImplemented",
        );
        const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
        await put("k", "x");
        const tag = new s3.PutObjectTaggingCommand({ Bucket, Key: "k", Tagging });
        expect(await faultOf(it_.s3.send(tag))).to.equal("501 NotImplemented");
        expect(await text("k")).to.equal("x");
        expect(await faultOf(put("k", "y", { ServerSideEncryption: "aws:kms" }))).to.equal("501 NotImplemented");
        expect(await faultOf(put("k", "y", { ACL: "public-read" }))).to.equal("501 NotImplemented");
        expect(await faultOf(it_.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket })))).to.equal("501 NotImplemented");
    });

    it("keeps serving a reader whose object is replaced meanwhile", async () => {
        const big = Buffer.alloc(8 << 20, 1);
        await put("k", big);
        const { Body } = await get("k");
        await put("k", "new");
        await it_.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "k" }));
        expect((await Body?.transformToByteArray())?.length).to.equal(big.length);
        await new Promise((done) => setTimeout(done, 50));
        expect(dataFiles()).to.have.length(0);
    });

    it("tells each request to the one who counts", async () => {
        await put("k", "x");
        await faultOf(get("none"));
        const told = it_.observed.map(({ bucket, operation, status }) => `${bucket} ${operation} ${status}`);
        expect(told).to.include.members([`${Bucket} PutObject 200`, `${Bucket} GetObject 404`]);
    });

    function dataFiles(): string[] {
        return readdirSync(join(it_.folder, Bucket, "data"));
    }
});

function flip(base64: string): string {
    const bytes = Buffer.from(base64, "base64");
    bytes[0] ^= 1;
    return bytes.toString("base64");
}
