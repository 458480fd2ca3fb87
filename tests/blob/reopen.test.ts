import { expect } from "chai";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { BucketStore } from "../../agent/blob/bucket-store";
import { type Change } from "../../agent/blob/records";

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
        const store = await BucketStore.open("files", folder);
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
});
