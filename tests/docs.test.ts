import { expect } from "chai";
import { stale } from "../scripts/docs";

describe("documents", () => {
    it("are what the source makes: run `npm run docs`", async function () {
        this.timeout(300_000); // a program on two clouds, three times on each
        expect(await stale()).to.deep.equal([]);
    });
});
