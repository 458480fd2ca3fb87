import "../../providers/gcp/types"; // what `import "pulumi-mvi/gcp"` is
import { expect } from "chai";
import type * as compute from "@pulumi/gcp/compute";
import type * as storage from "@pulumi/gcp/storage";
import { Blob, type BlobArgs, Mistake, Network } from "../../components";
import { onGcp } from "./program";

describe("The types of children on GCP", () => {
    it("reach each child by its own class, and change it by its own arguments", async () => {
        const { inputs } = await onGcp(() => {
            const blob = new Blob("uploads", { transform: { gcp: { bucket: { storageClass: "NEARLINE" } } } });
            const bucket: storage.Bucket | undefined = blob.nodes.gcp?.bucket;
            const subnet: compute.Subnetwork | undefined = new Network("own", {}).nodes.gcp?.subnet?.data;
            expect(bucket, "bucket").to.be.an("object");
            expect(subnet, "subnet").to.be.an("object");
        });
        expect(inputs("Bucket", "uploads")).to.include({ storageClass: "NEARLINE" });
    });

    it("do not compile with a wrong key or a wrong argument, which is refused at run time too", async () => {
        await onGcp(() => {
            const blob = new Blob("uploads", {});
            // @ts-expect-error -- a Blob has no such child
            expect(blob.nodes.gcp?.bukket).to.equal(undefined);
            // @ts-expect-error -- a bucket has no such argument
            const transform: BlobArgs["transform"] = { gcp: { bucket: { storageClassy: "NEARLINE" } } };
            expect(() => new Blob("wrong", { transform })).to.throw(
                Mistake,
                /^Blob "wrong" cannot be made .*:\n.*transform\.gcp\.bucket\.storageClassy: is not an argument of this child: did you mean "storageClass"\?/,
            );
        });
    });
});
