import { expect } from "chai";
import { lastLines } from "../../agent/process/tail";

describe("process/tail", () => {
    const calls = (count: number) => Array.from({ length: count }, (_, index) => `    at call${index} (index.js:1:1)`);

    it("keeps the message above a long stack trace, and what comes after it", () => {
        const wrote = ["starting", "Error: STRIPE_KEY is not set", ...calls(30), "  code: 'ERR'", "Node.js v20"];
        expect(lastLines(wrote, 6)).to.deep.equal([
            "Error: STRIPE_KEY is not set",
            ...calls(2),
            "    …",
            "  code: 'ERR'",
            "Node.js v20",
        ]);
    });

    it("leaves other lines, and short traces, as they are", () => {
        const wrote = ["Error: one", ...calls(2), "Error: two", ...calls(1)];
        expect(lastLines(wrote, 20)).to.deep.equal(wrote);
        expect(lastLines(wrote, 2)).to.deep.equal(["Error: two", ...calls(1)]);
    });
});
