import { expect } from "chai";
import { type Clone, clone } from "../scripts/clone";

describe("The guestbook, deployed from a program of one's own", function () {
    this.timeout(300_000);
    let user: Clone;

    before(() => (user = clone()));
    after(() => user.close());

    it("runs beside the stack of `npm start`, shows its progress, ends with its URL, and goes alone", async () => {
        const local = /^url +(http\S+)$/m.exec(await user.npm("start"))![1]!;
        const said = await user.npm("run", "-s", "embed", "--", "up");
        expect(said).to.match(/Container guestbook-web created/);
        const embed = said.trim().split("\n").at(-1)!;
        expect(embed).to.match(/^http/).and.not.equal(local);

        await sign(embed, "Only here");
        expect(await page(embed)).to.include("Only here");
        expect(await page(local)).to.not.include("Only here");

        const again = await user.npm("run", "-s", "embed", "--", "up");
        expect(again)
            .to.match(/\d+ unchanged/)
            .and.to.not.match(/ (created|updated|replaced|deleted)/);
        expect(again.trim().split("\n").at(-1)).to.equal(embed);

        await user.npm("run", "-s", "embed", "--", "destroy");
        expect(await fetch(embed).catch((error: Error) => error)).to.be.instanceOf(Error);
        expect(await page(local)).to.include("Nobody has signed yet");
        await user.npm("run", "down");
        expect(await user.leftovers()).to.deep.equal([]);
        expect(user.changes()).to.equal("");
    });

    it("names its commands when it gets another", async () => {
        const fault = await user.npm("run", "-s", "embed", "--", "sideways").catch((error: Error) => error);
        expect(String(fault)).to.include(`"sideways" is no command here: use up or destroy`);
    });

    async function page(url: string): Promise<string> {
        return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
    }

    async function sign(url: string, message: string): Promise<void> {
        const body = JSON.stringify({ name: "Ada", message });
        const answer = await fetch(new URL("/api/entries", url), {
            method: "POST",
            body,
            headers: { "content-type": "application/json" },
        });
        expect(answer.status).to.equal(201);
    }
});
