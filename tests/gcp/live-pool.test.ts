import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Container, LoadBalancer, Secret, VM } from "../../components";
import { broughtUp, known, replaced } from "../support/changes";
import { stopAtFailure } from "../support/engine";
import { Emulator, missing } from "./emulator";

const image = `us-docker.pkg.dev/cloudrun/container/hello@sha256:${"a".repeat(64)}`;
const wanted = { colour: "blue", third: false };

function program() {
    const token = new Secret("token", { generate: {} });
    const pool = new VM("pool", { scale: { min: 1, max: 2, cpu: 70 }, memory: 4096 });
    const api = new Container("api", {
        image,
        on: pool,
        ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
        env: { COLOUR: wanted.colour },
        uses: [token],
        health: { command: ["true"] },
        rollout: { timeout: 2000 },
    });
    const shop = new Container("shop", {
        image,
        on: pool,
        port: 3000,
        public: true,
        uses: [api],
        sidecars: { proxy: { image } },
    });
    if (wanted.third) new Container("third", { image, on: pool, uses: [token, api] });
    new Container("web", { image, port: 8080, uses: [shop] });
    new LoadBalancer("front", {
        routes: [{ to: api }],
        tcp: { raw: { listen: 9000, to: api, port: "raw" } },
        protect: false,
    });
    return { api: api.url, shop: shop.url, secret: token.id };
}

const absent = missing();
if (absent) describe("Containers on a VM's machines on GCP", () => it(`are not tried here: there is ${absent}`));
else
    describe("Containers on a VM's machines, on GCP with the real provider", function () {
        this.timeout(1_800_000);
        stopAtFailure();
        let emulator: Emulator;
        let stack: auto.Stack;
        let first: Record<string, unknown>;
        let found: string[];

        before(async () => {
            emulator = await Emulator.start();
            found = await emulator.existing();
            stack = await emulator.stack("pool", () => Promise.resolve(program()), {});
            first = known(await stack.up());
            await stack.preview({ expectNoChanges: true });
        });
        after(() => emulator?.close());

        it("wait as long for them as the most patient one does", async () => {
            const { deployment } = await stack.exportStack();
            const { resources } = deployment as { resources: { type: string; customTimeouts?: object }[] };
            const group = resources.find(({ type }) => type.endsWith(":RegionInstanceGroupManager"));
            expect(group?.customTimeouts).to.include({ create: 2330, update: 2330 });
        });

        it("a variable: machines by a new template, and nothing else", async () => {
            wanted.colour = "green";
            expect(await broughtUp(stack)).to.deep.equal([...replaced("pool-template"), "update pool"].sort());
        });

        it("one more: beside the others, which stay where they are", async () => {
            wanted.third = true;
            const done = await broughtUp(stack);
            const shared = ["update stack-dashboard", "update stack-logs-exclusion-1"];
            expect(done.filter((step) => !/third/.test(step))).to.deep.equal(
                [...replaced("pool-template"), "update pool", ...shared].sort(),
            );
            expect(done.filter((step) => /third/.test(step) && !step.startsWith("create "))).to.deep.equal([]);
            expect(known({ outputs: await stack.outputs() })).to.deep.equal(first);
        });

        it("one less: the others keep their rights", async () => {
            wanted.third = false;
            const done = await broughtUp(stack);
            expect(done.filter((step) => /Grant|connect/.test(step))).to.deep.equal([]);
            const { bindings } = await emulator.ask<{ bindings: { role: string; members: string[] }[] }>(
                "GET",
                `/secretmanager/v1/${String(first.secret).replace(/\/versions\/.*/, "")}:getIamPolicy`,
            );
            expect(bindings.find(({ role }) => role === "roles/secretmanager.secretAccessor")?.members).to.have.length(
                1,
            );
        });

        it("leave nothing, and nothing was refused", async () => {
            await stack.destroy();
            expect(await emulator.refused()).to.deep.equal([]);
            expect((await emulator.existing()).filter((name) => !found.includes(name))).to.deep.equal([]);
        });
    });
