import { expect } from "chai";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { discard, sweepDiscarded } from "../../agent/process/discard";
import { type TestHost, testHost } from "./host";

describe("process/discard", () => {
    let host: TestHost;
    let folder: string;
    beforeEach(() => {
        host = testHost();
        folder = host.folder("data");
    });
    afterEach(() => host.clean());

    const tree = (name: string, files: number): string => {
        const top = join(folder, name);
        mkdirSync(join(top, "in", "deep"), { recursive: true });
        for (let file = 0; file < files; file++) writeFileSync(join(top, "in", "deep", String(file)), "");
        chmodSync(join(top, "in"), 0o555);
        return top;
    };

    it("is over at once for who looks, and lets others run while files are removed", async () => {
        const top = tree("large", 3000);
        let turns = 0;
        const timer = setInterval(() => turns++, 1);
        const removed = discard(host, top);
        expect(existsSync(top)).to.equal(false);
        mkdirSync(top); // its name is free
        await removed;
        clearInterval(timer);
        expect(readdirSync(folder)).to.deep.equal(["large"]);
        expect(turns).to.be.greaterThan(5);
        await discard(host, join(folder, "none"));
        expect(host.reports).to.deep.equal([]);
    });

    it("is taken up again by the next one, when one was killed meanwhile", async () => {
        const first = discard(host, tree("a", 500));
        const [left] = readdirSync(folder);
        expect(left).to.match(/^\.gone-/);
        tree("b", 1);
        await sweepDiscarded(host, folder);
        expect(readdirSync(folder)).to.deep.equal(["b"]);
        await first; // it finds that another one has taken over
        expect(host.reports).to.deep.equal([]);
    });
});
