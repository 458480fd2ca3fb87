import { expect } from "chai";
import { openKinds } from "../../plugin/kinds";
import { tokenOf } from "../../plugin/names";

describe("kinds in the provider", () => {
    it("are all there without an agent, by their own names, what is used before what uses it", () => {
        const kinds = openKinds();
        const order = [
            "Key",
            "Secret",
            "Metric",
            "Bucket",
            "Log",
            "Table",
            "Database",
            "Image",
            "Container",
            "Machine",
            "Balancer",
            "Job",
            "Alarm",
        ];
        expect(kinds.names.filter((name) => order.includes(name))).to.deep.equal(order);
        for (const name of kinds.names) {
            const { name: own, replaceOn, secrets } = kinds.ofToken(tokenOf(name));
            expect(own).to.equal(name);
            expect([...replaceOn, ...secrets], name).to.satisfy((names: unknown[]) =>
                names.every((each) => typeof each === "string"),
            );
        }
    });

    it("are refused by name when there is none such", () => {
        expect(() => openKinds().ofToken("mvi-local:index:Nonsense")).to.throw(
            /Nonsense: no such kind of resource; there are .*Bucket/,
        );
        expect(() => openKinds().ofToken("aws:s3:Bucket")).to.throw(/expected mvi-local:index:<Kind>/);
    });
});
