// What the engine is told besides a resource's inputs: what it leaves alone, and when it makes something anew.
import { expect } from "chai";
import { Container, Database, Job, Network, VM } from "../../components";
import type { Recorded } from "../support/record";
import { recorded } from "./program";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;
const backups = "arn:aws:rds:eu-central-1:123456789012:snapshot:older";

/** The one of a type, by the end of its token, and a name. */
function one(all: readonly Recorded[], type: string, name: string): Recorded {
    const found = all.filter((each) => each.type.endsWith(`:${type}`) && each.name === name);
    expect(found, `${type} ${name}`).to.have.length(1);
    return found[0];
}

describe("What the engine is told of a resource on AWS", () => {
    it("is to leave alone how many there are, where AWS counts them", async () => {
        const all = await recorded(() => {
            new Container("many", { image, scale: { min: 1, max: 3 } });
            new Container("fixed", { image, scale: { min: 2, max: 2 } });
            new VM("machines", { scale: { min: 1, max: 3 } });
        });
        expect(one(all, "Service", "many").options.ignoreChanges).to.deep.equal(["desiredCount"]);
        expect(one(all, "Service", "fixed").options.ignoreChanges).to.deep.equal([]);
        expect(one(all, "Group", "machines").options.ignoreChanges).to.deep.equal(["desiredCapacity"]);
    });

    it("is that a subnet stays in its zone, when AWS has another one", async () => {
        const all = await recorded(() => void new Network("net", { egress: "none" }));
        const subnets = all.filter(({ type }) => type.endsWith(":Subnet"));
        expect(subnets.length).to.be.above(3);
        for (const { name, options } of subnets)
            expect(options.ignoreChanges, name).to.deep.equal(["availabilityZone"]);
    });

    it("is that a network's way out is no other for a newer image, and goes before it is made anew", async () => {
        const all = await recorded(() => void new Network("net", { egress: "nat-instance" }));
        const { options, inputs } = one(all, "Instance", "net-natMachine");
        expect(options.ignoreChanges).to.deep.equal(["ami"]);
        expect(options.deleteBeforeReplace).to.equal(true);
        expect(inputs.userDataReplaceOnChange).to.equal(true);
        // Without it, the network has no way out.
        expect(inputs.userData).to.contain('oifname "$card" masquerade').and.to.contain("net.ipv4.ip_forward=1");
    });

    it("is that a database is not made anew for where its data came from, nor for how long AWS supports it", async () => {
        const all = await recorded(() => {
            new Database("server", { engine: "postgres", restore: { from: backups } });
            new Database("aurora", { engine: "mysql", size: "serverless" });
            new Database("cache", { engine: "redis" });
        });
        const source = ["snapshotIdentifier", "restoreToPointInTime", "engineLifecycleSupport"];
        for (const [type, name] of [
            ["Instance", "server"],
            ["Cluster", "aurora"],
        ])
            expect(one(all, type, name).options.ignoreChanges, name).to.include.members(source);
        expect(one(all, "ReplicationGroup", "cache").options.ignoreChanges).to.deep.equal(["snapshotName"]);
    });

    it("is that a job which runs once is another association at each change: only of a new one its end is waited for", async () => {
        const all = await recorded(() => void new Job("migrate", { image, once: true }));
        const { options } = one(all, "Association", "migrate-once");
        expect(options.replaceOnChanges).to.deep.equal(["parameters", "name"]);
        expect(options.deleteBeforeReplace).to.equal(true);
    });
});
