import { expect } from "chai";
import { clone } from "./clone";
import { nodeOf } from "./nodes";

describe("A fresh clone, with another Node.js", function () {
    this.timeout(300_000);

    for (const major of [22, 24]) {
        it(`is brought up and taken down with Node ${major}`, async () => {
            const user = clone(await nodeOf(major));
            try {
                const url = /^url +(http\S+)$/m.exec(await user.npm("start"))![1]!;
                expect(await (await fetch(url)).text()).to.include("<h1>Guestbook</h1>");
                expect(await user.npm("exec", "-c", "node --version")).to.match(new RegExp(`^v${major}\\.`, "m"));
                await user.npm("run", "down");
                expect(await user.leftovers()).to.deep.equal([]);
                expect(user.changes()).to.equal("");
            } finally {
                await user.close();
            }
        });
    }
});
