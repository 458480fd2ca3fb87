// What calls a service of Cloud Run, or gets an image on a machine, reaches Google through its network, or not at all.
import { expect } from "chai";
import { Container, Image, Job, Network, VM } from "../../components";
import { nameOf } from "../../providers/gcp/network-existing";
import { refused } from "../support/made";
import { broken, orders } from "./order";
import { number, project, region } from "./lens";
import { onGcp, recorded } from "./program";

const digest = `@sha256:${"a".repeat(64)}`;
const image = `docker.io/acme/web${digest}`;
const ours = `europe-docker.pkg.dev/acme/shop/web${digest}`;
const end = "0a1b2c3d";

/** One of each that may call, in the network of the container that they call. */
function callers(network?: Network) {
    const api = new Container("api", { image, port: 8080, network });
    const given = { network, uses: [api] };
    new Container("service", { image, port: 3000, public: true, ...given });
    new Container("worker", { image, memory: 512, ...given });
    new Job("job", { image, ...given });
    new Container("machines", { image: ours, ports: { raw: { port: 6379, protocol: "tcp" } }, ...given });
    new VM("vm", { start: "true", ...given });
    const pool = new VM("pool", { network, cpu: 4 });
    new Container("placed", { image: ours, port: 3000, on: pool, uses: [api] });
}

const rule = orders.filter(({ why }) => why.includes("from within the network only"));

/** A network that is there, with a subnet. */
const there = (privateIpGoogleAccess = true) => ({
    calls: (token: string) =>
        /:get(Network|Subnetworks)$/.test(token)
            ? {
                  id: "theirs",
                  subnetworks: [
                      {
                          name: "runs",
                          selfLink: `https://compute/projects/${project}/regions/${region}/subnetworks/runs`,
                          ipCidrRange: "10.1.1.0/24",
                          description: "",
                          network: `https://compute/projects/${project}/global/networks/theirs`,
                          privateIpGoogleAccess,
                      },
                  ],
              }
            : {},
});

describe("What is called on Cloud Run, on GCP", () => {
    for (const profile of ["dev", "small", "prod"])
        it(`is reached through the network by each who may call it, profile ${profile}`, async () => {
            const settings = { "mvi:profile": profile };
            const all = await recorded(() => callers(new Network("own", {})), settings);
            expect(rule).to.have.length(1);
            expect(broken(all, rule)).to.deep.equal([]);
            expect(rule.flatMap(({ later }) => all.filter(({ type }) => later.test(type))).length).to.be.greaterThan(6);
            const dumb = all.map((one) => ({ ...one, after: [] }));
            expect(
                broken(dumb, rule)
                    .map((line) => /^\w+ (\S+) does not wait for RecordSet own-record-run-all/.exec(line)?.[1])
                    .filter(Boolean)
                    .sort(),
            ).to.deep.equal(["job", "machines-template", "pool-template", "service", "vm-template", "worker"]);
            const { names, inputs } = await onGcp(() => callers(new Network("own", {})), settings);
            expect(names("ManagedZone")).to.deep.equal(["own-zone-run"]);
            expect(inputs("ManagedZone", "own-zone-run")).to.deep.include({
                dnsName: "run.app.",
                visibility: "private",
            });
            expect(inputs("RecordSet", "own-record-run-own")).to.deep.include({
                name: "run.app.",
                type: "A",
                rrdatas: [8, 9, 10, 11].map((last) => `199.36.153.${last}`),
            });
            expect(inputs("RecordSet", "own-record-run-all")).to.deep.include({
                name: "*.run.app.",
                type: "CNAME",
                rrdatas: ["run.app."],
            });
        });

    it("leaves the names where nothing is called, or what is called is public by its own URL", async () => {
        const zones = async (open: boolean, calls: boolean, domain?: string) => {
            const { names } = await onGcp(() => {
                const api = new Container("api", { image, port: 8080, public: open, domain });
                new Container("web", { image, port: 3000, uses: calls ? [api] : [] });
            });
            return names("ManagedZone").filter((name) => name.endsWith("-zone-run")).length;
        };
        expect(await zones(false, false)).to.equal(0);
        expect(await zones(true, true)).to.equal(0);
        expect(await zones(false, true)).to.equal(1);
        // Behind a load balancer, its own URL lets in the network only.
        expect(await zones(true, true, "api.example.com")).to.equal(1);
    });

    it("has its own name alone lead through a network that is there, once", async () => {
        const program = () => callers(new Network("own", { existing: "theirs", egress: "nat-instance" }));
        const { names, inputs } = await onGcp(program, {}, there());
        expect(names("ManagedZone")).to.deep.equal(["own-zone-run-api"]);
        const host = `api-${end}-${number}.${region}.run.app.`;
        expect(inputs("ManagedZone", "own-zone-run-api")).to.include({ dnsName: host });
        expect(names("RecordSet")).to.deep.equal(["own-record-run-api-own"]);
        expect(inputs("RecordSet", "own-record-run-api-own")).to.include({ name: host, type: "A" });
        expect(broken(await recorded(program, {}, there()), rule)).to.deep.equal([]);
    });

    it("is refused in one whose subnet does not reach Google, and left to its owner where nothing leaves it", async () => {
        const program = () => {
            const network = new Network("own", { existing: "theirs", egress: "none" });
            const api = new Container("api", { image, port: 8080, network });
            new Container("web", { image, port: 3000, network, uses: [api] });
        };
        expect(() => nameOf("own", "api", "api.run.app", false)).to.throw(
            "Network own: existing: its subnet has no Private Google Access, by which api is called: turn it on there",
        );
        const { names } = await onGcp(program, {}, there(false));
        expect(names("ManagedZone")).to.deep.equal([]);
    });
});

