// What every driver of key-values must do.
import { expect } from "chai";
import { RuntimeError } from "../../runtime/errors";
import { type KV } from "../../runtime/kv";

export interface KvHarness {
    /** A name for the report. */
    readonly name: string;
    /** An empty store with a ttl, and without or with a sort key. */
    open(sorted: boolean): Promise<KV>;
    /** A store which is not there. */
    openMissing(): Promise<KV>;
    /** A store which the credentials do not reach. */
    openDenied(): Promise<KV>;
    close(): Promise<void>;
}

export function conformKV(harness: KvHarness): void {
    describe(`key-values: ${harness.name}`, () => {
        let kv: KV;
        let sorted: KV;
        before(async () => {
            kv = await harness.open(false);
            sorted = await harness.open(true);
        });
        after(() => harness.close());

        it("gives back what was put, whatever JSON holds", async () => {
            const values = [
                0,
                -1.5,
                1e300,
                -1e-300,
                5e-324,
                2 ** 53,
                "",
                "text",
                true,
                null,
                [],
                [[1], { a: [null] }],
                { __proto: 1, ü: "ß\u{1f600}" },
            ];
            for (const value of values) {
                await kv.put("value", value);
                expect((await kv.get("value"))?.value).to.deep.equal(value);
            }
            expect(await kv.get("none")).to.equal(undefined);
            for (const bad of [undefined, NaN, Infinity, () => 1])
                expect(await codeOf(kv.put("bad", bad))).to.equal("Invalid");
            expect(await codeOf(kv.put("bad", "x".repeat(400_000)))).to.equal("Invalid");
            await kv.put("large", "x".repeat(350_000));
            expect((await kv.get<string>("large"))?.value.length).to.equal(350_000);
        });

        it("takes keys of any text, up to their limit", async () => {
            for (const key of ["a/b", " ", "ü\u{1f600}", "#:{}", "k".repeat(1024)]) {
                await kv.put(key, key);
                expect((await kv.get(key))?.value).to.equal(key);
                expect((await kv.get(key))?.key).to.equal(key);
            }
            for (const bad of ["", "k".repeat(1025), "ü".repeat(513)])
                expect(await codeOf(kv.get(bad))).to.equal("Invalid");
            expect(await codeOf(kv.get({ partition: "a", sort: "b" }))).to.equal("Invalid");
            expect(await codeOf(sorted.get("a"))).to.equal("Invalid");
        });

        it("deletes, also what is not there", async () => {
            await kv.put("gone", 1);
            await kv.delete("gone");
            await kv.delete("gone");
            expect(await kv.get("gone")).to.equal(undefined);
        });

        it("makes only what is absent, if asked to", async () => {
            const version = await kv.put("new", 1, { ifAbsent: true });
            expect(await codeOf(kv.put("new", 2, { ifAbsent: true }))).to.equal("AlreadyExists");
            expect(await kv.get("new")).to.include({ value: 1, version });
            const racers = Array.from({ length: 12 }, (_, n) =>
                kv.put("race", n, { ifAbsent: true }).then(
                    () => n,
                    () => undefined,
                ),
            );
            const winners = (await Promise.all(racers)).filter((n) => n !== undefined);
            expect(winners.length).to.equal(1);
            expect((await kv.get("race"))?.value).to.equal(winners[0]);
        });

        it("replaces and deletes one version only, if asked to", async () => {
            const first = await kv.put("v", 1);
            const second = await kv.put("v", 2, { ifVersion: first });
            expect(second).to.not.equal(first);
            expect(await codeOf(kv.put("v", 3, { ifVersion: first }))).to.equal("Conflict");
            expect(await codeOf(kv.delete("v", { ifVersion: first }))).to.equal("Conflict");
            await kv.increment("v");
            expect(await codeOf(kv.put("v", 3, { ifVersion: second }))).to.equal("Conflict");
            await kv.delete("v", { ifVersion: (await kv.get("v"))?.version });
            expect(await codeOf(kv.put("v", 3, { ifVersion: second }))).to.equal("Conflict");
            await kv.put("v", 1);
            expect(await codeOf(kv.put("v", 3, { ifVersion: first }))).to.equal("Conflict");
            expect(await codeOf(kv.put("v", 3, { ifVersion: first, ifAbsent: true }))).to.equal("Invalid");
        });

        it("counts each increment, however many come at once", async () => {
            const sums = await Promise.all(Array.from({ length: 50 }, () => kv.increment("count")));
            expect([...sums].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, n) => n + 1));
            expect(await kv.increment("count", -60)).to.equal(-10);
            await kv.put("count", 0.5);
            expect(await kv.increment("count", 2)).to.equal(2.5);
            expect(await codeOf(kv.increment("count", 0.5))).to.equal("Invalid");
            await kv.put("words", "text");
            expect(await codeOf(kv.increment("words"))).to.equal("Invalid");
        });

        it("never gives back what has expired", async () => {
            const before = Date.now();
            await kv.put("brief", 1, { ttl: 1 });
            await kv.put("brief/count", 7, { ttl: 1 });
            const version = await kv.put("brief/replaced", 1, { ttl: 1 });
            await kv.put("long", 1, { ttl: 3600 });
            await kv.put("brief/stays", 1, { ttl: 1 });
            await kv.put("brief/stays", 2);
            expect((await kv.get("brief"))?.expires).to.be.within(before + 1000, before + 3500);
            await new Promise((resolve) => setTimeout(resolve, 2100));
            expect(await kv.get("brief")).to.equal(undefined);
            expect(await keys(kv.list({ prefix: "brief" }))).to.deep.equal(["brief/stays"]);
            expect(await kv.increment("brief/count")).to.equal(1);
            expect((await kv.get("brief/count"))?.expires).to.equal(undefined);
            expect(await codeOf(kv.put("brief/replaced", 2, { ifVersion: version }))).to.equal("Conflict");
            await kv.put("brief/replaced", 2, { ifAbsent: true });
            expect((await kv.get("long"))?.value).to.equal(1);
            for (const ttl of [0, -1, NaN]) expect(await codeOf(kv.put("long", 1, { ttl }))).to.equal("Invalid");
        });

        it("lists by prefix, in order of UTF-8", async () => {
            const names = ["l/\u{1f600}", "l/\uffee", "l/b", "l/a/1", "l/a", "l/B", "m"];
            for (const name of names) await kv.put(name, name);
            expect(await keys(kv.list({ prefix: "l/" }))).to.deep.equal([
                "l/B",
                "l/a",
                "l/a/1",
                "l/b",
                "l/\uffee",
                "l/\u{1f600}",
            ]);
            expect((await keys(kv.list())).length).to.be.greaterThan(names.length);
            expect(await codeOf(keys(kv.list({ partition: "l" })))).to.equal("Invalid");
        });

        it("lists a partition by prefix of its sort keys", async () => {
            for (const sort of ["b", "a/2", "a/10", "a/1", "c"]) await sorted.put({ partition: "p", sort }, sort);
            await sorted.put({ partition: "pa", sort: "a/0" }, 1);
            const all = await keys(sorted.list({ partition: "p" }));
            expect(all).to.deep.equal(["a/1", "a/10", "a/2", "b", "c"].map((sort) => ({ partition: "p", sort })));
            expect((await keys(sorted.list({ partition: "p", prefix: "a/" }))).length).to.equal(3);
            expect(await keys(sorted.list({ partition: "q" }))).to.deep.equal([]);
            expect(await codeOf(keys(sorted.list()))).to.equal("Invalid");
            await sorted.delete({ partition: "p", sort: "b" });
            expect(await sorted.get({ partition: "p", sort: "b" })).to.equal(undefined);
            expect(await sorted.increment({ partition: "p", sort: "n" }, 3)).to.equal(3);
        });

        it("lists more than one page", async () => {
            await Promise.all(
                Array.from({ length: 12 }, (_, n) =>
                    sorted.put({ partition: "big", sort: `${10 + n}` }, "x".repeat(200_000)),
                ),
            );
            expect((await keys(sorted.list({ partition: "big" }))).length).to.equal(12);
        });

        it("says what went wrong by its code", async () => {
            expect(await codeOf((await harness.openMissing()).get("x"))).to.equal("NotFound");
            expect(await codeOf((await harness.openDenied()).get("x"))).to.equal("Denied");
        });
    });
}

async function keys(entries: AsyncIterable<{ key: unknown }>): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const { key } of entries) found.push(key);
    return found;
}

async function codeOf(task: Promise<unknown>): Promise<string> {
    try {
        await task;
    } catch (error) {
        expect(error).to.be.instanceOf(RuntimeError);
        return (error as RuntimeError).code;
    }
    return "done";
}
