import { expect } from "chai";
import "../../providers/gcp/types";
import { Container } from "../../components";
import { onGcp } from "./program";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

describe("Who gets the requests of a Container on GCP", () => {
    it("is the newest revision, said in so many words: what is changed by hand is a change", async () => {
        const { inputs } = await onGcp(() => {
            new Container("web", { image, port: 8080 });
            new Container("worker", { image });
        });
        const newest = (kind: string) => [{ type: `${kind}_ALLOCATION_TYPE_LATEST`, percent: 100 }];
        expect(inputs("Service", "web").traffics).to.deep.equal(newest("TRAFFIC_TARGET"));
        expect(inputs("WorkerPool", "worker").instanceSplits).to.deep.equal(newest("INSTANCE_SPLIT"));
    });

    it("is a revision that is named by the way down, of a service as of a worker pool", async () => {
        const traffics = [
            { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "web-00007-abc", percent: 90 },
            { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 10 },
        ];
        const instanceSplits = [
            { type: "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION", revision: "worker-00007-abc", percent: 100 },
        ];
        const { inputs } = await onGcp(() => {
            new Container("web", { image, port: 8080, transform: { gcp: { service: { traffics } } } });
            new Container("worker", { image, transform: { gcp: { worker: { instanceSplits } } } });
        });
        expect(inputs("Service", "web").traffics).to.deep.equal(traffics);
        expect(inputs("WorkerPool", "worker").instanceSplits).to.deep.equal(instanceSplits);
    });
});
