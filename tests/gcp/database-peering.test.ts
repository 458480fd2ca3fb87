import { expect } from "chai";
import { App, Container, Database, Network } from "../../components";
import { connected, nameOf } from "../../providers/gcp/database-peering";
import { value } from "../support/mocks";
import { region } from "./lens";
import { onGcp } from "./program";

const peering = { "mvi:gcpDatabases": "peering" };
const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

/** A network that is there, with a subnet in which things run. */
const calls = (token: string) =>
    ({
        getNetwork: { id: "projects/shop-prod/global/networks/shared" },
        getSubnetworks: {
            subnetworks: [
                {
                    name: "runs",
                    selfLink: `https://www.googleapis.com/compute/v1/projects/shop-prod/regions/${region}/subnetworks/runs`,
                    ipCidrRange: "10.1.0.0/20",
                    description: "",
                    network: "https://compute/shared",
                },
            ],
        },
    })[token.split(":")[2]] ?? {};

const make = () =>
    onGcp(
        () => {
            const network = new Network("own", { existing: "shared" });
            const db = new Database("db", { engine: "postgres", network });
            new Container("web", { image, network, uses: [db] });
            return db;
        },
        peering,
        { calls: (token) => calls(token) },
    );

const refused = (body: () => unknown, settings = peering) =>
    onGcp(body, settings, { calls: (token) => calls(token) }).then(
        () => "made",
        (error: Error) => error.message,
    );

describe("A Database of SQL on GCP by a peering", () => {
    let made: Awaited<ReturnType<typeof make>>;
    before(async () => (made = await make()));

    it("has an address of Google's, in the network that is there, and nothing that costs", () => {
        const { inputs, names } = made;
        const instance = inputs("DatabaseInstance", "db");
        expect(instance.settings).to.deep.include({
            ipConfiguration: {
                ipv4Enabled: false,
                privateNetwork: "projects/shop-prod/global/networks/shared",
                sslMode: "ENCRYPTED_ONLY",
                serverCaMode: "GOOGLE_MANAGED_CAS_CA",
                serverCertificateRotationMode: "AUTOMATIC_ROTATION_DURING_MAINTENANCE",
            },
        });
        expect(names("Address")).to.deep.equal([]);
        expect(names("ForwardingRule")).to.deep.equal([]);
    });

    it("makes nothing of the peering itself, which its network's owner keeps: so no destroy has to end it", () => {
        const { all } = made;
        expect(all.filter(({ type }) => /servicenetworking|globalAddress|networkPeering/i.test(type))).to.deep.equal(
            [],
        );
        expect(all.some(({ inputs: { service } }) => service === "servicenetworking.googleapis.com")).to.equal(true);
    });

    it("is reached by the name that its certificate is for, which a link's user gets with the way there", async () => {
        const { inputs, result } = made;
        const host = `db.${region}.sql-psa.goog`;
        expect(await value(result.host)).to.equal(host);
        expect(inputs("ManagedZone", "db-zone")).to.deep.include({
            dnsName: `${host}.`,
            visibility: "private",
            privateVisibilityConfig: { networks: [{ networkUrl: "projects/shop-prod/global/networks/shared" }] },
        });
        expect(inputs("RecordSet", "db-record")).to.deep.include({ name: `${host}.`, rrdatas: ["10.200.0.3"] });
        expect(inputs("Firewall", "web-connect-db-5432")).to.deep.include({ destinationRanges: ["10.200.0.3/32"] });
    });

    it("has its URL in a secret of this way's own, since it has another name by the other one", () => {
        const { names } = made;
        expect(names("Secret")).to.include("db-userSecret-app-url-peering").and.not.include("db-userSecret-app-url");
    });

    it("has a name of the network's own where Google gives none", () => {
        expect(nameOf(undefined, "db-0a1b2c3d")).to.equal("db-0a1b2c3d.sql.internal.");
        const psc = { connectionType: "PRIVATE_SERVICE_CONNECT", dnsScope: "INSTANCE", name: "x.sql-psc.goog." };
        expect(nameOf([psc], "db-0a1b2c3d")).to.equal("db-0a1b2c3d.sql.internal.");
    });

    it("is refused in a network of the stack's own, with all other faults and what to do", async () => {
        const own = await refused(() => new Database("db", { engine: "mysql", maintenance: "sun 05:30" }));
        expect(own).to.include("network: must be one that is there").and.include('write "sun 05:00"');
        expect(own).to.include("give it a Network with `existing`, or run `pulumi config rm mvi:gcpDatabases`");
        const named = await refused(
            () => new Database("db", { engine: "postgres", network: new Network("own", { range: "10.2.0.0/16" }) }),
        );
        expect(named).to.include("network: must be one that is there");
    });

    it("is found by its network's name in an App, too", async () => {
        const app = (networks: Record<string, { existing?: string }>) =>
            refused(() => new App("shop", { networks, databases: { db: { engine: "postgres", network: "net" } } }));
        expect(await app({ net: {} })).to.include("databases.db.network: must be one that is there");
        expect(await app({ net: { existing: "shared" } })).to.equal("made");
    });

    it("is no matter of redis, which has endpoints of its own", async () => {
        expect(await refused(() => new Database("db", { engine: "redis" }))).to.equal("made");
    });

    it("is a setting with two words", async () => {
        const message = await refused(() => new Database("db", { engine: "redis" }), { "mvi:gcpDatabases": "peer" });
        expect(message).to.include("mvi:gcpDatabases").and.include("pulumi config set mvi:gcpDatabases");
    });
});

describe("A network's private services access", () => {
    const network = "projects/shop-prod/global/networks/shared";
    const answering = (answer: object) => () => Promise.resolve(answer);

    it("is looked for before a database is made", async () => {
        await connected(answering({ peerings: [{ name: "servicenetworking-googleapis-com" }] }), network);
    });

    it("is missed with the commands that make it", async () => {
        for (const answer of [{}, { peerings: [{ name: "other" }] }]) {
            const error = await connected(answering(answer), network).then(
                () => undefined,
                (thrown: Error) => thrown,
            );
            expect(error?.message)
                .to.include("gcloud compute addresses create shared-databases --global --purpose=VPC_PEERING")
                .and.include("--ranges=shared-databases --network=shared --project=shop-prod");
        }
    });
});
