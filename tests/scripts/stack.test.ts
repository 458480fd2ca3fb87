import { expect } from "chai";
import { type Clone, clone } from "./clone";

describe("npm run pulumi, in a fresh clone", function () {
    this.timeout(300_000);
    let user: Clone;
    before(() => (user = clone()));
    after(() => user.close());
    const pulumi = async (...args: string[]) => (await user.npm("run", "-s", "pulumi", "--", ...args)).trim();

    it("means the stack `local`, where no other one is named or selected", async () => {
        await pulumi("config", "set", "guestbook:title", "Ours");
        expect(await pulumi("config", "get", "guestbook:title")).to.equal("Ours");
        expect(user.changes()).to.equal("M stacks/Pulumi.local.yaml");
        await pulumi("stack", "init", "other");
        await pulumi("config", "set", "guestbook:title", "Theirs");
        expect(await pulumi("config", "get", "guestbook:title"), "the one that is selected").to.equal("Theirs");
        expect(await pulumi("config", "get", "guestbook:title", "--stack", "local")).to.equal("Ours");
    });

    it("makes no stack for what needs none", async () => {
        await pulumi("stack", "rm", "--yes", "--force", "local");
        await pulumi("stack", "rm", "--yes", "other");
        const fault = await pulumi("stack", "output").catch((error: Error) => error);
        expect(fault).to.be.instanceOf(Error);
        expect(await pulumi("stack", "ls", "--json")).to.equal("[]");
    });
});
