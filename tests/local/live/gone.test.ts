// What has lost its data on the disk: a refresh forgets it, and an up makes it anew, from its backups where it has them.
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { Blob, Database, KV } from "../../../components";
import { refusal } from "../../agent/harness";
import { sql } from "../../database/harness";
import { type Live, live } from "./support";

describe("what has lost its data", function () {
    this.timeout(240_000);
    let stack: Live;
    let from: string | undefined;

    before(async () => {
        stack = await live(async () => {
            const words = new Database("words", {
                engine: "postgres",
                ...(from !== undefined && { restore: { from } }),
            });
            new KV("carts");
            new Blob("files");
            return { url: words.nodes.local!.database!.url };
        });
    });
    after(() => stack.close());

    it("is named by an up, forgotten by a refresh, and made anew, a database from its backups", async () => {
        const { outputs } = await stack.up();
        await sql(outputs.url.value as string, "create table words (word text); insert into words values ('kept')");
        await stack.ask("backupNow", { id: "words" });
        const folder = path.join(stack.agent.place.folder, "data");
        await stack.agent.killBoth();
        fs.rmSync(path.join(folder, "database", "words", "data"), { recursive: true });
        for (const kind of ["kv", "blob"]) fs.rmSync(path.join(folder, kind), { recursive: true });

        const { message } = await refusal(stack.up());
        expect(message).to.match(/Database words: its data is gone from .*: \{ from: "words" \} to make it anew/s);
        const { resourceChanges } = (await stack.stack.refresh()).summary;
        expect(resourceChanges?.delete).to.equal(3);
        from = "words";
        const { outputs: anew } = await stack.up();
        expect(await sql(anew.url.value as string, "select word from words")).to.deep.equal([{ word: "kept" }]);
        await stack.unchanged();
    });
});
