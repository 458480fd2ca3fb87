import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ask, question, stackMeant } from "../../agent/ask";
import { placeOf } from "../../agent/core/place";
import { refusal } from "./harness";

describe("What an operator asks", () => {
    let root: string;
    beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-ask-"))));
    afterEach(() => fs.rmSync(root, { recursive: true }));

    const stacks = (...names: string[]) => {
        for (const name of names) {
            fs.mkdirSync(path.join(root, name), { recursive: true });
            fs.writeFileSync(path.join(root, name, "token"), "");
        }
    };

    it("is a stack, a call, and values that are numbers, truths and texts", () => {
        expect(question(["shop/dev", "logs", "log=web-log", "limit=20", "text=a=b", "all=true", "id=1e3"], "")).to.eql({
            stack: "shop/dev",
            name: "logs",
            body: { log: "web-log", limit: 20, text: "a=b", all: true, id: "1e3" },
        });
        expect(question(["status"], "")).to.eql({ stack: undefined, name: "status", body: {} });
        for (const words of [[], ["id=1"], ["a", "b", "c"]]) expect(() => question(words, "so")).to.throw("so");
    });

    it("is of the only stack, of the one with that name, or of the one that is named whole", () => {
        stacks("shop/dev");
        fs.writeFileSync(path.join(root, "a file"), "");
        expect(stackMeant(undefined, root)).to.equal("shop/dev");
        stacks("shop/prod", "blog/prod");
        expect(stackMeant("dev", root)).to.equal("shop/dev");
        expect(stackMeant("other/one", root)).to.equal("other/one");
    });

    it("of what there is not, or is more than one, is answered with those that there are", () => {
        expect(() => stackMeant(undefined, root)).to.throw(
            `There is no stack on this machine: there are none in ${root}.`,
        );
        stacks("shop/prod", "blog/prod");
        expect(() => stackMeant("dev", root)).to.throw(
            "There is no stack dev on this machine: there are blog/prod, shop/prod.",
        );
        for (const name of [undefined, "prod"])
            expect(() => stackMeant(name, root)).to.throw(
                "Say which stack is meant, as <project>/<stack>: there are blog/prod, shop/prod.",
            );
    });

    it("where nothing runs, is answered with the command that brings it up", async () => {
        const asked = question(["status"], "");
        const none = await refusal(ask(placeOf("shop/dev", root), asked, "`pulumi up`"));
        expect(none.message).to.match(/^There is no agent of shop\/dev .* `pulumi up` deploys it\.$/);
        stacks("shop/dev");
        const ended = await refusal(ask(placeOf("shop/dev", root), asked, "`pulumi up`"));
        expect(ended.message).to.match(/shop\/dev.*: `pulumi up` brings it up\.$/);
    });
});
