import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { App, type AppArgs, Container, type ContainerArgs, Network, VM, type VMArgs } from "../../components";
import { privateOnly } from "../../providers/aws/pool";
import { refused } from "../support/made";
import { onAws } from "./program";

const image = `ghcr.io/acme/box@sha256:${"a".repeat(64)}`;

/** What is refused of a program, each fault on a line; nothing when it is a plan. */
async function faults(
    program: () => unknown,
    settings: Readonly<Record<string, string>> = {},
    answers: Readonly<Record<string, object>> = {},
): Promise<string[]> {
    const made = onAws(
        () => void program(),
        settings,
        (token) => ({ ...answers[token] }),
    );
    return (await refused(made)).map(({ where, what, todo, got }) => `${where}: ${what}: ${todo}: ${got ?? ""}`);
}

describe("Containers on a VM's machines, on AWS, refuse", () => {
    const ways = ["none", "nat-instance", "nat-gateway"] as const;
    const lost =
        /^on: has no way to the internet or to AWS from `(stack-network|own|there)`, whose `egress` is "public-address": on aws a container on machines gets no public address: give them a `network` with `egress: "nat-instance"` or "nat-gateway": "pool"$/;

    it("a network without a way out for what has no public address", async () => {
        const ofEcr = image.replace("ghcr.io/acme", "123456789012.dkr.ecr.eu-central-1.amazonaws.com");
        const on =
            (network?: () => Network, of: string = image) =>
            () => {
                new Container("box", { image: of, on: new VM("pool", network ? { network: network() } : {}) });
            };
        const [alone, ...others] = await faults(on());
        expect(alone).to.match(lost).and.include("`stack-network`");
        expect(others).to.deep.equal([]);
        expect(await faults(on(() => new Network("own"))).then(([first]) => first)).to.match(lost);
        const open = on(() => new Network("own", { egress: "public-address" }));
        expect(await faults(open, { "mvi:profile": "prod" }).then(([first]) => first)).to.match(lost);
        for (const egress of ways)
            expect(await faults(on(() => new Network("own", { egress }), ofEcr))).to.deep.equal([]);
        for (const profile of ["small", "prod"])
            expect(await faults(on(), { "mvi:profile": profile })).to.deep.equal([]);
    });

    it("a network that is there, of which nobody said that what has no public address gets out", async () => {
        const there = (egress?: "nat-gateway") => () => {
            const network = new Network("there", { existing: "vpc-0a", egress });
            new Container("box", { image, on: new VM("pool", { network }) });
        };
        const found = {
            getVpc: { cidrBlock: "172.31.0.0/16" },
            getSubnets: { ids: ["s1"] },
            getRouteTables: { ids: ["t1"] },
            getSubnet: { id: "s1", availabilityZone: "eu-central-1a", tags: {} },
            getRouteTable: {
                routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "" }],
                associations: [{ subnetId: "s1", main: true }],
            },
        };
        expect((await faults(there(), {}, found)).join()).to.match(
            /^on: has no way .* from `there`.*: set `egress: "nat-gateway"` of it, if its private subnets have one: "pool"$/,
        );
        expect(await faults(there("nat-gateway"), {}, found)).to.deep.equal([]);
        // What its subnets are, only AWS says.
        expect(() => privateOnly("box", "there", ["s1"], true)).to.throw(
            RunError,
            /Container box: on: network there has no private subnets, .*: make some/,
        );
        expect(privateOnly("box", "there", ["s1"], false)).to.deep.equal(["s1"]);
    });

    it("what is larger than the machine, with its sidecars", async () => {
        const fits = (args: Partial<ContainerArgs>, vm: VMArgs) =>
            faults(() => new Container("box", { image, on: new VM("pool", vm), ...args }), { "mvi:profile": "small" });
        expect(await fits({ cpu: 4 }, { memory: 65536 })).to.deep.equal([
            "cpu: is 4 with its sidecars: each machine of `pool` has 1: lower it, or raise the `cpu` of the machines: 4",
        ]);
        expect(await fits({ cpu: 1, sidecars: { a: { image, cpu: 0.5 } } }, { memory: 65536 })).to.deep.equal([
            "cpu: is 1.5 with its sidecars: each machine of `pool` has 1: lower it, or raise the `cpu` of the machines: 1",
        ]);
        const tooMuch = (own: number, taken: number, has: number) => [
            `memory: is ${own} MiB with its sidecars, for which ECS takes ${taken}: each machine of \`pool\` has ${has}, and its system needs some: lower it, or raise the \`memory\` of the machines: `,
        ];
        expect(await fits({ cpu: 1, memory: 3072 }, {})).to.deep.equal(tooMuch(3072, 3072, 2048));
        expect(await fits({ cpu: 1, memory: 3072 }, { memory: 4096 })).to.deep.equal([]);
        // No machine has all of its memory for containers, and ECS takes memory in steps.
        expect(await fits({ cpu: 1 }, {})).to.deep.equal(tooMuch(2048, 2048, 2048));
        expect(await fits({ sidecars: { a: { image, cpu: 0.5 } } }, {})).to.deep.equal(tooMuch(1536, 2048, 2048));
        expect(await fits({ cpu: 1 }, { memory: 4096 })).to.deep.equal([]);
        expect(await fits({}, {})).to.deep.equal([]);
    });

    it("the same in an App, with all else, and other clouds' machines", async () => {
        const containers: AppArgs["containers"] = {
            lost: { image, on: "pool" },
            large: { image, on: "second", cpu: 2, network: "own" },
            fine: { image, on: "second" },
            wrong: { image, on: "nowhere" },
            astray: { image, on: "third" },
        };
        const found = await faults(
            () =>
                new App("app", {
                    containers,
                    vms: { pool: {}, second: { network: "own" }, third: { network: "unknown" } },
                    networks: { own: { egress: "nat-instance" } },
                }),
        );
        expect(found.map((fault) => fault.split(":")[0]).sort()).to.deep.equal([
            "containers.large.cpu",
            "containers.large.memory",
            "containers.lost.on",
            "containers.wrong.on",
            "vms.third.network",
        ]);
        expect(found.find((fault) => fault.startsWith("containers.lost.on"))).to.match(
            /from the stack's own network, whose/,
        );
        const elsewhere = () => new Container("box", { image, on: new VM("pool", {}, { cloud: "local" }) });
        expect((await faults(elsewhere)).join()).to.match(/^on: is on another cloud: choose machines on aws/);
    });
});
