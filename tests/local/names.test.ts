import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { guestbook } from "../../stacks/guestbook";
import { run } from "../support/mocks";
import { outputs } from "./computed";

const saved = path.join(__dirname, "../saved/guestbook.local.json");

describe("names", () => {
    it("stay as they were: a rename would replace what people run, and needs an alias", async () => {
        const { made } = await run({ config: { "mvi:cloud": "local" }, outputs }, () => void guestbook());
        const names = made.map(({ type, name }) => `${type} ${name}`).sort();
        if (process.env.MVI_SAVE_NAMES) fs.writeFileSync(saved, `${JSON.stringify(names, null, 4)}\n`);
        expect(names).to.deep.equal(JSON.parse(fs.readFileSync(saved, "utf8")));
    });
});
