// Counts how random declarations end, for the page and for the test.
import { expect } from "chai";
import * as fc from "fast-check";
import { type Aim, inFull, proved, proving } from "../support/proof";
import { withHostile } from "./hostile";
import { flawsOf, type Outcome } from "./outcome";

/** No declaration may take longer, in milliseconds: by the clock as well as of the processor. */
const most = 1000;
/**
 * In the short form the machine may have much else to do: then a refusal is held to the aim of the processor, and by the clock
 * to ten times that, as a plan is. A plan of a whole app makes hundreds of mocked resources, and the first one loads the SDK.
 */
const busy = inFull(1, 10);

/** The short form has the same ones at each run, so that no change fails by a fault that is not its own; new ones are for the proof. */
const seed = Number(process.env.MVI_SEED ?? inFull(Math.floor(Math.random() * 2 ** 31), 20261122));

/** How many were tried in all, and how many the whole proof is to try. */
const all = { tried: 0, wanted: 10_000 };
after(() => {
    if (!proving) return;
    const { tried, wanted } = all;
    const declarations = aim(tried, `at least ${wanted}`, tried >= wanted);
    const figures = { declarations, "repeated by": `MVI_SEED=${seed} npm run proof -- input` };
    proved({ part: "input", what: "all random and mutated ones, together", times: tried, figures });
    expect(tried).to.be.at.least(wanted);
});

/**
 * Has random declarations end, and looks at each end. `MVI_SEED` repeats a run: the seed stands on the page, and in a failure.
 */
export async function tally<T>(
    what: string,
    declarations: fc.Arbitrary<T>,
    runs: number,
    ends: (declaration: T) => Promise<Outcome>,
): Promise<void> {
    const seen = { refused: 0, faults: 0, late: 0, plans: 0, judged: 0 };
    const slowest = { refusal: { clock: 0, processor: 0 }, plan: { clock: 0, processor: 0 } };
    const lateOnes = new Set<string>();
    const property = fc.asyncProperty(declarations, async (declaration) => {
        const { refusal, late, judged, milliseconds, elapsed } = await ends(withHostile(declaration) as T);
        const end = slowest[refusal ? "refusal" : "plan"];
        end.clock = Math.max(end.clock, elapsed);
        end.processor = Math.max(end.processor, milliseconds);
        all.tried++;
        seen.judged += judged;
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
    await fc.assert(property, { numRuns: runs, seed });
    const { refused, faults, late, plans, judged } = seen;
    proved({
        part: "input",
        what,
        times: runs,
        figures: {
            "refused with what to do next": `${refused}, with ${faults} faults`,
            "ended in a plan": plans,
            ...(judged > 0 && { "resources of plans, which the agent's own checks let pass too": judged }),
            ...(late > 0 && {
                "refused by a driver or the agent, when other parts were made": aim(late, "0", late === 0),
            }),
            ...timesOf("slowest refusal", slowest.refusal),
            ...(plans > 0 && timesOf("slowest plan", slowest.plan)),
        },
    });
    expect([...lateOnes], "refused by a driver or the agent, when other parts were made").to.deep.equal([]);
    expect(refused, "refused").to.be.greaterThan(runs / 4);
    expect(slowest.refusal.processor, "slowest refusal, milliseconds of the processor").to.be.at.most(most);
    expect(slowest.refusal.clock, "slowest refusal, milliseconds by the clock").to.be.at.most(most * busy);
    expect(slowest.plan.processor, "slowest plan, milliseconds of the processor").to.be.at.most(most * busy);
    expect(slowest.plan.clock, "slowest plan, milliseconds by the clock").to.be.at.most(most * busy);
}

const timesOf = (what: string, { clock, processor }: { clock: number; processor: number }) => ({
    [`${what}, by the clock`]: aim(`${Math.ceil(clock)} ms`, "1 s", clock <= most),
    [`${what}, of the processor`]: aim(`${Math.ceil(processor)} ms`, "1 s", processor <= most),
});

function aim(got: string | number, wanted: string, met: boolean): Aim {
    return { got, wanted, met };
}