describe("Images on machines in a network that nothing leaves, on GCP", () => {
    const closed = () => new Network("closed", { egress: "none" });
    const raw = { raw: { port: 6379, protocol: "tcp" } } as const;

    it("come through the network, which has names for that where a machine gets some", async () => {
        const zones = async (program: () => unknown) =>
            (await onGcp(program)).names("ManagedZone").filter((name) => name.includes("images"));
        const own = () => new Container("own", { image: ours, ports: raw, network: closed() });
        const onVM = () => new Container("on", { image: ours, on: new VM("pool", { network: closed(), cpu: 4 }) });
        const service = () => new Container("service", { image, port: 3000, network: closed() });
        const open = () => new Container("own", { image: ours, ports: raw });
        const bare = () => new VM("bare", { network: closed() });
        expect(await zones(own)).to.deep.equal(["closed-zone-images"]);
        expect(await zones(onVM)).to.deep.equal(["closed-zone-images"]);
        for (const none of [service, open, bare]) expect(await zones(none)).to.deep.equal([]);
        const all = await recorded(own);
        const template = all.find(({ name }) => name === "own-template")!;
        const after = template.after.map((one) => all[one].name);
        expect(after).to.include.members(["closed-record-images-own", "closed-record-images-all"]);
        const { inputs } = await onGcp(own);
        expect(inputs("ManagedZone", "closed-zone-images")).to.include({ dnsName: "pkg.dev." });
    });

    it("are refused from other registries than Artifact Registry, before anything is made", async () => {
        const faults = async (program: () => unknown) =>
            (await refused(onGcp(() => void program()))).map(({ where, what: fault }) => `${where} ${fault}`);
        const what =
            'cannot be pulled in a network whose `egress` is "none": on gcp only Artifact Registry is reached from there';
        const sidecars = { near: { image: ours }, far: { image } };
        const own = (args: object) => () =>
            new Container("own", { image: ours, ports: raw, network: closed(), ...args });
        expect(await faults(own({}))).to.deep.equal([]);
        expect(await faults(own({ image }))).to.deep.equal([`image ${what}`]);
        expect(await faults(own({ image: `gcr.io/acme/web${digest}` }))).to.deep.equal([`image ${what}`]);
        expect(await faults(own({ sidecars }))).to.deep.equal([`sidecars.far.image ${what}`]);
        const there = () => new Image("there", { reference: image });
        const pool = () => new VM("pool", { network: closed(), cpu: 4 });
        expect(await faults(() => new Container("on", { image: there(), on: pool() }))).to.deep.equal([
            `image ${what}`,
        ]);
        // Cloud Run gets its images by itself, and elsewhere machines reach any registry.
        expect(await faults(() => new Container("run", { image, port: 3000, network: closed() }))).to.deep.equal([]);
        expect(await faults(() => new Container("open", { image, ports: raw }))).to.deep.equal([]);
    });
});
