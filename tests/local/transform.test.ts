import { expect } from "chai";
import { Blob, KV } from "../../components";
import { Mistake } from "../../components/fault";
import { run } from "../support/mocks";
import { outputs } from "./computed";

describe("a transform on this machine", () => {
    it("changes arguments, also those that a driver does not give", async () => {
        const { made } = await run({ config: { "mvi:cloud": "local" }, outputs }, () => {
            new Blob("uploads", { transform: { local: { bucket: { versioned: false } } } });
            new KV("visits", { transform: { local: { table: { ttl: "until" } } } });
        });
        const of = (kind: string) => made.find(({ type }) => type === `mvi-local:index:${kind}`)?.inputs;
        expect(of("Bucket")).to.include({ versioned: false });
        expect(of("Table")).to.include({ ttl: "until" });
    });

    it("is refused with an argument that the agent's kind does not know", async () => {
        await run({ config: { "mvi:cloud": "local" }, outputs }, () => {
            const slip = { local: { bucket: { versionned: false } } } as object;
            expect(() => new Blob("uploads", { transform: slip })).to.throw(
                Mistake,
                /transform\.local\.bucket\.versionned: is not an argument of this child: did you mean "versioned"\?/,
            );
        });
    });
});
