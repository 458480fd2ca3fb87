import { expect } from "chai";
import { lacks as aws } from "../../providers/aws/lacks";
import { lacks as gcp } from "../../providers/gcp/lacks";

describe("AWS and GCP side by side", () => {
    const lines = (lacks: object) =>
        Object.entries(lacks).flatMap(([service, gaps]) =>
            Object.keys(gaps as object).map((argument) => `${service}.${argument}`),
        );

    // The second cloud is always the half-done one, unless somebody counts. Where only one of them lacks an argument, it
    // is one that the other has by the nature of its service.
    it("lack no more than five arguments together", () => {
        const all = [...new Set([...lines(aws), ...lines(gcp)])].sort();
        expect(all).to.deep.equal(["database.size=serverless", "secret.rotation", "vm.scale.requests"]);
    });
});
