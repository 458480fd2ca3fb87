import "../../providers/gcp/types"; // what `import "pulumi-mvi/gcp"` is
import { expect } from "chai";
import type * as compute from "@pulumi/gcp/compute";
import type * as storage from "@pulumi/gcp/storage";
import { Blob, Network } from "../../components";
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

    it("do not compile with a wrong key or a wrong argument", async () => {
        await onGcp(() => {
            const blob = new Blob("uploads", {
                // @ts-expect-error -- a bucket has no such argument
                transform: { gcp: { bucket: { storageClassy: "NEARLINE" } } },
            });
            // @ts-expect-error -- a Blob has no such child
            expect(blob.nodes.gcp?.bukket).to.equal(undefined);
        });
    });
});
