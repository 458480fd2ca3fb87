import { expect } from "chai";
import { App, type AppArgs, Container, type ContainerArgs, Image, Network, VM, type VMArgs } from "../../components";
import { onGcp } from "./program";

const image = `ghcr.io/acme/box@sha256:${"a".repeat(64)}`;

describe("Containers on a VM's machines, on GCP, refuse", () => {
    const refused = (args: Partial<ContainerArgs>, vm: VMArgs = {}, before: number = 0): Promise<string> =>
        onGcp(() => {
            const pool = new VM("pool", vm);
            for (let index = 0; index < before; index++) new Container(`c${index}`, { image, on: pool });
            new Container("box", { image, on: pool, ...args });
        }).then(
            () => "",
            (reason: unknown) => String(reason),
        );

    it("a scale that is not that of the machines", async () => {
        const vm = { scale: { min: 1, max: 3, cpu: 50 } };
        for (const scale of [{ min: 1, max: 3, cpu: 50 }, undefined]) expect(await refused({ scale }, vm)).to.equal("");
        expect(await refused({ scale: 2 }, vm)).to.match(
            /scale: is 2, and each machine of `pool` runs it once on gcp: there are 1 to 3 of them: leave it out, or/,
        );
        expect(await refused({ scale: { min: 0, max: 3 }, port: 80 }, vm)).to.match(/scale: is 0 to 3/);
        expect(await refused({ scale: { min: 1, max: 3 } }, vm)).to.match(
            /scale\.cpu: is not that of its machines \(50\).*but got 60: leave it out/,
        );
        expect(await refused({ scale: { min: 1, max: 3, cpu: 50, requests: 9 }, port: 80, public: true }, vm)).to.match(
            /scale\.requests: cannot be counted for one of several containers.*but got 9/,
        );
    });

    it("what does not fit beside the others", async () => {
        expect(await refused({ cpu: 1, memory: 2048 }, { memory: 4096 })).to.equal("");
        expect(await refused({ cpu: 2 }, { memory: 8192 })).to.match(
            /cpu: is 2 with its sidecars, 2: each machine of `pool` has 1, but got 2: lower it/,
        );
        expect(await refused({ sidecars: { a: { image, cpu: 0.5 } } }, { memory: 8192 }, 2)).to.match(
            /cpu: is 0\.75 with its sidecars, and with `c0`, `c1` 1\.25: each machine of `pool` has 1/,
        );
        expect(await refused({}, {}, 2)).to.equal("");
        expect(await refused({ memory: 512 }, {}, 3)).to.match(
            /memory: is 512 with its sidecars, and with `c0`, `c1`, `c2` 2048: each machine of `pool` has 1664 MiB for containers, 384 less/,
        );
    });

    it("another network, another cloud, and images for another processor", async () => {
        expect(await refused({ network: undefined })).to.equal("");
        const network = () => new Network("other");
        const own = await onGcp(() => {
            const there = network();
            new Container("box", { image, on: new VM("pool", { network: there }), network: there });
            new Container("bad", { image, on: new VM("second"), network: there });
        }).catch(String);
        expect(own).to.match(/Container "bad".*\n.*network: is not that of its machines: leave it out/);
        const elsewhere = () => new Container("box", { image, on: new VM("pool", {}, { cloud: "local" }) });
        expect(await onGcp(elsewhere).catch(String)).to.match(/on: is on another cloud/);
        const arm = () => new Image("arm", { context: ".", platforms: ["linux/arm64"] });
        expect(
            await onGcp(() => void new Container("box", { image: arm(), on: new VM("pool") })).catch(String),
        ).to.match(/image: is for linux\/arm64, and a machine has linux\/amd64 only/);
        expect(await refused({ on: "pool" as never })).to.match(/on: must be a VM/);
        expect(await refused({ on: new Date() as never })).to.match(/on: must be a VM/);
    });

    it("it all in an App's declaration, before anything is made", async () => {
        const containers = {
            a: { image, on: "pool" },
            b: { image, on: "pool", cpu: 0.5 },
            c: { image, on: "pool", cpu: 0.5, scale: 3 },
            d: { image, on: "second", network: "own", cpu: 1 },
            e: { image, on: "nowhere" },
        };
        const made: string[] = [];
        const reason = await onGcp(() => {
            const network = { vpc: (_: object, __: object, name: string) => void made.push(name) };
            new App("shop", {
                containers,
                vms: { second: {}, pool: { memory: 8192 } },
                networks: { own: { transform: { gcp: network } } },
            } as AppArgs);
        }).catch(String);
        expect(made).to.deep.equal([]);
        expect(reason).to.match(/containers\.c\.scale: is 3, and each machine of `pool`/);
        expect(reason).to.match(/containers\.c\.cpu: is 0\.5 with its sidecars, and with `a`, `b` 1\.25/);
        expect(reason).to.match(/containers\.d\.network: is not that of its machines: leave it out/);
        expect(reason).to.match(/containers\.d\.memory: is 2048 with its sidecars, 2048: .* has 1664/);
        expect(reason).to.match(/containers\.e\.on: must name a part that is a VM/);
        expect(reason).to.match(/5 faults/);
    });

    it("no TCP, which Cloud Run does not have", async () => {
        const { names } = await onGcp(
            () =>
                void new App("shop", {
                    containers: { box: { image, on: "pool", ports: { raw: { port: 9000, protocol: "tcp" } } } },
                    vms: { pool: {} },
                    loadBalancers: { front: { tcp: { raw: { listen: 9000, to: "box", port: "raw" } } } },
                } as AppArgs),
        );
        expect(names("TargetTCPProxy")).to.deep.equal(["shop-front-relay-raw"]);
    });
});
