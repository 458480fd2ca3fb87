// What the components cost: against a program which registers the same resources by hand.
import { expect } from "chai";
import { missingEngine } from "../support/engine";
import { type Aim, inFull, proved, proving } from "../support/proof";
import { type Ratios, Scale } from "./costs";

/** How many containers, how often each side is measured, and how many times as much ours may take at most. */
const sizes = inFull(
    [
        { count: 1, turns: 5 },
        { count: 10, turns: 5 },
        { count: 100, turns: 5, most: 1.05 },
        { count: 1000, turns: 3, most: 1.1 },
    ],
    [{ count: 1, turns: 1 }],
);

for (const by of ["mocks", "engine"] as const)
    for (const cloud of ["aws", "gcp", "local"] as const)
        describe(`many containers on ${cloud}, ${by === "mocks" ? "under mocks" : "through Pulumi's engine"}`, function () {
            this.timeout(inFull(4 * 3_600_000, 300_000));
            const scale = new Scale();
            const seen: { count: number; ratios: Ratios }[] = [];
            before(function () {
                if (by === "engine" && missingEngine([])) this.skip();
            });
            after(() => scale.close());

            for (const { count, turns, most } of sizes as readonly { count: number; turns: number; most?: number }[])
                it(`${count} cost what they cost by hand`, async () => {
                    const ratios = await scale.measure({ cloud, count, by }, turns);
                    seen.push({ count, ratios });
                    const figures = figuresOf(ratios, by === "engine", most);
                    proved({
                        part: "scale",
                        what: `${count} containers on ${cloud}, ${by === "mocks" ? "under mocks" : "by the engine"}`,
                        times: turns,
                        figures,
                    });
                    // Both registered the same, or there is nothing to compare.
                    expect(ratios.resources.times).to.equal(1);
                    expect(ratios.resources.ours).to.be.greaterThan(count);
                    if (by === "engine") expect(ratios.state.ours).to.be.greaterThan(1000 * count);
                    // A single run says little of time; that it is out of all proportion, it does say.
                    if (!proving) expect(ratios.processor.times).to.be.lessThan(4);
                    else for (const figure of Object.values(figures)) if (typeof figure === "object") meets(figure);
                });

            if (proving)
                it("take ten times as much for ten times as many", () => {
                    const [hundred, thousand] = [100, 1000].map((count) => seen.find((one) => one.count === count)!);
                    const growth = thousand.ratios.up.ours / hundred.ratios.up.ours;
                    const byHand = thousand.ratios.up.byHand / hundred.ratios.up.byHand;
                    const most = Math.max(10, byHand) * 1.1;
                    const figure: Aim = {
                        got: `${growth.toFixed(1)} times (by hand: ${byHand.toFixed(1)})`,
                        wanted: "10 times, or what it is by hand, and a tenth",
                        met: growth <= most,
                    };
                    proved({
                        part: "scale",
                        what: `from 100 to 1000 containers on ${cloud}, ${by === "mocks" ? "under mocks" : "by the engine"}`,
                        times: 1,
                        figures: { "an up takes": figure },
                    });
                    meets(figure);
                });
        });

function meets(figure: Aim): void {
    expect(figure.met, `${figure.got}, wanted: ${figure.wanted}`).to.equal(true);
}

function figuresOf(ratios: Ratios, engine: boolean, most?: number): Record<string, string | number | Aim> {
    const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
    const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    const shown = (what: keyof Ratios, unit: (number: number) => string): string | Aim => {
        const { ours, byHand, times } = ratios[what];
        const got = `${times.toFixed(2)} times (${unit(ours)}, by hand ${unit(byHand)})`;
        return most === undefined ? got : { got, wanted: `at most ${most} times`, met: times <= most };
    };
    return {
        "resources of the cloud": ratios.resources.ours,
        preview: shown("preview", seconds),
        up: shown("up", seconds),
        "memory of the program": shown("memory", megabytes),
        ...(engine && { "size of the state": shown("state", megabytes) }),
    };
}
