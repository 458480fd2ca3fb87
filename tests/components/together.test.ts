import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { jsonOf, together } from "../../providers/together";
import { run } from "../support/mocks";

interface Internals {
    readonly isKnown: Promise<boolean>;
    readonly isSecret: Promise<boolean>;
    allResources(): Promise<Set<pulumi.Resource>>;
    promise(): Promise<unknown>;
}

/** All that the engine is told of an output. */
async function told(output: pulumi.Output<unknown>): Promise<object> {
    const { isKnown, isSecret, allResources, promise } = output as unknown as Internals;
    const resources = [...(await allResources.call(output))].map((each) => (each as Made).__name).sort();
    return { known: await isKnown, secret: await isSecret, resources, value: await promise.call(output) };
}

class Made extends pulumi.CustomResource {
    declare readonly arn: pulumi.Output<string>;
    constructor(readonly __name: string) {
        super("test:index:Made", __name, { arn: undefined });
    }
}

const outputs = (_: string, name: string) => ({ arn: `arn:${name}` });

describe("outputs at whatever depth", () => {
    for (const preview of [false, true]) {
        it(`come together as with Pulumi's own, ${preview ? "in a preview" : "as it deploys"}`, async () => {
            await run({ outputs, preview }, async () => {
                const [one, other] = [new Made("one"), new Made("other")];
                const values: Record<string, object> = {
                    "no output": { a: [1, "b", null, undefined, true, { c: undefined }] },
                    nothing: [],
                    "one in two places": [one.arn, { deep: [{ deeper: one.arn }] }],
                    "of two resources": { a: { b: { c: [one.arn, pulumi.interpolate`${other.arn}/x`] } }, d: 1 },
                    "a secret": { a: [{ b: pulumi.secret("s") }], c: one.arn },
                    "a promise, and one of an output": { a: Promise.resolve([1]), b: [Promise.resolve(one.arn)] },
                    "lists and objects in outputs": { a: pulumi.output([one.arn, { b: other.arn }]) },
                    "an output of undefined": { a: pulumi.output(undefined), b: [pulumi.output(undefined)] },
                };
                for (const [name, value] of Object.entries(values)) {
                    const [ours, theirs] = [told(together(value)), told(pulumi.output(value))];
                    expect(await ours, name).to.deep.equal(await theirs);
                    const [json, theirJson] = [told(jsonOf(value)), told(pulumi.jsonStringify(value))];
                    expect(await json, `${name}, as JSON`).to.deep.equal(await theirJson);
                }
            });
        });
    }

    it("are not the data's own: what is given is not changed", async () => {
        await run({ outputs }, async () => {
            const value = { a: [pulumi.output(1)], b: { c: 2 } };
            const { a } = value;
            const known = await (together(value) as unknown as Internals).promise();
            expect(known).to.deep.equal({ a: [1], b: { c: 2 } });
            expect(value.a).to.equal(a);
            expect(pulumi.Output.isInstance(value.a[0])).to.equal(true);
        });
    });
});
