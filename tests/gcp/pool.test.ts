import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Container, Network, Secret, VM, type VMArgs } from "../../components";
import { Places } from "../../providers/gcp/places";
import { poolBoot } from "../../providers/gcp/pool-boot";
import { vmType } from "../../providers/gcp/vm-type";
import { project, region } from "./lens";
import { booted, hostOf } from "./pool-machine";
import { onGcp } from "./program";

const image = `ghcr.io/acme/box@sha256:${"a".repeat(64)}`;
const large = { cpu: 4, memory: 8192 } satisfies VMArgs;

describe("Machines that run containers, on GCP", () => {
    it("are asked together, as patiently as the most patient wants, and make the machines wait for them", async () => {
        let given: pulumi.CustomResourceOptions = {};
        const { inputs } = await onGcp(() => {
            const machines = (_: object, options: object) => void (given = options);
            const pool = new VM("pool", { ...large, transform: { gcp: { machines } } });
            new Container("a", {
                image,
                on: pool,
                port: 80,
                health: { path: "/", interval: 20, timeout: 4, startup: 200 },
            });
            new Container("b", {
                image,
                on: pool,
                health: { command: ["true"], timeout: 9, failures: 6 },
                stopGrace: 100,
                rollout: { timeout: 3000 },
            });
            new Container("worker", { image, on: pool });
        });
        const { files } = booted(inputs);
        const [, answered] = /ListenStream=(\d+)/.exec(files["/etc/systemd/system/mvi-all.socket"])!;
        expect(inputs("HealthCheck", "pool-health-healing")).to.deep.equal({
            checkIntervalSec: 20,
            timeoutSec: 9,
            healthyThreshold: 2,
            unhealthyThreshold: 6,
            httpHealthCheck: { port: Number(answered), requestPath: "/" },
        });
        expect(inputs("Firewall", "pool-firewall-asked").allows).to.deep.equal([
            { protocol: "tcp", ports: [answered] },
        ]);
        expect(inputs("RegionInstanceGroupManager", "pool").autoHealingPolicies).to.deep.equal({
            healthCheck: "pool-health-healing",
            initialDelaySec: 200,
        });
        expect(Object.keys(files).filter((file) => file.endsWith(".check"))).to.have.members([
            "/etc/mvi/a.check",
            "/etc/mvi/b.check",
            "/etc/mvi/worker.check",
        ]);
        // As the engine asks for them when all is declared.
        expect(given.customTimeouts).to.include({ create: "3400s", update: "3400s" });
    });

    it("are replaced, too, where a container without a port and without a command does not run on", async () => {
        const { inputs } = await onGcp(() => void new Container("worker", { image, on: new VM("pool") }));
        expect(inputs("HealthCheck", "pool-health-healing")).to.include({ checkIntervalSec: 10, timeoutSec: 5 });
        expect(inputs("RegionInstanceGroupManager", "pool").autoHealingPolicies).to.deep.equal({
            healthCheck: "pool-health-healing",
            initialDelaySec: 120,
        });
        const { files, text } = booted(inputs);
        expect(files["/etc/mvi/worker.check"]).to.include("{{.State.StartedAt}}");
        expect(text).to.include("systemctl start --no-block mvi-worker.main.service mvi-all.socket\n");
    });

    it("stop before new ones start, all of them, where one may not run twice", async () => {
        const { inputs } = await onGcp(() => {
            const pool = new VM("pool", { scale: 3 });
            new Container("a", { image, on: pool });
            new Container("b", { image, on: pool, rollout: { strategy: "recreate" }, scale: 3 });
        });
        expect(inputs("RegionInstanceGroupManager", "pool").updatePolicy).to.deep.include({
            replacementMethod: "RECREATE",
            maxUnavailableFixed: 3,
        });
    });

    it("have an image of the user's own, a machine on which their CPUs are always there, and the machines' network", async () => {
        const { inputs, names } = await onGcp(() => {
            const own = new Network("own");
            const pool = new VM("pool", { image: "projects/acme/global/images/docker", network: own });
            for (const name of ["a", "b", "c"]) new Container(name, { image, on: pool });
        });
        const template = inputs("RegionInstanceTemplate", "pool-template");
        expect((template.disks as object[])[0]).to.include({ sourceImage: "projects/acme/global/images/docker" });
        // One with 2048 MiB has half a CPU.
        expect(template.machineType).to.equal("e2-medium");
        expect(vmType(1, 2048)).to.equal("e2-small");
        expect(names("Network")).to.deep.equal(["own"]);
    });

    it("are not replaced because of another order of declaration", async () => {
        const texts = [];
        for (const names of [
            ["a", "b", "c"],
            ["c", "a", "b"],
        ]) {
            const { inputs } = await onGcp(() => {
                const pool = new VM("pool", large);
                for (const name of names)
                    new Container(name, { image, on: pool, port: 80, health: { command: ["true"] } });
            });
            texts.push(booted(inputs).text);
        }
        expect(texts[0]).to.equal(texts[1]);
    });

    it("keep their ports of the machine when others come and go", async () => {
        const portsOf = async (...all: string[]) => {
            const { inputs } = await onGcp(() => {
                const pool = new VM("pool", large);
                for (const name of all) new Container(name, { image, on: pool, port: 80 });
            });
            const { files } = booted(inputs);
            return all.map((name) => hostOf(files[`/etc/mvi/${name}.main`], 80));
        };
        const [a, b] = await portsOf("a", "b");
        expect(await portsOf("new", "b", "a")).to.include.members([a, b]);
        expect(await portsOf("b")).to.deep.equal([b]);
    });

    it("never have the same port of the machine", () => {
        const all = new Places([25_000]);
        const ports = Array.from({ length: 11_998 }, (_, index) => all.reserve(`container-${index}/http`));
        expect(new Set([...ports, all.answered, 25_000]).size).to.equal(12_000);
        expect(Math.min(...ports)).to.be.at.least(20_000);
        expect(Math.max(...ports)).to.be.at.most(31_999);
    });

    it("are previewed with what is not known yet", async () => {
        const { inputs } = await onGcp(
            () => {
                const pool = new VM("pool");
                const a = new Container("a", {
                    image,
                    on: pool,
                    port: 80,
                    uses: [new Secret("token", { generate: {} })],
                });
                new Container("b", { image, on: pool, public: true, port: 80, uses: [a] });
            },
            {},
            { preview: true },
        );
        expect(inputs("RegionInstanceGroupManager", "pool").namedPorts).to.have.length(2);
        expect((inputs("RegionInstanceTemplate", "pool-template").disks as object[])[0]).to.include({
            sourceImage: "projects/cos-cloud/global/images/family/cos-stable",
        });
    });

    it("are told when they are too many for what Google takes", async () => {
        const grant = { env: { LONG: "x".repeat(200_000) }, secrets: {}, permits: [] };
        const spec = {
            image: { reference: image },
            env: {},
            ports: {},
            sidecars: {},
            stopGrace: 30,
            cpu: 1,
            memory: 2048,
        };
        const placed = { name: "box", base: "box", spec, runs: [{ own: "main", spec, grant }], hosted: {} };
        const rest = { places: { answered: 1 }, ports: {}, health: undefined, project, registry: region };
        const made = poolBoot({ ...rest, all: [placed as never] }) as unknown as { promise(): Promise<string> };
        const reason = await made.promise().then(
            () => "",
            (error: unknown) => String(error),
        );
        expect(reason).to.match(/1 containers is a script of \d+ bytes, and Google takes 262144/);
    });

    for (const name of ["a", "all", "a".repeat(40), `a${"-b".repeat(19)}`]) {
        it(`fit for what is called ${name}`, async () => {
            const { inputs, all } = await onGcp(() => {
                const pool = new VM("pool", large);
                const args = { image, on: pool, port: 80, health: { command: ["true"] } };
                new Container(name, { ...args, sidecars: { main: { image } } });
                new Container("b", { ...args, public: true });
            });
            const { files } = booted(inputs);
            // No file, and so no unit, is two containers' at once.
            expect(Object.keys(files)).to.have.length(17);
            for (const { type, name: own, inputs: made } of all)
                if (type.startsWith("gcp:compute/"))
                    expect((made.name as string | undefined) ?? `${own}-0a1b2c3`, type).to.match(
                        /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
                    );
        });
    }
});
