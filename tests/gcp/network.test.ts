import { expect } from "chai";
import { Network } from "../../components";
import { nativeOf } from "../../providers/gcp/network";
import { chooseSubnets } from "../../providers/gcp/network-existing";
import { normal, rangeOf } from "../../providers/gcp/subnets";
import { value } from "../support/mocks";
import { project, region } from "./lens";
import { onGcp } from "./program";

describe("A Network on GCP", () => {
    it("is closed: nobody gets in, and nothing reaches anything else in it", async () => {
        const { inputs } = await onGcp(() => new Network("own", { flowLogs: true }));
        expect(inputs("Network", "own")).to.include({ autoCreateSubnetworks: false });
        expect(inputs("Subnetwork", "own-subnet-private")).to.deep.include({
            ipCidrRange: "10.0.128.0/17",
            privateIpGoogleAccess: true,
            logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
        });
        expect(inputs("Subnetwork", "own-subnet-data")).to.include({ ipCidrRange: "10.0.64.0/18" });
        expect(inputs("Firewall", "own-deny-in")).to.deep.include({
            direction: "INGRESS",
            sourceRanges: ["0.0.0.0/0"],
            denies: [{ protocol: "all" }],
            logConfig: { metadata: "INCLUDE_ALL_METADATA" },
        });
        expect(inputs("Firewall", "own-deny-out")).to.deep.include({
            direction: "EGRESS",
            destinationRanges: ["10.0.0.0/16"],
        });
        expect(inputs("Policy", "own-names")).to.include({ enableLogging: true });
    });

    it("has a way out as it is asked for, and Cloud NAT only where something goes through it", async () => {
        const made = async (egress: "none" | "public-address" | "nat-instance" | "nat-gateway", machine = false) => {
            const { names, result } = await onGcp(() => {
                const native = nativeOf(new Network("own", { egress }));
                if (machine) native.wayOut();
                return native;
            });
            return { nat: names("RouterNat").length, egress: result.runEgress, address: result.publicAddress };
        };
        expect(await made("none", true)).to.deep.equal({ nat: 0, egress: "ALL_TRAFFIC", address: false });
        expect(await made("public-address", true)).to.deep.equal({
            nat: 0,
            egress: "PRIVATE_RANGES_ONLY",
            address: true,
        });
        expect(await made("nat-instance")).to.deep.equal({ nat: 0, egress: "PRIVATE_RANGES_ONLY", address: false });
        expect(await made("nat-instance", true)).to.deep.include({ nat: 1, address: false });
        expect(await made("nat-gateway")).to.deep.equal({ nat: 1, egress: "ALL_TRAFFIC", address: false });
    });

    it("goes out from addresses that stay, one for each zone's worth at prod", async () => {
        const { inputs, names } = await onGcp(() => new Network("own", { zones: 3 }), {
            "mvi:profile": "prod",
        });
        expect(names("Address")).to.have.length(3);
        expect(inputs("RouterNat", "own-nat")).to.deep.include({
            natIpAllocateOption: "MANUAL_ONLY",
            logConfig: { enable: true, filter: "ERRORS_ONLY" },
        });
    });

    it("without the internet still reaches Google's APIs, by their ordinary names", async () => {
        const { inputs } = await onGcp(() => new Network("own", { egress: "none" }));
        expect(inputs("Firewall", "own-deny-out")).to.deep.include({ destinationRanges: ["0.0.0.0/0"] });
        expect(inputs("Firewall", "own-allow-apis")).to.deep.include({
            destinationRanges: ["199.36.153.8/30"],
            allows: [{ protocol: "tcp", ports: ["443"] }],
        });
        expect(inputs("ManagedZone", "own-zone-apis")).to.include({
            dnsName: "googleapis.com.",
            visibility: "private",
        });
        expect(inputs("RecordSet", "own-record-apis-all")).to.deep.include({
            name: "*.googleapis.com.",
            type: "CNAME",
            rrdatas: ["googleapis.com."],
        });
    });

    it("spreads machines over the first zones by name, and makes policies for endpoints once", async () => {
        const { names, result } = await onGcp(() => {
            const native = nativeOf(new Network("own", { zones: 2 }));
            native.endpointsOf("gcp-memorystore");
            native.endpointsOf("gcp-memorystore");
            return native;
        });
        expect(await value(result.zones)).to.deep.equal([`${region}-b`, `${region}-c`]);
        expect(names("ServiceConnectionPolicy")).to.deep.equal(["own-endpoints-gcp-memorystore"]);
    });

    it("divides its range, and never runs anything where Cloud Run cannot", () => {
        expect(rangeOf("192.168.0.0/16", "private")).to.equal("192.168.128.0/17");
        expect(rangeOf("192.168.0.0/20", "private")).to.equal("192.168.8.0/21");
        expect(rangeOf("192.168.0.0/20", "data")).to.equal("192.168.4.0/22");
        expect(rangeOf("172.16.0.0/20", "proxy")).to.equal("172.16.0.0/22");
        expect(normal("10.0.16.0/16")).to.equal("10.0.0.0/16");
    });

    it("is one that is there, where it is named: what runs in its largest subnet", async () => {
        const link = (name: string) =>
            `https://www.googleapis.com/compute/v1/projects/${project}/regions/${region}/subnetworks/${name}`;
        const subnet = (name: string, ipCidrRange: string, description = "", network = "theirs") => ({
            name,
            ipCidrRange,
            description,
            privateIpGoogleAccess: true,
            network: `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/${network}`,
            selfLink: link(name),
        });
        const subnetworks = [
            subnet("small", "10.1.0.0/28"),
            subnet("runs", "10.1.1.0/24"),
            subnet("rows", "10.1.2.0/23", "mvi:tier=data"),
            subnet("other", "10.2.0.0/16", "", "another"),
        ];
        const { names, result } = await onGcp(
            () => nativeOf(new Network("own", { existing: "theirs" })),
            {},
            { calls: (token) => (/getSubnetworks$/.test(token) ? { subnetworks } : {}) },
        );
        expect(names("Network")).to.deep.equal([]);
        expect(await value(result.subnet)).to.equal(`projects/${project}/regions/${region}/subnetworks/runs`);
        expect(await value(result.dataSubnet)).to.equal(`projects/${project}/regions/${region}/subnetworks/rows`);
        expect(() => chooseSubnets("own", "theirs", region, [subnetworks[0]])).to.throw("no subnet of /26 or larger");
    });
});
