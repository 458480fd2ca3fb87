import { expect } from "chai";
import { stale } from "../scripts/docs";

describe("documents", () => {
    it("are what the source makes: run `npm run docs`", async () => {
        expect(await stale()).to.deep.equal([]);
    });
});
