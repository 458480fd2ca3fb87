import * as fc from "fast-check";
import type { ServiceName } from "../../components/cloud";
import { type Sample, samples } from "../conformance/samples";
import { inFull } from "../support/proof";
import { marks } from "./hostile";
import { outcome } from "./outcome";
import { leaf, tree } from "./random";
import { tally } from "./tally";
import { longTexts, texts, words } from "./words";

/** What people give as options, and what they never should. */
const options = fc.oneof(
    { weight: 3, arbitrary: fc.constant<unknown>({}) },
    { weight: 1, arbitrary: fc.record({ cloud: fc.constantFrom("local", "AWS", "azure", "", "__proto__", 7, {}) }) },
);
const names = fc.oneof(
    { weight: 3, arbitrary: fc.constant<unknown>("tried") },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...texts, ...longTexts, undefined, null, 7, {}, [], ...marks) },
);

/** The arguments of a component: right names mostly, with anything in them; or what a sample has, with one thing changed. */
function argumentsOf(service: Sample): fc.Arbitrary<unknown> {
    const fields = Object.keys(service.service.fields("dev"));
    const member = fc.tuple(fc.constantFrom(...fields, ...fields, ...words), tree);
    const random = fc.array(member, { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
    const nearly = member.map(([name, value]) => ({ ...service.least(), [name]: value }));
    return fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 4, arbitrary: random }, { weight: 4, arbitrary: nearly });
}

describe("bad arguments of a component end in a message with what to do next, or in a plan", function () {
    this.timeout(600_000);
    for (const service of Object.keys(samples) as ServiceName[]) {
        const sample = samples[service];
        it(`${sample.type.name}, with the drivers of local`, () =>
            tally(
                `${sample.type.name} by itself, with the drivers of local`,
                fc.tuple(names, argumentsOf(sample), options),
                inFull(250, 12),
                ([name, args, given]) =>
                    outcome(() => void new sample.type(name as never, args as never, given as never), {
                        "mvi:cloud": "local",
                    }),
            ));
    }
});
