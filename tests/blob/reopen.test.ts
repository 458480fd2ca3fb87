import { expect } from "chai";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { BucketStore } from "../../agent/blob/bucket-store";
import { type Change } from "../../agent/blob/records";
import { BucketState } from "../../agent/blob/state";

describe("blob/reopen", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mvi-blob-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    // The agent opens its buckets when it starts, and the balancer waits: a journal may not take longer than its length.
    it("opens a long journal of puts and deletes in turn, and lets others run meanwhile", async function () {
        this.timeout(120_000);
        const count = 8_000;
        const lines: string[] = [];
        const write = (change: Change): void => {
            const text = JSON.stringify(change);
            lines.push(`${crc32(text).toString(16).padStart(8, "0")} ${text}\n`);
        };
        const version = { id: "null", time: 1, size: 0, etag: "", segments: [], headers: {} };
        const keys: string[] = [];
        for (let number = 0; number < count; number++) {
            const key = createHash("md5").update(String(number)).digest("hex");
            keys.push(key);
            write({ do: "put", key, version });
            write({ do: "put", key: `draft/${key}`, version });
            write({ do: "delete", key: `draft/${key}`, id: "null" });
        }
        const versions = 2_500;
        for (let number = 0; number < versions; number++) {
            write({ do: "put", key: "versions", version: { ...version, id: String(number) } });
        }
        mkdirSync(join(folder, "data"));
        writeFileSync(join(folder, "journal"), lines.join(""));

        let turns = 0;
        const timer = setInterval(() => turns++, 1);
        const started = performance.now();
        const store = await BucketStore.open("files", folder, (line) => expect.fail(line));
        const ms = performance.now() - started;
        clearInterval(timer);
        expect(ms, "milliseconds").to.be.lessThan(5_000);
        expect(turns).to.be.greaterThan(3);
        const { state } = store;
        expect(state.objects).to.equal(count + versions);
        const ordered = Array.from({ length: count }, (_, index) => state.keys.at(state.keys.indexOf(keys[index])));
        expect(ordered).to.deep.equal(keys);
        expect(state.keys.at(0)).to.equal([...keys].sort()[0]);
        expect(state.keys.at(count)).to.equal("versions");
        expect(state.keys.at(count + 1)).to.equal(undefined);
        await store.close();
    });

    // What an app writes again and again under one name in a versioned bucket: its latest report, a counter.
    it("takes 30,000 versions of one key, and deletes them, each in a time that hardly grows with their number", () => {
        const state = new BucketState();
        state.ready();
        const version = { time: 1, size: 1, etag: "", headers: {} };
        const ids = Array.from({ length: 30_000 }, (_, index) => String(index));
        const before = process.cpuUsage();
        for (const id of ids)
            state.apply({ do: "put", key: "a", version: { ...version, id, segments: [{ file: id, size: 1 }] } });
        expect(state.versions.get("a")?.map(({ id }) => id)).to.deep.equal([...ids].reverse());
        expect([state.objects, state.bytes, state.unused.length]).to.deep.equal([30_000, 30_000, 0]);
        for (const id of ["no such", ...ids.slice(1).reverse()]) state.apply({ do: "delete", key: "a", id });
        expect(state.versions.get("a")?.map(({ id }) => id)).to.deep.equal(["0"]);
        expect([state.objects, state.bytes, state.unused.length]).to.deep.equal([1, 1, 29_999]);
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1e6, "seconds of a processor").to.be.lessThan(5);
    });
});
