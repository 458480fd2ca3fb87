import { expect } from "chai";
import { outbox } from "../../runtime/metric/cloudwatch-api";
import { keepEnvironment } from "../support/environment";
import { FakeCloudWatch } from "./cloudwatch";

const putBack = keepEnvironment(
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
);

describe("data that CloudWatch does not take", () => {
    const cloud = new FakeCloudWatch();
    let endpoint: string;
    before(async () => {
        endpoint = await cloud.start();
        Object.assign(process.env, {
            AWS_ACCESS_KEY_ID: "x",
            AWS_SECRET_ACCESS_KEY: "x",
            AWS_REGION: "eu-west-1",
            AWS_CONFIG_FILE: "/nonexistent",
            AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
        });
        delete process.env.AWS_DEFAULT_REGION;
    });
    after(async () => {
        await cloud.stop();
        putBack();
    });
    const datum = (MetricName: string) => ({ MetricName, Dimensions: [], Value: 1, Timestamp: new Date() });
    const fault = (sent: Promise<void>) =>
        sent.then(
            () => "none",
            (error: unknown) => error,
        );

    for (const [status, type, code, kept] of [
        [401, "NotAuthorized", "Denied", true],
        [403, "AccessDenied", "Denied", true],
        [400, "ExpiredTokenException", "Denied", true],
        [400, "ThrottlingException", "Unavailable", true],
        [503, "ServiceUnavailable", "Unavailable", true],
        [400, "InvalidParameterValue", "Invalid", false],
    ] as const)
        it(`is ${kept ? "sent with the next" : "not sent again"}, after ${status} ${type}`, async () => {
            const { post, leave } = outbox(`shop/${status}/${type}`, endpoint);
            cloud.refusal = { status, type };
            expect(await fault(post([datum("refused")]))).to.include({
                code,
            });
            cloud.refusal = undefined;
            cloud.data.length = 0;
            await post([datum("next")]);
            expect(cloud.data.map(({ name }) => name)).to.deep.equal(kept ? ["refused", "next"] : ["next"]);
            leave();
        });

    it("is sent with the next, after no answer at all, for which nobody waits longer than SIGTERM lets him", async () => {
        const { post, leave } = outbox("shop/silent", endpoint);
        cloud.silent = true;
        const began = performance.now();
        expect(await fault(post([datum("refused")]))).to.include({ code: "Unavailable" });
        expect(performance.now() - began).to.be.below(8000);
        cloud.silent = false;
        cloud.data.length = 0;
        await post([]);
        expect(cloud.data.map(({ name }) => name)).to.deep.equal(["refused"]);
        leave();
    });

    it("is no matter of time, where the program has no region: it is said so at once, and nothing is kept", async () => {
        delete process.env.AWS_REGION;
        const { post, leave } = outbox("shop", endpoint);
        const failed = await fault(post([datum("refused")]));
        expect(failed).to.include({ code: "Unknown" });
        expect(failed)
            .to.have.property("message")
            .that.matches(/Region is missing/);
        expect(await fault(post([])), "nothing is left to send").to.equal("none");
        leave();
    });
});
