import "../../providers/aws/types"; // what `import "pulumi-mvi/aws"` is
import { expect } from "chai";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as s3 from "@pulumi/aws/s3";
import { Blob, type BlobArgs, Mistake, Network } from "../../components";
import { run } from "../support/mocks";
import { lens } from "./lens";

const program = { config: { "mvi:cloud": "aws" }, ...lens };

describe("The types of children on AWS", () => {
    it("reach each child by its own class, and change it by its own arguments", async () => {
        const { made } = await run(program, () => {
            const blob = new Blob("uploads", {
                transform: {
                    aws: { bucket: { objectLockEnabled: true }, lifecycle: (args) => void (args.rules = []) },
                },
            });
            const bucket: s3.Bucket | undefined = blob.nodes.aws?.bucket;
            const network = new Network("own", {});
            const subnet: ec2.Subnet | undefined = network.nodes.aws?.dataSubnet?.a;
            expect(bucket, "bucket").to.be.an("object");
            expect(subnet, "subnet").to.be.an("object");
        });
        const own = (type: string) => made.find((one) => one.type === type && one.name.startsWith("uploads"))!;
        expect(own("aws:s3/bucket:Bucket").inputs).to.include({ objectLockEnabled: true });
        expect(own("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules).to.deep.equal([]);
    });

    it("do not compile with a wrong key or a wrong argument, which is refused at run time too", async () => {
        await run(program, () => {
            const blob = new Blob("uploads", {});
            // @ts-expect-error -- a Blob has no such child
            expect(blob.nodes.aws?.bukket).to.equal(undefined);
            // @ts-expect-error -- a bucket has no such argument
            const transform: BlobArgs["transform"] = { aws: { bucket: { objectLocked: true } } };
            expect(() => new Blob("wrong", { transform })).to.throw(
                Mistake,
                /^Blob "wrong" cannot be made .*:\n.*transform\.aws\.bucket\.objectLocked: is not an argument of this child: leave it out/,
            );
        });
    });

    it("are changed in place: a function that returns others, or is waited for, is refused", async () => {
        await run(program, () => {
            const bucket = (change: (args: s3.BucketArgs) => unknown) =>
                new Blob("wrong", { transform: { aws: { bucket: (args) => change(args) as void } } });
            for (const change of [(args: object) => ({ ...args, tags: {} }), (): object => ({}), async () => {}])
                expect(() => bucket(change)).to.throw(
                    Mistake,
                    /^Blob "wrong" cannot be made .*:\n.*transform\.aws\.bucket: (returns other arguments, which are not used|is not waited for): change those it is given/,
                );
        });
        const { made } = await run(program, () => {
            const bucket = (name: string, change: (args: s3.BucketArgs) => unknown) =>
                new Blob(name, { transform: { aws: { bucket: (args) => change(args) as void } } });
            bucket("assigned", (args) => (args.tags = { by: "hand" }));
            bucket("merged", (args) => Object.assign(args, { tags: { by: "hand" } }));
            bucket("seen", (args) => new Set([args]));
        });
        const tags = (name: string) =>
            made.find((one) => one.name === name && one.type === "aws:s3/bucket:Bucket")!.inputs.tags as unknown;
        expect(["assigned", "merged"].map(tags)).to.deep.equal([{ by: "hand" }, { by: "hand" }]);
    });
});
