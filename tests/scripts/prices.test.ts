import { expect } from "chai";
import { priceOf as awsPrice } from "../../scripts/docs/aws/prices";
import { priceOf } from "../../scripts/docs/gcp/prices";
import type { Drawn } from "../checkov/hcl";

const resource = (type: string, inputs: Drawn["inputs"]): Drawn => ({ type, name: "a", inputs, component: "" });
const server = (settings: object) => resource("gcp:sql/databaseInstance:DatabaseInstance", { settings });
const container = (cpu: string, memory: string) => ({ resources: { limits: { cpu, memory } } });
const service = (minInstanceCount: number) =>
    resource("gcp:cloudrunv2/service:Service", {
        template: { scaling: { minInstanceCount }, containers: [container("1", "512Mi")] },
    });
const pool = (...containers: object[]) =>
    resource("gcp:cloudrunv2/workerPool:WorkerPool", { scaling: { manualInstanceCount: 2 }, template: { containers } });
const gateway = resource("gcp:compute/routerNat:RouterNat", {});

describe("Prices in the documents", () => {
    it("of Cloud SQL are those of the machine and its disk, twice where there are two", () => {
        expect(priceOf(server({ tier: "db-f1-micro", diskSize: 10 }), [])).to.be.closeTo(9.37, 0.01);
        const custom = { tier: "db-custom-1-3840", diskSize: 10 };
        expect(priceOf(server(custom), [])).to.be.closeTo(51.01, 0.01);
        expect(priceOf(server({ ...custom, availabilityType: "REGIONAL" }), [])).to.be.closeTo(102.02, 0.01);
        expect(() => priceOf(server({ tier: "db-n1-standard-1", diskSize: 10 }), [])).to.throw("db-n1-standard-1");
    });

    it("of Cloud Run are those of the instances that are always there", () => {
        expect(priceOf(service(0), [])).to.equal(0);
        expect(priceOf(service(1), [])).to.be.closeTo(9.86, 0.01);
        expect(priceOf(pool(container("1", "512Mi")), [])).to.be.closeTo(62.34, 0.01);
        expect(priceOf(pool(container("1", "512Mi"), container("500m", "512Mi")), [])).to.be.closeTo(95.14, 0.01);
    });

    it("of a way out follow what goes out by it", () => {
        expect(priceOf(gateway, [gateway])).to.equal(0);
        expect(priceOf(gateway, [gateway, service(1), pool()])).to.be.closeTo(3.07, 0.01);
    });

    it("are of what costs while nobody uses it, and of nothing else", () => {
        expect(priceOf(resource("gcp:compute/address:Address", { addressType: "INTERNAL" }), [])).to.equal(0);
        expect(priceOf(resource("gcp:storage/bucket:Bucket", {}), [])).to.equal(0);
        expect(awsPrice("aws:s3/bucket:Bucket", {})).to.equal(0);
        expect(awsPrice("aws:kms/key:Key", {})).to.equal(1);
    });
});
