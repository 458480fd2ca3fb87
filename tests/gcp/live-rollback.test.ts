import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import "../../providers/gcp/types";
import { Container } from "../../components";
import { steps, stopAtFailure } from "../support/engine";
import { Emulator, missing, project } from "./emulator";

const image = `us-docker.pkg.dev/cloudrun/container/hello@sha256:${"a".repeat(64)}`;
const wanted: { colour: string; pinned?: string } = { colour: "blue" };

function program() {
    const { pinned } = wanted;
    const traffics = [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: pinned, percent: 100 }];
    const web = new Container("web", {
        image,
        port: 8080,
        env: { COLOUR: wanted.colour },
        transform: pinned === undefined ? {} : { gcp: { service: { traffics } } },
    });
    return { name: web.nodes.gcp!.service!.name };
}

/** What is asked of Cloud Run, as far as it says who gets the requests. */
interface Service {
    readonly latestReadyRevision: string;
    readonly traffic: readonly object[];
}

const absent = missing();
if (absent) describe("A rollback on GCP", () => it(`is not tried here: there is ${absent}`));
else
    describe("A rollback on GCP, with the real provider", function () {
        this.timeout(1_800_000);
        stopAtFailure();
        const newest = [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }];
        let emulator: Emulator;
        let stack: auto.Stack;
        let first: string;
        let at: string;

        const service = () => emulator.ask<Service>("GET", at);
        const revision = async () => (await service()).latestReadyRevision.split("/").pop()!;
        const only = (name: string) => [
            { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: name, percent: 100 },
        ];
        const up = (options: object = {}) => steps((onEvent) => stack.up({ onEvent, ...options }));
        const previewed = (options: object = {}) => steps((onEvent) => stack.preview({ onEvent, ...options }));

        before(async () => {
            emulator = await Emulator.start();
            stack = await emulator.stack("rollback", () => Promise.resolve(program()), {});
            const { outputs } = await stack.up();
            at = `/run/v2/projects/${project}/locations/europe-west3/services/${String(outputs.name.value)}`;
            first = await revision();
            wanted.colour = "green";
            await stack.up();
            expect(await revision()).to.not.equal(first);
        });
        after(() => emulator?.close());

        /** As `gcloud run services update-traffic --to-revisions=FIRST=100` does. */
        const rollBack = () => emulator.ask("PATCH", `${at}?updateMask=traffic`, { traffic: only(first) });

        it("by hand works at once, and is seen as a change", async () => {
            await rollBack();
            expect((await service()).traffic).to.deep.equal(only(first));
            expect(await previewed({ refresh: true })).to.deep.equal(["update web"]);
        });

        it("by hand ends with the next version that is brought up, whether or not it was seen", async () => {
            wanted.colour = "red";
            expect(await up()).to.deep.equal(["update web"]);
            expect((await service()).traffic).to.deep.equal(newest);
            await rollBack();
            expect(await up({ refresh: true })).to.include("update web");
            expect((await service()).traffic).to.deep.equal(newest);
        });

        it("in the program keeps to a revision, whatever is brought up, until it is taken out", async () => {
            wanted.pinned = first;
            await up();
            wanted.colour = "yellow";
            expect(await up()).to.deep.equal(["update web"]);
            expect((await service()).traffic).to.deep.equal(only(first));
            expect(await previewed()).to.deep.equal([]);
            delete wanted.pinned;
            await up();
            expect((await service()).traffic).to.deep.equal(newest);
        });

        it("leaves nothing, and nothing was refused", async () => {
            await stack.destroy();
            expect(await emulator.refused()).to.deep.equal([]);
        });
    });
