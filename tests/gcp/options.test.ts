// What the engine is told besides a resource's inputs: what stays when a stack goes, what goes first, and what is tried again.
import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Container, Key, KV, Log, Metric, Secret, VM } from "../../components";
import { recorded } from "./program";
import type { Recorded } from "../support/record";

const image = `x@sha256:${"0".repeat(64)}`;

/** The one of a type, by the end of its token. */
function only(all: readonly Recorded[], type: string): Recorded {
    const found = all.filter((one) => one.type === `gcp:${type}`);
    expect(found, type).to.have.length(1);
    return found[0];
}

describe("What the engine is told of a resource on GCP", () => {
    it("is that the project's record of who used keys stays: it is another stack's too", async () => {
        const all = await recorded(() => void new Key("vault"));
        expect(only(all, "projects/iAMAuditConfig:IAMAuditConfig").options.retainOnDelete).to.equal(true);
        // Nothing else stays when a stack goes.
        expect(all.filter(({ options }) => options.retainOnDelete).map(({ name }) => name)).to.deep.equal([
            "stack-keys-audit",
        ]);
    });

    it("is that an import job, which nobody can delete, is left to end by itself", async () => {
        const material = Buffer.alloc(32, 7).toString("base64");
        const all = await recorded(() => void new Key("own", { material }));
        expect(only(all, "kms/keyRingImportJob:KeyRingImportJob").inputs.deletionPolicy).to.equal("ABANDON");
    });

    it("is that a channel goes although an alarm still names it", async () => {
        const alarms = { many: { above: 3, email: "a@example.com" } };
        const all = await recorded(() => void new Metric("errors", { alarms }));
        expect(only(all, "monitoring/notificationChannel:NotificationChannel").inputs.forceDelete).to.equal(true);
    });

    it("is that what has a name of its own goes before it is made anew", async () => {
        const all = await recorded(() => {
            new Container("web", { image, port: 80 });
            new Container("worker", { image });
        });
        for (const type of ["cloudrunv2/service:Service", "cloudrunv2/workerPool:WorkerPool"])
            expect(only(all, type).options.deleteBeforeReplace, type).to.equal(true);
    });

    it("is to try again, of each resource of GCP's and of no other, when there is an engine", async () => {
        const program = () => {
            const log = new Log("lines");
            const uses = [
                new Blob("files"),
                new KV("rows", { partitionKey: "id" }),
                new Secret("token", { value: "x" }),
            ];
            new Container("web", { image, port: 80, log, uses });
            new VM("box");
        };
        const all = await recorded(() => {
            withEngine();
            program();
        });
        expect(all.length).to.be.greaterThan(40);
        const hooked = (one: Recorded) => one.onError?.includes("mvi-gcp-propagation") === true;
        expect(all.filter((one) => one.type.startsWith("gcp:") && !hooked(one)).map(({ name }) => name)).to.deep.equal(
            [],
        );
        expect(all.filter((one) => !one.type.startsWith("gcp:") && hooked(one)).map(({ name }) => name)).to.deep.equal(
            [],
        );
        expect(
            all.filter(({ type }) => !type.startsWith("gcp:")),
            "there are others",
        ).to.not.deep.equal([]);
        const without = await recorded(program);
        expect(without.filter(hooked), "no engine").to.deep.equal([]);
    });
});

/** Has the mocks pass for an engine that takes hooks, and calls none. */
function withEngine(): void {
    const taken = (_: unknown, done: (error: null, answer: object) => void) => done(null, {});
    Object.assign(pulumi.runtime.getMonitor()!, { getChannel: () => ({}), registerErrorHook: taken });
}
