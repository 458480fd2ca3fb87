import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { App, Container, Database, Image, Job, Key, KV, LoadBalancer, Network, VM } from "../../components";
import { firstZones, nativeOf } from "../../providers/aws/network";
import { sortSubnets } from "../../providers/aws/network-existing";
import { normal, rangeOf, tiers } from "../../providers/aws/subnets";
import { refused } from "../support/made";
import { value } from "../support/mocks";
import { onAws, statements } from "./program";

const prod = { "mvi:profile": "prod" };

describe("A Network on AWS", () => {
    it("has three tiers in the first zones by name, with addresses that never move", async () => {
        const two = await onAws(() => new Network("net", { zones: 2 }));
        const three = await onAws(() => new Network("net", { zones: 3 }));
        for (const [index, zone] of ["a", "b"].entries()) {
            for (const [place, tier] of ["public", "private", "data"].entries()) {
                const subnet = two.inputs("Subnet", `net-${tier}Subnet-${zone}`);
                expect(subnet).to.deep.include({
                    cidrBlock: `10.0.${(place * 4 + index) * 16}.0/20`,
                    availabilityZone: `eu-central-1${zone}`,
                    mapPublicIpOnLaunch: false,
                });
                expect(three.inputs("Subnet", `net-${tier}Subnet-${zone}`)).to.deep.equal(subnet);
            }
        }
        expect(three.names("Subnet")).to.have.length(9);
    });

    it("closes the default group, and reaches S3 and DynamoDB by its own routes", async () => {
        const { inputs, names } = await onAws(() => new Network("net"));
        expect(inputs("DefaultSecurityGroup", "net-defaultGroup")).to.deep.include({ ingress: [], egress: [] });
        for (const service of ["s3", "dynamodb"]) {
            expect(inputs("VpcEndpoint", `net-gatewayEndpoint-${service}`)).to.deep.include({
                vpcEndpointType: "Gateway",
                serviceName: `com.amazonaws.eu-central-1.${service}`,
                routeTableIds: names("RouteTable").map((table) => table),
            });
        }
    });

    it("lets nobody in from the internet where machines are administered, until something is declared to listen there", async () => {
        const net = await onAws(() => new Network("net"));
        const rules = (made: Pick<typeof net, "inputs">) => {
            const { ingress } = made.inputs("DefaultNetworkAcl", "net-acl") as {
                ingress: { ruleNo: number; cidrBlock: string; protocol: string; fromPort: number; toPort: number }[];
            };
            expect(new Set(ingress.map(({ ruleNo }) => ruleNo)).size)
                .to.equal(ingress.length)
                .and.to.be.most(20);
            return ingress;
        };
        const comesIn = (made: Pick<typeof net, "inputs">, protocol: string, port: number, range = "0.0.0.0/0") =>
            rules(made).some(
                (one) =>
                    one.cidrBlock === range &&
                    (one.protocol === "-1" ||
                        (one.protocol === protocol && one.fromPort <= port && port <= one.toPort)),
            );
        for (const protocol of ["6", "17"]) {
            for (const port of [0, 21, 23, 443, 3388, 3390, 65535])
                expect(comesIn(net, protocol, port), `${port}`).to.equal(true);
            for (const port of [22, 3389]) {
                expect(comesIn(net, protocol, port), `${port}`).to.equal(false);
                expect(comesIn(net, protocol, port, "10.0.0.0/8")).to.equal(true);
            }
        }
        expect(comesIn(net, "1", 0)).to.equal(true);
        expect(net.inputs("DefaultNetworkAcl", "net-acl"))
            .to.include({ defaultNetworkAclId: "acl-of-net" })
            .and.to.have.property("egress")
            .with.length(1);

        const listens = await onAws(() => {
            const network = new Network("net");
            const git = new Container("git", {
                image: `registry.example.com/git@sha256:${"0".repeat(64)}`,
                network,
                ports: { ssh: { port: 2222, protocol: "tcp" } },
            });
            new LoadBalancer("front", {
                network,
                tcp: { ssh: { listen: 22, to: git, port: "ssh" }, web: { listen: 9000, to: git, port: "ssh" } },
            });
        });
        expect(comesIn(listens, "6", 22)).to.equal(true);
        expect(comesIn(listens, "6", 3389)).to.equal(false);
        expect(rules(listens)).to.have.length(rules(net).length + 1);
    });

    it("records who talked to whom, except at dev", async () => {
        const dev = await onAws(() => new Network("net"));
        expect(dev.names("FlowLog")).to.deep.equal([]);
        const { inputs } = await onAws(() => new Network("net"), prod);
        expect(inputs("FlowLog", "net-flowLog")).to.include({ trafficType: "ALL", vpcId: "net" });
        expect(inputs("LogGroup", "net-flowLogs")).to.include({ retentionInDays: 365 }).and.have.property("kmsKeyId");
        const [may] = statements(inputs("RolePolicy", "net-flowLogsRolePolicy").policy);
        expect(may.Resource).to.not.include("*");
        expect(statements(inputs("Role", "net-flowLogsRole").assumeRolePolicy)[0]).to.deep.include({
            Principal: { Service: "vpc-flow-logs.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        });
    });

    const runsIn = async (network: Network) => {
        const { runs } = nativeOf(network);
        return { subnets: await value(runs.subnets), publicAddress: await value(runs.publicAddress) };
    };

    it("gives public addresses to what runs, and no other way out, when asked", async () => {
        const { names, result } = await onAws(() => new Network("net", { egress: "public-address" }));
        expect(await runsIn(result)).to.deep.equal({
            subnets: ["net-publicSubnet-a", "net-publicSubnet-b"],
            publicAddress: true,
        });
        expect(names("Route")).to.deep.equal(["net-internetRoute"]);
        expect(nativeOf(result).internet).to.equal(true);
    });

    it("has one gateway, and at prod one in each zone; data has no way out", async () => {
        const small = await onAws(() => new Network("net", { egress: "nat-gateway" }), { "mvi:profile": "small" });
        expect(small.names("NatGateway")).to.deep.equal(["net-natGateway-a"]);
        const { inputs, names, result } = await onAws(() => new Network("net"), prod);
        expect(names("NatGateway")).to.deep.equal(["net-natGateway-a", "net-natGateway-b"]);
        for (const zone of ["a", "b"]) {
            expect(inputs("Route", `net-outRoute-${zone}`)).to.deep.include({
                routeTableId: `net-privateRoutes-${zone}`,
                natGatewayId: `net-natGateway-${zone}`,
            });
        }
        const routed = names("Route").map((name) => inputs("Route", name).routeTableId);
        expect(routed).to.not.include("net-dataRoutes");
        expect(await runsIn(result)).to.deep.equal({
            subnets: ["net-privateSubnet-a", "net-privateSubnet-b"],
            publicAddress: false,
        });
    });

    it("has a hardened machine for all zones, behind a card that stays", async () => {
        const { inputs } = await onAws(() => new Network("net", { egress: "nat-instance", zones: 3 }));
        expect(inputs("Instance", "net-natMachine")).to.deep.include({
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            primaryNetworkInterface: { networkInterfaceId: "net-natCard" },
            instanceType: "t4g.nano",
            monitoring: false,
            ebsOptimized: true,
        });
        const watched = await onAws(() => new Network("net", { egress: "nat-instance" }), prod);
        expect(watched.inputs("Instance", "net-natMachine").monitoring).to.equal(true);
        expect(inputs("Instance", "net-natMachine"))
            .to.have.nested.property("rootBlockDevice.encrypted", true)
            .and.not.have.property("keyName");
        expect(inputs("NetworkInterface", "net-natCard")).to.include({ sourceDestCheck: false });
        for (const zone of ["a", "b", "c"])
            expect(inputs("Route", `net-outRoute-${zone}`)).to.include({ networkInterfaceId: "net-natCard" });
        for (const protocol of ["tcp", "udp"])
            expect(inputs("SecurityGroupIngressRule", `net-natRuleIn-${protocol}`)).to.include({
                cidrIpv4: "10.0.0.0/16",
            });
    });

    it("reaches AWS's APIs through endpoints where there is no way out: once for each, in one zone below prod", async () => {
        const { inputs, names, result } = await onAws(() => {
            const network = new Network("net", { egress: "none" });
            nativeOf(network).reach(["kms", "logs"]);
            // Those two have gateways, which cost nothing.
            nativeOf(network).reach(["kms", "dynamodb", "s3"]);
            return network;
        });
        expect(names("VpcEndpoint").filter((name) => name.startsWith("net-endpoint"))).to.deep.equal(
            ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "kms"].map((api) => `net-endpoint-${api}`),
        );
        expect(inputs("VpcEndpoint", "net-endpoint-logs")).to.deep.include({
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: ["net-privateSubnet-a"],
            securityGroupIds: ["net-endpointGroup"],
        });
        expect(inputs("SecurityGroupIngressRule", "net-endpointRule")).to.include({ fromPort: 443, toPort: 443 });
        expect(names("NatGateway")).to.deep.equal([]);
        expect(nativeOf(result).internet).to.equal(false);
        const large = await onAws(() => new Network("net", { egress: "none" }), prod);
        expect(large.inputs("VpcEndpoint", "net-endpoint-logs").subnetIds).to.have.length(2);
    });

    it("is refused where the region has fewer zones", () => {
        expect(firstZones("net", ["b", "c", "a"], 2)).to.deep.equal(["a", "b"]);
        expect(() => firstZones("net", ["eu-x-1a", "eu-x-1b"], 3)).to.throw(
            pulumi.RunError,
            "Network net: zones: this region has 2 zones (eu-x-1a, eu-x-1b), not 3: lower it, or use another region",
        );
    });
});

describe("A Network on AWS that is there", () => {
    const subnet = (id: string, zone: string, tags = {}) => ({ id, availabilityZone: zone, tags });
    const table = (gateway: string | undefined, subnets: string[], main = false) => ({
        routes: gateway === undefined ? [] : [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway }],
        associations: main ? [{ subnetId: "", main }] : subnets.map((subnetId) => ({ subnetId, main })),
    });

    it("is sorted by its routes, in the order of its zones", () => {
        expect(
            sortSubnets(
                "net",
                "vpc-1",
                [subnet("p2", "b"), subnet("p1", "a"), subnet("n1", "a"), subnet("d1", "a"), subnet("m1", "c")],
                [table("igw-1", ["p1", "p2"]), table("", ["n1"]), table(undefined, ["d1"]), table("igw-1", [], true)],
            ),
        ).to.deep.equal({ public: ["p1", "p2", "m1"], private: ["n1"], data: ["d1"] });
    });

    it("is sorted by its tags first, and is refused without subnets", () => {
        const tagged = [subnet("x", "a", { "mvi:tier": "data" }), subnet("y", "a", { "mvi:tier": "other" })];
        expect(sortSubnets("net", "vpc-1", tagged, [table("igw-1", ["x", "y"])])).to.deep.equal({
            public: ["y"],
            private: [],
            data: ["x"],
        });
        expect(() => sortSubnets("net", "vpc-1", [], [])).to.throw(pulumi.RunError, /vpc-1 has no subnets/);
    });

    const answers: Record<string, Record<string, unknown>> = {
        getVpc: { cidrBlock: "172.31.0.0/16" },
        getSubnets: { ids: ["s1"] },
        getRouteTables: { ids: ["t1"] },
        getSubnet: { availabilityZone: "a", tags: {} },
        getRouteTable: table("igw-1", ["s1"]),
    };

    it("makes nothing", async () => {
        const { all, result } = await onAws(
            () => new Network("net", { existing: "vpc-1" }),
            {},
            (token) => answers[token] ?? {},
        );
        expect(all).to.deep.equal([]);
        expect(await value(result.id)).to.equal("vpc-1");
        const { subnets, range, runs } = nativeOf(result);
        expect(await value(pulumi.all(subnets))).to.deep.equal({ public: ["s1"], private: ["s1"], data: ["s1"] });
        expect(await value(range)).to.equal("172.31.0.0/16");
        expect(await value(runs.publicAddress)).to.equal(true);
    });

    describe("without a way out", () => {
        const digest = `@sha256:${"a".repeat(64)}`;
        const image = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/app${digest}`;
        const closed = () => new Network("net", { existing: "vpc-1", egress: "none" });
        const asked: string[] = [];
        /** As the engine hands on what a provider says. */
        const refusal = (details: string) => Object.assign(new Error(details), { details });
        const there = (
            absent: readonly string[] = [],
            twice: readonly string[] = [],
            interfaces: readonly string[] = [],
        ) => {
            asked.length = 0;
            return (token: string, { serviceName, name, filters }: Record<string, unknown>) => {
                if (token === "getManagedPrefixList") return { id: `pl-of-${name as string}` };
                if (token !== "getVpcEndpoint") return answers[token] ?? {};
                const api = /^com\.amazonaws\.eu-central-1\.(.*)$/.exec(serviceName as string)![1];
                asked.push(api);
                const [{ name: by, values }] = (filters ?? [{}]) as { name?: string; values?: string[] }[];
                const gateway = by === "vpc-endpoint-type" && values?.join() === "Gateway";
                if (absent.includes(api) || (gateway && interfaces.includes(api)))
                    throw refusal("no matching EC2 VPC Endpoint found");
                if (twice.includes(api))
                    throw refusal("multiple EC2 VPC Endpoints matched; use additional constraints");
                return { id: `vpce-${api}` };
            };
        };

        it("lets what runs to its own addresses, and to S3 and DynamoDB by AWS's lists of their addresses", async () => {
            const { inputs, names } = await onAws(
                () => new Container("web", { image, network: closed() }),
                {},
                there([], ["s3"]),
            );
            const own = names("SecurityGroupEgressRule").filter((name) => name.startsWith("web-out"));
            expect(own).to.deep.equal(["web-outRule", "web-outGateway-1", "web-outGateway-2"]);
            expect(inputs("SecurityGroupEgressRule", "web-outRule")).to.include({
                cidrIpv4: "172.31.0.0/16",
                fromPort: 443,
            });
            for (const [index, service] of ["s3", "dynamodb"].entries())
                expect(inputs("SecurityGroupEgressRule", `web-outGateway-${index + 1}`)).to.include({
                    prefixListId: `pl-of-com.amazonaws.eu-central-1.${service}`,
                    fromPort: 443,
                    toPort: 443,
                });
            expect(names("VpcEndpoint")).to.deep.equal([]);
            expect([...asked].sort()).to.deep.equal(["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"]);
        });

        it("is refused where S3 or DynamoDB, which a link is to, has no gateway endpoint", async () => {
            const made = (uses: () => readonly KV[], answers: ReturnType<typeof there>) =>
                onAws(() => new Container("web", { image, network: closed(), uses: [...uses()] }), {}, answers).then(
                    () => "made",
                    (error: Error) => error.message,
                );
            const table = () => [new KV("seen")];
            const lacksIt = (api: string) =>
                `existing: vpc-1 has no endpoint for com.amazonaws.eu-central-1.${api} (of type Gateway), which what runs`;
            expect(await made(table, there(["dynamodb"]))).to.contain(lacksIt("dynamodb"));
            expect(await made(table, there([], [], ["dynamodb"]))).to.contain(lacksIt("dynamodb"));
            expect(await made(() => [], there([], [], ["s3"]))).to.contain(lacksIt("s3"));
            expect(await made(() => [], there(["dynamodb"]))).to.equal("made");
            expect(await made(table, there([], ["dynamodb", "s3"], ["logs"]))).to.equal("made");
        });

        it("is refused where it lacks an endpoint that what runs there needs, its links among it", async () => {
            const made = onAws(
                () => new Container("web", { image, network: closed(), uses: [new Key("vault", {})] }),
                {},
                there(["kms", "s3"]),
            );
            const message = await made.then(
                () => "made",
                (error: Error) => error.message,
            );
            expect(message).to.contain(
                "Network net: existing: vpc-1 has no endpoint for com.amazonaws.eu-central-1.s3 (of type Gateway), com.amazonaws.eu-central-1.kms, " +
                    'which what runs there needs with `egress: "none"`: make what is missing in it, or choose the `egress` by which AWS is reached from it',
            );
        });

        it("is none for images of other registries than ECR, which is reached alone, whether it is there or new", async () => {
            const other = `ghcr.io/example/app${digest}`;
            const faults = async (program: () => unknown): Promise<string[]> =>
                (await refused(onAws(() => void program(), {}, there())))
                    .map(({ where, what: fault }) => `${where} ${fault}`)
                    .sort();
            const what =
                'cannot be pulled in a network whose `egress` is "none": on aws only Amazon ECR is reached from there';
            for (const network of [closed, () => new Network("own", { egress: "none" })]) {
                const sidecars = { side: { image: other }, near: { image } };
                const found = await faults(() => new Container("web", { image, network: network(), sidecars }));
                expect(found).to.deep.equal([`sidecars.side.image ${what}`]);
                const reference = () => new Image("there", { reference: other });
                expect(
                    await faults(() => new Job("nightly", { image: reference(), network: network() })),
                ).to.deep.equal([`image ${what}`]);
                const machines = () => new VM("pool", { network: network(), cpu: 4 });
                expect(await faults(() => new Container("on", { image: other, on: machines() }))).to.deep.equal([
                    `image ${what}`,
                ]);
                const build = { context: "examples/everything/app", dockerfile: "Containerfile" };
                expect(await faults(() => new Container("built", { build, network: network() }))).to.deep.equal([]);
            }
            const app = (egress: "none" | "nat-gateway") => () =>
                new App("shop", {
                    networks: { own: { egress } },
                    containers: { web: { image: other, network: "own" } },
                });
            expect(await faults(app("none"))).to.deep.equal([`containers.web.image ${what}`]);
            expect(await faults(app("nat-gateway"))).to.deep.equal([]);
        });

        it("needs no endpoint for what holds data alone", async () => {
            const none = ["s3", "dynamodb", "kms", "logs", "secretsmanager", "ecr.api", "ecr.dkr"];
            const { names } = await onAws(
                () => new Database("db", { engine: "postgres", network: closed() }),
                {},
                there(none),
            );
            expect(names("Instance")).to.have.length(1);
            expect(asked).to.deep.equal([]);
        });
    });
});

describe("The addresses of subnets", () => {
    it("are of the network, and no two overlap, for every range that there may be", () => {
        for (const network of ["10.0.0.0/16", "10.250.16.0/20", "172.31.0.0/18", "192.168.0.0/17", "10.0.5.0/16"]) {
            const seen = new Map<number, string>();
            const [start, size] = bounds(normal(network));
            for (const tier of tiers) {
                for (const zone of [0, 1, 2, 3]) {
                    const [from, length] = bounds(rangeOf(network, tier, zone));
                    expect(from >= start && from + length <= start + size, `${network} ${tier} ${zone}`).to.equal(true);
                    expect(seen.has(from), `${network} ${tier} ${zone}`).to.equal(false);
                    expect(length).to.equal(size / 16);
                    seen.set(from, tier);
                }
            }
        }
    });

    function bounds(cidr: string): [number, number] {
        const [address, bits] = cidr.split("/");
        return [address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0), 2 ** (32 - Number(bits))];
    }
});
