import { expect } from "chai";
import { openCloud } from "../../../components";
import { type ServiceName } from "../../../components/cloud";
import { type ComponentOptions } from "../../../components/component";
import { had } from "../../conformance";
import { samples } from "../../conformance/samples";
import { without } from "../../conformance/spy";
import { type Live, live } from "./support";

const services = Object.keys(samples) as ServiceName[];

/** What needs more than one `up`, and is tried elsewhere: something to restore from is in restore.test.ts. */
const later: Partial<Record<ServiceName, readonly string[]>> = { database: ["restore"] };
/** Other values of the same arguments: what is installed on every machine that these tests run on. */
const instead: Partial<Record<ServiceName, object>> = { database: { version: "18" } };

type Known = Record<string, unknown>;

/** Arguments that were given to the engine, of any sample. */
const tried = Object.fromEntries(services.map((service) => [service, new Set<string>()]));

describe("the samples of every cloud's conformance, on this machine for real", function () {
    this.timeout(240_000);
    this.bail(true);
    let stack: Live;
    let known: Record<string, Known[]>;
    before(async () => {
        stack = await live(async () => program());
    });
    after(() => stack.close());

    it("are made, and healthy", async () => {
        const { outputs } = await stack.up();
        known = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as Known[]]));
        expect(Object.keys(known)).to.have.members(services);
    });

    for (const service of services)
        it(`${service}: its outputs are known`, () => {
            // One may be of some samples only: a job by schedule has no last run yet.
            for (const output of samples[service].outputs)
                expect(
                    known[service].map((each) => each[output]).filter((value) => value !== undefined && value !== null),
                    output,
                ).to.not.be.empty;
        });

    for (const service of services)
        it(`${service}: no argument is left untried`, () => {
            const lacking = Object.keys(openCloud("local").lacks[service] ?? {});
            const aside = [...lacking, ...(later[service] ?? []), ...(samples[service].elsewhere ?? [])];
            const untried = Object.keys(samples[service].service.fields("dev")).filter(
                (key) => !tried[service].has(key) && !aside.includes(key),
            );
            expect(untried).to.deep.equal([]);
        });

    it("have no changes in a second preview", () => stack.unchanged());

    it("leave nothing when they are destroyed", async () => {
        await stack.stack.destroy();
        await stack.nothingLeft();
    });
});

/** Every sample of every service in one stack: what they refer to, they share. */
function program(): Record<string, Known[]> {
    const cloud = openCloud("local");
    const options: ComponentOptions = { cloud };
    return Object.fromEntries(
        services.map((service) => [
            service,
            had(cloud, service, options).map((args, index) => {
                const { type, outputs } = samples[service];
                const name = `tried-${service.toLowerCase()}-${index}`;
                const real = { ...without(args, later[service] ?? []), ...instead[service] };
                Object.keys(real).forEach((key) => tried[service].add(key));
                const made = new type(name, real as never, options) as unknown as Known;
                return Object.fromEntries(outputs.map((output) => [output, made[output]]));
            }),
        ]),
    );
}
