// Counts how random declarations end, for the page and for the test.
import { expect } from "chai";
import * as fc from "fast-check";
import { type Aim, inFull, proved } from "../support/proof";
import { withHostile } from "./hostile";
import { flawsOf, type Outcome } from "./outcome";

/** No declaration may take longer, in milliseconds of the processor. */
const most = 1000;
/** A plan of a whole app on a cloud makes hundreds of mocked resources, and the first one loads the cloud's SDK. */
const mostOfPlan = 20_000;

/**
 * Has random declarations end, and looks at each end. `MVI_SEED` repeats a run: the seed stands in a failure. The short form
 * has the same ones at each run, so that no change fails by a fault that is not its own; new ones are for the proof.
 */
export async function tally<T>(
    what: string,
    declarations: fc.Arbitrary<T>,
    runs: number,
    end: (declaration: T) => Promise<Outcome>,
): Promise<void> {
    const seen = { refused: 0, faults: 0, late: 0, plans: 0, slowestRefusal: 0, slowestPlan: 0 };
    const lateOnes = new Set<string>();
    const given = process.env.MVI_SEED ?? inFull(undefined, "20261122");
    const seed = given === undefined ? undefined : { seed: Number(given) };
    const property = fc.asyncProperty(declarations, async (declaration) => {
        const { refusal, late, milliseconds } = await end(withHostile(declaration) as T);
        const slowest = refusal ? "slowestRefusal" : "slowestPlan";
        seen[slowest] = Math.max(seen[slowest], milliseconds);
        if (late) {
            seen.late++;
            lateOnes.add(late.message.slice(0, 300));
        } else if (!refusal) seen.plans++;
        else {
            seen.refused++;
            seen.faults += refusal.faults.length;
            expect(flawsOf(refusal), refusal.message.slice(0, 2000)).to.deep.equal([]);
        }
    });
    await fc.assert(property, { numRuns: runs, ...seed });
    const { refused, faults, late, plans } = seen;
    proved({
        part: "input",
        what,
        times: runs,
        figures: {
            "refused with what to do next": `${refused}, with ${faults} faults`,
            "ended in a plan": plans,
            ...(late > 0 && { "refused by a driver, when other parts were made": aim(late, "0", late === 0) }),
            "slowest refusal": aim(`${Math.ceil(seen.slowestRefusal)} ms`, "1 s", seen.slowestRefusal <= most),
            ...(plans > 0 && {
                "slowest plan": aim(`${Math.ceil(seen.slowestPlan)} ms`, "1 s", seen.slowestPlan <= most),
            }),
        },
    });
    expect([...lateOnes], "refused by a driver, when other parts were made").to.deep.equal([]);
    expect(refused, "refused").to.be.greaterThan(runs / 4);
    expect(seen.slowestRefusal, "milliseconds of the slowest refusal").to.be.lessThan(most);
    expect(seen.slowestPlan, "milliseconds of the slowest plan").to.be.lessThan(mostOfPlan);
}

const aim = (got: string | number, wanted: string, met: boolean): Aim => ({ got, wanted, met });
