import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { openBlob, type Blob, type BlobEntry } from "../../runtime/blob";
import { RuntimeError, type ErrorCode } from "../../runtime/errors";

/** BlobHarness lends the suite a real service. */
export interface BlobHarness {
    readonly name: string;
    /** The URL of an empty place, with a query, and of one that does not exist. */
    start(): Promise<{ url: string; absent: string }>;
    /** Opens the place as one who may only read. */
    openReader(): Promise<Blob>;
    end(): Promise<void>;
}

/** What openBlob promises, whatever the service behind it. */
export function conformBlob(harness: BlobHarness): void {
    describe(`openBlob on ${harness.name}`, () => {
        let urls: { url: string; absent: string };
        let blob: Blob;

        before(async () => {
            urls = await harness.start();
            blob = await openBlob(urls.url);
        });

        afterEach(async () => {
            for await (const { key } of blob.list()) await blob.delete(key);
        });

        after(async () => {
            blob.close();
            await harness.end();
        });

        it("gives back bytes, text and streams", async () => {
            const bytes = randomBytes(100_000);
            await blob.put("bytes", bytes);
            await blob.put("text", "grüße 😀");
            await blob.put("stream", Readable.from([Buffer.from("in "), Buffer.from("pieces")]));
            await blob.put("web", new Response("web stream").body as AsyncIterable<Uint8Array>);
            await blob.put("empty", "");
            await blob.put("nothing", Readable.from([]));
            expect(Buffer.from((await blob.get("bytes")) ?? []).equals(bytes)).to.equal(true);
            expect(await blob.getText("text")).to.equal("grüße 😀");
            expect(await blob.getText("stream")).to.equal("in pieces");
            expect(await blob.getText("web")).to.equal("web stream");
            expect(await blob.get("empty")).to.deep.equal(new Uint8Array());
            expect(await blob.get("nothing")).to.deep.equal(new Uint8Array());
            await blob.put("text", "replaced");
            expect(await blob.getText("text")).to.equal("replaced");
        });

        it("takes streams that are longer than one part", async () => {
            const piece = randomBytes(1 << 20);
            await blob.put("long", Readable.from(Array.from({ length: 18 }, () => piece)), { contentType: "x/y" });
            expect(await blob.attributes("long")).to.include({ size: 18 << 20, contentType: "x/y" });
            const back = Buffer.from((await blob.get("long")) ?? []);
            expect(back.equals(Buffer.concat(Array.from({ length: 18 }, () => piece)))).to.equal(true);
        });

        it("keeps nothing of a stream that fails", async () => {
            async function* broken() {
                for (let count = 0; count < 20; count++) yield Buffer.alloc(1 << 20);
                throw new Error("the source broke");
            }
            const fault = await blob.put("broken", broken()).catch((error: unknown) => error);
            expect(fault).to.be.instanceOf(RuntimeError).with.property("message").that.contains("the source broke");
            expect(await blob.exists("broken")).to.equal(false);
        });

        it("says that there is nothing", async () => {
            expect(await blob.get("none")).to.equal(undefined);
            expect(await blob.getText("none")).to.equal(undefined);
            expect(await blob.attributes("none")).to.equal(undefined);
            expect(await blob.exists("none")).to.equal(false);
            await blob.delete("none");
            expect(await codeOf(blob.stream("none"))).to.equal("NotFound");
            expect(await codeOf(blob.copy("none", "to"))).to.equal("NotFound");
        });

        it("keeps what is said of an object", async () => {
            const before = Date.now();
            await blob.put("k", "body", {
                contentType: "text/css",
                cacheControl: "max-age=9",
                metadata: { "a-b": "c d" },
            });
            const { modified, etag, ...rest } = (await blob.attributes("k")) ?? {};
            expect(rest).to.deep.equal({
                size: 4,
                contentType: "text/css",
                cacheControl: "max-age=9",
                metadata: { "a-b": "c d" },
            });
            expect(Math.abs(Number(modified) - before)).to.be.lessThan(60_000);
            await blob.put("k", "other");
            expect((await blob.attributes("k"))?.etag).not.to.equal(etag);
            expect((await blob.attributes("k"))?.contentType).to.equal("text/plain; charset=utf-8");
        });

        it("makes with ifAbsent only what is not there", async () => {
            await blob.put("once", "first", { ifAbsent: true });
            expect(await codeOf(blob.put("once", "second", { ifAbsent: true }))).to.equal("AlreadyExists");
            expect(await blob.getText("once")).to.equal("first");
            const tries = await Promise.all(
                Array.from({ length: 5 }, (_, at) => codeOf(blob.put("race", `${at}`, { ifAbsent: true }))),
            );
            expect(tries.sort()).to.deep.equal([...Array<string>(4).fill("AlreadyExists"), "none"]);
            const long = Readable.from(Array.from({ length: 18 }, () => Buffer.alloc(1 << 20)));
            expect(await codeOf(blob.put("once", long, { ifAbsent: true }))).to.equal("AlreadyExists");
        });

        it("streams a part of an object", async () => {
            await blob.put("k", "0123456789");
            const part = async (start?: number, end?: number) => {
                const pieces: Buffer[] = [];
                for await (const piece of await blob.stream("k", { start, end })) pieces.push(piece as Buffer);
                return Buffer.concat(pieces).toString();
            };
            expect(await part()).to.equal("0123456789");
            expect(await part(3)).to.equal("3456789");
            expect(await part(3, 5)).to.equal("34");
            expect(await part(8, 100)).to.equal("89");
            expect(await codeOf(part(10))).to.equal("Invalid");
            expect(await codeOf(part(5, 5))).to.equal("Invalid");
            expect(await codeOf(part(-1))).to.equal("Invalid");
        });

        it("lists in the order of the keys' bytes, by prefix and as folders", async () => {
            const keys = ["a", "b/1", "b/2", "b/c/3", "\uffee", "😀", "z z+z&z"];
            await Promise.all(keys.map((key) => blob.put(key, key)));
            const right = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
            expect((await all(blob.list())).map(({ key }) => key)).to.deep.equal(right);
            const folded = await all(blob.list({ prefix: "b/", delimiter: "/" }));
            expect(folded.map(({ key, folded: is }) => [key, is])).to.deep.equal([
                ["b/1", false],
                ["b/2", false],
                ["b/c/", true],
            ]);
            expect(folded[0]).to.include({ size: 3 });
            expect(folded[0].modified).to.be.instanceOf(Date);
            expect(await all(blob.list({ prefix: "none" }))).to.deep.equal([]);
        });

        it("lists more than a page", async function () {
            this.timeout(60_000);
            const keys = Array.from({ length: 1010 }, (_, at) => `many/${String(at).padStart(4, "0")}`);
            for (let at = 0; at < keys.length; at += 50) {
                await Promise.all(keys.slice(at, at + 50).map((key) => blob.put(key, "")));
            }
            expect((await all(blob.list({ prefix: "many/" }))).map(({ key }) => key)).to.deep.equal(keys);
        });

        it("takes any key, and no two for one", async () => {
            const keys = [
                "..",
                "../x",
                "/x",
                "x/",
                "a//b",
                "%2e",
                "line\nbreak",
                "ü?&#+ ",
                "__proto__",
                "k".repeat(1024),
            ];
            for (const key of keys) await blob.put(key, `is ${key}`);
            for (const key of keys) expect(await blob.getText(key)).to.equal(`is ${key}`);
            expect((await all(blob.list())).map(({ key }) => key)).to.have.members(keys);
            for (const key of ["", "k".repeat(1025), "\ud800"]) {
                expect(await codeOf(blob.put(key, "x"))).to.equal("Invalid");
                expect(await codeOf(blob.get(key))).to.equal("Invalid");
            }
        });

        it("copies", async () => {
            await blob.put("from ü", "x", { contentType: "text/css", metadata: { a: "b" } });
            await blob.copy("from ü", "to");
            await blob.delete("from ü");
            expect(await blob.getText("to")).to.equal("x");
            expect(await blob.attributes("to")).to.deep.include({ contentType: "text/css", metadata: { a: "b" } });
            expect(await blob.exists("from ü")).to.equal(false);
        });

        it("signs URLs for those who have nothing else", async () => {
            await blob.put("k k", "signed");
            const read = await blob.signedUrl("k k", { expiresIn: 60 });
            expect(await (await fetch(read)).text()).to.equal("signed");
            expect((await fetch(read, { method: "PUT", body: "x" })).ok).to.equal(false);
            const write = await blob.signedUrl("new", { method: "PUT", contentType: "text/html" });
            const put = (type: string) =>
                fetch(write, { method: "PUT", body: "by URL", headers: { "content-type": type } });
            expect((await put("text/plain")).ok).to.equal(false);
            expect((await put("text/html")).ok).to.equal(true);
            expect(await blob.getText("new")).to.equal("by URL");
            expect((await blob.attributes("new"))?.contentType).to.equal("text/html");
            const free = await blob.signedUrl("free", { method: "PUT" });
            expect((await fetch(free, { method: "PUT", body: "any" })).ok).to.equal(true);
            for (const expiresIn of [0, -1, 0.5, 604_801]) {
                expect(await codeOf(blob.signedUrl("k", { expiresIn }))).to.equal("Invalid");
            }
        });

        it("keeps to the prefix in its URL", async () => {
            const inner = await openBlob(`${urls.url}&prefix=${encodeURIComponent("tenant 1/")}`);
            await inner.put("k", "inner");
            await blob.put("k", "outer");
            expect(await inner.getText("k")).to.equal("inner");
            expect(await blob.getText("tenant 1/k")).to.equal("inner");
            await inner.copy("k", "l");
            expect((await all(inner.list())).map(({ key }) => key)).to.deep.equal(["k", "l"]);
            inner.close();
        });

        it("fails by code", async () => {
            const absent = await openBlob(urls.absent);
            expect(await codeOf(absent.get("k"))).to.be.oneOf(["NotFound", "Denied"]);
            expect(await codeOf(all(absent.list()))).to.be.oneOf(["NotFound", "Denied"]);
            const reader = await harness.openReader();
            await blob.put("k", "x");
            expect(await reader.getText("k")).to.equal("x");
            const fault = await reader.put("k", "y").catch((error: unknown) => error as RuntimeError);
            expect(fault).to.be.instanceOf(RuntimeError).with.property("code", "Denied");
            expect(fault).to.have.property("message").that.contains("/k: put: ");
            expect(fault).to.have.property("cause").that.is.instanceOf(Error);
            expect(await codeOf(reader.delete("k"))).to.equal("Denied");
            absent.close();
            reader.close();
        });
    });
}

async function all(list: AsyncIterable<BlobEntry>): Promise<BlobEntry[]> {
    const entries: BlobEntry[] = [];
    for await (const entry of list) entries.push(entry);
    return entries;
}

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | "none"> {
    try {
        await promise;
        return "none";
    } catch (error) {
        if (error instanceof RuntimeError) return error.code;
        throw error;
    }
}
