import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { patiently, tried } from "../../providers/gcp/google-api";
import { run } from "../support/mocks";

/** Asks somebody who answers so, one after the other. */
async function asked(answers: readonly (number | string | Error)[]) {
    let times = 0;
    const ask = () => {
        const next = answers[Math.min(times++, answers.length - 1)];
        if (next instanceof Error) return Promise.reject(next);
        return Promise.resolve(typeof next === "number" ? { status: next, text: "" } : { status: 403, text: next });
    };
    const answer = await patiently(ask, 0).catch((error: Error) => error);
    return { times, answer: answer instanceof Error ? answer.message : answer.status };
}

describe("What Google is asked without a resource", () => {
    const cut = new TypeError("fetch failed");

    it("is asked again while Google is busy, or the connection was cut", async () => {
        expect(await asked([cut, 503, 429, 200])).to.deep.equal({ times: 4, answer: 200 });
    });

    it("is asked once when it was answered, also with a refusal", async () => {
        for (const status of [200, 403, 404, 409])
            expect(await asked([status])).to.deep.equal({ times: 1, answer: status });
        expect(await asked([new Error("timed out")])).to.deep.equal({ times: 1, answer: "timed out" });
    });

    it("is asked again while Google spreads the word of a grant, which a preview does not wait for", async () => {
        const denied = "Permission denied on Cloud KMS key. Please ensure that the service agent has been authorized";
        const deployed = await run({}, () => asked([...Array<string>(7).fill(denied), 200]));
        expect(deployed.result).to.deep.equal({ times: 8, answer: 200 });
        expect((await run({}, () => asked([denied]))).result, "not for ever").to.deep.equal({ times: 25, answer: 403 });
        const previewed = await run({ preview: true }, () => asked([denied]));
        expect(previewed.result).to.deep.equal({ times: 1, answer: 403 });
    });

    it("is given up after five times, with the last answer", async () => {
        expect(await asked([503])).to.deep.equal({ times: 5, answer: 503 });
        expect(await asked([cut])).to.deep.equal({ times: 5, answer: "fetch failed" });
    });

    it("is told in a preview, which goes on; a deployment fails, and so does what is no refusal", async () => {
        const asked = (preview: boolean, error: Error) =>
            run({ preview }, () => tried<string>(() => Promise.reject(error))).then(
                ({ result }) => result,
                (thrown: Error) => thrown.message,
            );
        expect(await asked(true, new pulumi.RunError("no"))).to.equal(pulumi.unknown);
        expect(await asked(false, new pulumi.RunError("no"))).to.equal("no");
        expect(await asked(true, new TypeError("wrong"))).to.equal("wrong");
    });
});
