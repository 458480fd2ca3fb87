import { expect } from "chai";
import type * as fc from "fast-check";
import { proving } from "../support/proof";
import { harmed } from "./harm";
import { clouds, outcomeOf, type Tried } from "./outcome";
import { compose, sections, tree } from "./random";
import { tally } from "./tally";
import { valid } from "./valid";

/** How many of each kind on each cloud: 11,000 for the proof. Loading the SDK of AWS or GCP alone takes seconds. */
const runs: Readonly<Record<Tried, number>> = proving
    ? { none: 1000, local: 1250, aws: 250, gcp: 250 }
    : { none: 250, local: 250, aws: 0, gcp: 0 };

const kinds: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    "anything at all": tree,
    "sections of random parts": sections,
    "right declarations with harm done to them": harmed,
    "services as Docker Compose has them": compose,
};
const names: Readonly<Record<Tried, string>> = {
    none: "by the components alone",
    local: "with the drivers of local",
    aws: "with the drivers of aws",
    gcp: "with the drivers of gcp",
};

describe("bad declarations end in a message with what to do next, or in a plan", function () {
    this.timeout(1_800_000);
    for (const on of clouds.filter((cloud) => runs[cloud] > 0)) {
        for (const [name, declaration] of Object.entries(valid))
            it(`without harm, ${name} is a plan, ${names[on]}`, async () => {
                const { refusal, late, made, judged } = await outcomeOf(declaration, on);
                expect((refusal ?? late)?.message).to.equal(undefined);
                expect(made).to.be.greaterThan(0);
                expect(judged, "resources that the agent's checks have seen").to.satisfy((count: number) =>
                    on === "local" ? count > 0 : count === 0,
                );
            });

        for (const [kind, declarations] of Object.entries(kinds))
            it(`${kind}, ${names[on]}`, () =>
                tally(`${kind}, ${names[on]}`, declarations, runs[on], (declaration) => outcomeOf(declaration, on)));
    }
});
