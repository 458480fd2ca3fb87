import { expect } from "chai";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { BucketStore } from "../../agent/blob/bucket-store";
import { expire } from "../../agent/blob/lifecycle";
import { compareKeys, SortedKeys } from "../../agent/blob/order";
import { faultOf, fixture, type Fixture } from "./support";

const Bucket = "things";
const DAY = 24 * 60 * 60 * 1000;

describe("S3: lists, versions and lifecycle", () => {
    let it_: Fixture;
    const put = (Key: string, Body = "x") => it_.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
    const list = (more: Partial<s3.ListObjectsV2CommandInput> = {}) =>
        it_.s3.send(new s3.ListObjectsV2Command({ Bucket, ...more }));
    const names = ({ Contents }: { Contents?: { Key?: string }[] }) => (Contents ?? []).map(({ Key }) => Key);
    const enable = (Status: "Enabled" | "Suspended") =>
        it_.s3.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

    before(async () => {
        it_ = await fixture();
    });

    beforeEach(async () => {
        await it_.s3.send(new s3.CreateBucketCommand({ Bucket }));
    });

    afterEach(() => it_.store.remove(Bucket, { force: true }));

    after(async () => {
        await it_.end();
        expect(it_.reports).to.deep.equal([]);
    });

    it("lists by the order of UTF-8", async () => {
        const keys = ["a", "A", "ä", "\uffee", "😀", "a/b", "a.b", "aa", "~"];
        await Promise.all(keys.map((key) => put(key)));
        const right = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(right).not.to.deep.equal([...keys].sort());
        expect(names(await list())).to.deep.equal(right);
        expect([...keys].sort(compareKeys)).to.deep.equal(right);
    });

    it("lists by prefix, delimiter and start, in pages", async () => {
        const keys = ["a", "b/1", "b/2", "b/c/3", "b0", "c/1", "d"];
        await Promise.all(keys.map((key) => put(key)));
        const top = await list({ Delimiter: "/" });
        expect(names(top)).to.deep.equal(["a", "b0", "d"]);
        expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).to.deep.equal(["b/", "c/"]);
        const inner = await list({ Delimiter: "/", Prefix: "b/" });
        expect(names(inner)).to.deep.equal(["b/1", "b/2"]);
        expect(inner.CommonPrefixes).to.deep.equal([{ Prefix: "b/c/" }]);
        expect(names(await list({ StartAfter: "b/2" }))).to.deep.equal(["b/c/3", "b0", "c/1", "d"]);
        expect(names(await list({ Prefix: "none" }))).to.deep.equal([]);
        expect(await list({ MaxKeys: 0 })).to.include({ KeyCount: 0, IsTruncated: false });

        for (const MaxKeys of [1, 2, 3, 5]) {
            const seen: (string | undefined)[] = [];
            let ContinuationToken: string | undefined;
            do {
                const page = await list({ Delimiter: "/", MaxKeys, ContinuationToken });
                expect(page.KeyCount).to.be.at.most(MaxKeys);
                seen.push(...names(page), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
                ContinuationToken = page.NextContinuationToken;
            } while (ContinuationToken);
            expect([...seen].sort()).to.deep.equal(["a", "b/", "b0", "c/", "d"]);
        }
        const first = await it_.s3.send(new s3.ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: "/" }));
        expect(first).to.include({ IsTruncated: true, NextMarker: "b/" });
        const rest = await it_.s3.send(new s3.ListObjectsCommand({ Bucket, Delimiter: "/", Marker: "b/" }));
        expect(names(rest)).to.deep.equal(["b0", "d"]);
    });

    it("lists 10000 objects in pages, and finds them after a restart", async () => {
        const bucket = it_.store.bucket(Bucket);
        const keys = Array.from({ length: 10_000 }, (_, at) => `dir${at % 10}/k${String(at).padStart(5, "0")}`);
        const nothing = { size: 0, etag: "d41d8cd98f00b204e9800998ecf8427e", segments: [], headers: {} };
        await Promise.all(keys.map((key) => bucket.put(key, nothing)));
        await it_.restart();
        const seen: (string | undefined)[] = [];
        const began = performance.now();
        for await (const page of s3.paginateListObjectsV2({ client: it_.s3 }, { Bucket })) seen.push(...names(page));
        const paged = performance.now();
        expect(seen).to.deep.equal([...keys].sort());
        const before = performance.now();
        expect((await list({ Delimiter: "/" })).CommonPrefixes).to.have.length(10);
        expect(performance.now() - before, "one page, and not ten").to.be.lessThan(paged - began);
    });

    it("keeps versions, and brings them back", async () => {
        await put("k", "first");
        await enable("Enabled");
        const second = await put("k", "second");
        await put("k", "third");
        const gone = await it_.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "k" }));
        expect(gone).to.include({ DeleteMarker: true });
        expect(names(await list())).to.deep.equal([]);
        expect(await faultOf(it_.s3.send(new s3.GetObjectCommand({ Bucket, Key: "k" })))).to.equal("404 NoSuchKey");
        await it_.restart();

        const all = await it_.s3.send(new s3.ListObjectVersionsCommand({ Bucket }));
        expect(all.Versions?.map(({ Size }) => Size)).to.deep.equal([5, 6, 5]);
        expect(all.Versions?.at(-1)?.VersionId).to.equal("null");
        expect(all.DeleteMarkers).to.have.length(1);
        expect(all.DeleteMarkers?.[0]).to.include({ IsLatest: true, VersionId: gone.VersionId });
        const get = async (VersionId?: string) => {
            const got = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key: "k", VersionId }));
            return got.Body?.transformToString();
        };
        expect(await get(second.VersionId)).to.equal("second");
        expect(await get("null")).to.equal("first");
        expect(await faultOf(get("none"))).to.equal("404 NoSuchVersion");
        expect(await faultOf(get(gone.VersionId))).to.equal("405 MethodNotAllowed");
        await it_.s3.send(new s3.DeleteObjectCommand({ Bucket, Key: "k", VersionId: gone.VersionId }));
        expect(await get()).to.equal("third");

        const pages: (string | undefined)[] = [];
        let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
        await put("l");
        do {
            const page: s3.ListObjectVersionsCommandOutput = await it_.s3.send(
                new s3.ListObjectVersionsCommand({ Bucket, MaxKeys: 1, KeyMarker, VersionIdMarker }),
            );
            pages.push(...(page.Versions ?? []).map(({ Key, Size }) => `${Key}${Size}`));
            [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
        } while (KeyMarker);
        expect(pages).to.deep.equal(["k5", "k6", "k5", "l1"]);

        await enable("Suspended");
        await put("k", "fourth");
        expect(await get("null")).to.equal("fourth");
        const after = await it_.s3.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix: "k" }));
        expect(after.Versions?.map(({ Size }) => Size)).to.deep.equal([6, 5, 6]);
        expect(await it_.s3.send(new s3.GetBucketVersioningCommand({ Bucket }))).to.include({ Status: "Suspended" });
    });

    it("expires objects, old versions and left uploads on their day", async () => {
        const bucket = it_.store.bucket(Bucket);
        const rules = [
            { prefix: "tmp/", expireAfterDays: 2 },
            { prefix: "", expireNoncurrentAfterDays: 5 },
        ];
        await bucket.set({ lifecycle: rules, cors: [] });
        await put("tmp/a");
        await put("keep");
        const { UploadId } = await it_.s3.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "u" }));
        await expire(bucket, Date.now() + 1.99 * DAY);
        expect(names(await list())).to.deep.equal(["keep", "tmp/a"]);
        await expire(bucket, Date.now() + 2.01 * DAY);
        expect(names(await list())).to.deep.equal(["keep"]);
        expect(bucket.state.objects).to.equal(1);

        await enable("Enabled");
        await put("tmp/b");
        await put("keep", "newer");
        await expire(bucket, Date.now() + 2.01 * DAY);
        expect(names(await list())).to.deep.equal(["keep"]);
        expect(bucket.state.objects).to.equal(3);
        await expire(bucket, Date.now() + 5.01 * DAY);
        expect(bucket.state.objects).to.equal(1);
        await expire(bucket, Date.now() + 6.99 * DAY);
        expect([...bucket.state.versions.keys()]).to.deep.equal(["keep"]);
        expect(bucket.state.uploads.has(UploadId ?? "")).to.equal(true);
        await expire(bucket, Date.now() + 7.01 * DAY);
        expect(bucket.state.uploads.size).to.equal(0);
    });

    it("writes its journal anew when most of it is history", async () => {
        const bucket = it_.store.bucket(Bucket);
        const nothing = { size: 0, etag: "", segments: [], headers: {} };
        for (let round = 0; round < 30; round++) {
            await Promise.all(
                Array.from({ length: 100 }, (_, at) => bucket.put(`k${at}`, { ...nothing, etag: `${round}` })),
            );
        }
        const lines = readFileSync(join(it_.folder, Bucket, "journal"), "utf8").split("\n").length;
        expect(lines).to.be.lessThan(2500);
        await it_.restart();
        const { state } = it_.store.bucket(Bucket);
        expect(state.objects).to.equal(100);
        expect(state.current("k7")?.etag).to.equal("29");
    });

    it("drops a journal's torn tail, and does not begin with one that is damaged in its midst", async () => {
        await put("a");
        await put("b");
        const path = join(it_.folder, Bucket, "journal");
        const { size } = statSync(path);
        await it_.store.close();
        appendFileSync(path, "00000000 {torn");
        const folder = join(it_.folder, Bucket);
        const lines: string[] = [];
        const open = () => BucketStore.open(Bucket, folder, (line) => lines.push(line));
        const opened = await open();
        expect(opened.state.objects).to.equal(2);
        await opened.close();
        expect(statSync(path).size).to.equal(size);
        expect(lines).to.have.length(1);
        expect(lines[0]).to.match(/^Bucket things: the end of its journal could not be read, and is dropped: .*broken/);
        expect(readFileSync(`${path}.broken`, "utf8")).to.equal("00000000 {torn");
        const whole = readFileSync(path, "utf8");
        writeFileSync(path, whole.replace('"a"', '"z"'));
        const fault = await open().catch((error: Error) => error.message);
        expect(fault).to.match(/line 1 is damaged/);
        writeFileSync(path, whole);
        await it_.restart();
    });
});

describe("SortedKeys", () => {
    it("keeps what was appended and added in order", () => {
        const keys = new SortedKeys();
        for (const key of ["c", "a", "e"]) keys.append(key);
        for (const key of ["b", "d"]) keys.add(key);
        keys.delete("c");
        expect([0, 1, 2, 3, 4].map((at) => keys.at(at))).to.deep.equal(["a", "b", "d", "e", undefined]);
    });
});
