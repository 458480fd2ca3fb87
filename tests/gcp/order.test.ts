// What must be there before what: without it, a first deployment fails now and then, and a destroy as well.
import { expect } from "chai";
import { Container, Database, LoadBalancer, Network } from "../../components";
import { everything } from "../../examples/everything";
import { guestbook } from "../../stacks/guestbook";
import { app } from "../conformance/parts";
import type { Recorded } from "../support/record";
import { broken, type Order, orders } from "./order";
import { project, region } from "./lens";
import { recorded } from "./program";

const programs = {
    guestbook: () => void guestbook(),
    everything: () => void everything(),
};
const settings = { "everything:token": "token", "everything:domain": "example.com" };

/** A cache, and a database by a peering, in a network that is there. */
function databases() {
    const network = new Network("adopted", { existing: "theirs" });
    const uses = (["redis", "postgres"] as const).map((engine) => new Database(engine, { engine, network }));
    new Container("user", { build: app, network, uses });
}
const peered = () =>
    recorded(
        databases,
        { "mvi:gcpDatabases": "peering" },
        { calls: (token) => (/:get(Network|Subnetworks)$/.test(token) ? there : {}) },
    );
const there = {
    id: "projects/p/global/networks/theirs",
    subnetworks: ["runs", "rows"].map((name, index) => ({
        name,
        selfLink: `https://compute/projects/${project}/regions/${region}/subnetworks/${name}`,
        ipCidrRange: `10.0.${16 * index}.0/20`,
        description: index ? "mvi:tier=data" : "",
        network: "https://compute/projects/p/global/networks/theirs",
    })),
};

/** A service that no one but what is linked calls. */
function calls() {
    const api = new Container("api", { build: app, port: 8080 });
    new Container("web", { build: app, port: 3000, uses: [api] });
}

/** Under a name of Google's. */
function named() {
    const api = new Container("api", { build: app, port: 8080 });
    new LoadBalancer("front", { routes: [{ to: api, path: "/api/" }], redirects: [] });
}

describe("The order on GCP", () => {
    for (const [name, program] of Object.entries(programs))
        for (const profile of ["dev", "small", "prod"])
            it(`of ${name} is what Google asks for, profile ${profile}`, async () => {
                const all = await recorded(program, { ...settings, "mvi:profile": profile });
                expect(all.length).to.be.greaterThan(80);
                expect(broken(all)).to.deep.equal([]);
            });

    it("of a cache, of a database by a peering, and of a name of Google's, is what Google asks for", async () => {
        expect(broken(await peered())).to.deep.equal([]);
        expect(broken(await recorded(named))).to.deep.equal([]);
    });

    it("has something to say of each rule, and notices what no longer waits", async () => {
        const all = await recorded(programs.everything, { ...settings, "mvi:profile": "prod" });
        const others = [await peered(), await recorded(calls), await recorded(named)];
        const without = (order: Order, take: (one: Recorded) => Recorded) =>
            [all, ...others].flatMap((each) => {
                const concerned = each.filter((one) => order.later.test(one.type) && order.earlier(one, each).length);
                return broken(
                    each.map((one) => (concerned.includes(one) ? take(one) : one)),
                    [order],
                );
            });
        for (const order of orders)
            expect(without(order, (one) => ({ ...one, from: {}, after: [] })).length, order.why).to.be.greaterThan(0);
        // What no value says, but `dependsOn` alone.
        for (const order of orders.filter(({ alone }) => alone))
            expect(without(order, (one) => ({ ...one, after: [] })).length, order.why).to.be.greaterThan(0);
    });
});
