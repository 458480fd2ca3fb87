// The trial of each argument is one itself: it must leave none out, and must see what is dropped.
import { expect } from "chai";
import { openCloud } from "../../components";
import { isPlain } from "../../components/plain";
import type { Cloud, ServiceName } from "../../components/cloud";
import { outputs } from "../local/computed";
import { run } from "../support/mocks";
import { changes } from "./changes";
import { changesIn, effects, nameOf } from "./effect";
import { samples } from "./samples";

describe("the trial of each argument", () => {
    it("sees those which a driver reads and drops", async () => {
        const flawed = (cloud: Cloud): Cloud => ({
            ...cloud,
            drivers: {
                ...cloud.drivers,
                blob: (site, spec) => cloud.drivers.blob(site, { ...spec, cors: [] }),
            },
        });
        const found = await effects("local", { outputs }, "blob", "alone", flawed);
        const dropped = changesIn("blob", "alone").filter((_, index) => found[index] === "dropped");
        expect(dropped.map(({ path }) => path)).to.deep.equal(
            ["origins", "methods", "headers", "maxAge"].map((key) => `cors.0.${key}`),
        );
    });

    it("has a name for each, which no other has", () => {
        const names = (Object.keys(changes) as ServiceName[]).flatMap((service) =>
            Object.keys(changes[service].ways).flatMap((way) =>
                changesIn(service, way).map((change) => `${service} ${way}: ${nameOf(change)}`),
            ),
        );
        expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
    });

    for (const service of Object.keys(samples) as ServiceName[])
        it(`leaves out none of a ${service}`, async () => {
            await run({ config: { "mvi:cloud": "local" }, outputs }, () => {
                const options = { cloud: openCloud("local") };
                const all = [samples[service].full, ...[samples[service].also].filter((one) => one !== undefined)];
                const known = all.flatMap((make) => [make({ cloud: withoutLacks(options.cloud) })].flat());
                const paths = [...new Set(known.flatMap((args) => leaves(args as Record<string, unknown>)))];
                const tried = changes[service].changes.map(({ path }) => path);
                // An Image's own; what is tried as a whole; a second one of what is tried; and what is no more than a way.
                const apart =
                    /^(sidecars\.\w+\.)?(build|env|args|parameters|ports)\.|^alarms\.dead\.|^(generate|reference)$/;
                expect(paths.filter((path) => !apart.test(path) && !tried.includes(path))).to.deep.equal([]);
            });
        });
});

/** What samples are made of is made on the local cloud, whatever that lacks. */
const withoutLacks = (cloud: Cloud): Cloud => ({ ...cloud, lacks: {} });

/** The paths of all that stands in the arguments; components and other things as wholes. */
function leaves(given: Record<string, unknown>, at = ""): string[] {
    return Object.entries(given).flatMap(([key, one]) => {
        const path = `${at}${key}`;
        if (Array.isArray(one) && isPlain(one[0])) return leaves(one[0], `${path}.0.`);
        if (isPlain(one) && !("native" in one) && Object.keys(one).length) return leaves(one, `${path}.`);
        return [path];
    });
}
