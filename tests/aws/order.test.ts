// What must be there before what: without it, a first deployment fails now and then, and a destroy as well.
import { expect } from "chai";
import { Container, Database, LoadBalancer, Log, Network, VM } from "../../components";
import { everything } from "../../examples/everything";
import { guestbook } from "../../stacks/guestbook";
import { broken, transitive } from "../support/order";
import type { Recorded } from "../support/record";
import { orders } from "./order";
import { recorded } from "./program";

const programs = {
    guestbook: () => void guestbook(),
    everything: () => void everything(),
};
const settings = { "everything:token": "token", "everything:domain": "example.com" };
const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

/** What neither of them has: a cluster of Aurora, a way out for each zone, and a log that is sent to an address. */
function others() {
    const network = new Network("wide", { egress: "nat-gateway" });
    const aurora = new Database("aurora", { engine: "mysql", size: "serverless", highAvailability: true, network });
    const log = new Log("lines", { subscribers: ["https://logs.example.com"] });
    const pool = new VM("pool", { network, scale: { min: 1, max: 2 }, start: "serve", ports: { web: { port: 80 } } });
    new Container("packed", { image, on: pool });
    const web = new Container("web", { image, port: 80, network, log, uses: [aurora] });
    new LoadBalancer("front", { routes: [{ to: web }], network });
}

describe("The order on AWS", () => {
    for (const [name, program] of Object.entries({ ...programs, others }))
        for (const profile of ["dev", "small", "prod"])
            it(`of ${name} is what AWS asks for, profile ${profile}`, async () => {
                const all = await recorded(program, { ...settings, "mvi:profile": profile });
                expect(all.length).to.be.greaterThan(80);
                expect(broken(all, orders)).to.deep.equal([]);
            });

    it("has something to say of each rule, and notices each that no longer waits", async () => {
        const prod = { ...settings, "mvi:profile": "prod" };
        const tried = [
            await recorded(programs.everything, prod),
            await recorded(programs.guestbook, { "mvi:profile": "dev" }), // at spot prices
            await recorded(others, prod),
        ];
        for (const order of orders) {
            const concerned = tried.flatMap((all) =>
                all
                    .filter((one) => order.later.test(one.type) && order.earlier(one, all).length)
                    .map((one) => ({ one, all })),
            );
            expect(concerned.length, order.why).to.be.greaterThan(0);
            const unnoticed = (hasty: Partial<Recorded>) =>
                concerned.filter(({ one, all }) => {
                    const before = transitive({ ...one, ...hasty }, all);
                    return order.earlier(one, all).every((each) => before.has(each));
                });
            expect(unnoticed({ from: {}, after: [] }).map(({ one }) => `${one.name}: ${order.why}`)).to.deep.equal([]);
            // What others wait for as well may be there by them.
            if (order.alone) expect(unnoticed({ after: [] }).length, order.why).to.be.below(concerned.length);
        }
    });
});
