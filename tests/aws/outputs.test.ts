import { expect } from "chai";
import { Container } from "../../components";
import { Gathered } from "../../providers/declared";
import { guestbook } from "../../stacks/guestbook";
import { type Registered, run } from "../support/mocks";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** The engine waits for a stack's outputs before the program is at its end, which load balancers wait for. */
describe("A stack's outputs on AWS", () => {
    const image = `ghcr.io/example/app@sha256:${"0".repeat(64)}`;
    const known = { ...lens, config: { "mvi:cloud": "aws" }, answersOutputs: true };
    const services = (made: readonly Registered[]) =>
        made.filter(({ type }) => type === "aws:ecs/service:Service").map(({ name }) => name);

    it("may be the URL of a container which others reach from within", async () => {
        const { made } = await run(known, () => {
            const api = new Container("api", { image, port: 3000 });
            new Container("web", { image, port: 80, uses: [api] });
            return { api: api.url };
        });
        expect(services(made)).to.have.members(["api", "web"]);
    }).timeout(10_000);

    it("may be the guestbook's URL, which waits for nothing that may still be declared", async () => {
        for (const profile of ["dev", "prod"])
            await run({ ...known, config: { ...known.config, "mvi:profile": profile } }, guestbook);
    }).timeout(15_000);

    it("end the program when they wait for its end, though only after a while", async () => {
        const { made } = await run(known, () => {
            const gathered = new Gathered<string>(50);
            gathered.add("one");
            return { all: gathered.all };
        });
        expect(made).to.deep.equal([]);
    });

    it("come too late for what is declared after them", async () => {
        let late: unknown;
        await run({ ...known, answersOutputs: false }, async () => {
            const gathered = new Gathered<string>(10);
            await gathered.all;
            try {
                gathered.add("one");
            } catch (error) {
                late = error;
            }
        });
        expect(String(late)).to.match(/declare it first/);
    });
});
