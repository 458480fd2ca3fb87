// What the components cost: against a program which registers the same resources by hand.
import { expect } from "chai";
import { missingEngine } from "../support/engine";
import { type Aim, inFull, proved, proving } from "../support/proof";
import { type Ratios, Scale } from "./costs";

type By = "mocks" | "engine";

/** How many containers, how often each side is measured, and how many times as much ours may take at most. */
interface Size {
    readonly count: number;
    readonly turns: Readonly<Record<By, number>>;
    readonly most?: number;
}
const sizes: readonly Size[] = inFull<readonly Size[]>(
    [
        { count: 1, turns: { mocks: 3, engine: 3 } },
        { count: 10, turns: { mocks: 3, engine: 3 } },
        { count: 100, turns: { mocks: 3, engine: 3 }, most: 1.05 },
        { count: 1000, turns: { mocks: 1, engine: 2 }, most: 1.1 },
    ],
    [{ count: 1, turns: { mocks: 1, engine: 1 } }],
);
/** `MVI_SCALE_MOST=100` leaves out the largest, which are most of an hour: they stand on the page as skipped. */
const largest = Number(process.env.MVI_SCALE_MOST ?? 1000);

/**
 * The whole is to take 75 minutes at most, or `MVI_SCALE_MINUTES`. 1,000 on GCP take the engine as long as on AWS, a quarter of an
 * hour or more: they are made where that ends before then, and so is a second turn of 1,000 on local. Milliseconds since the
 * process began.
 */
const until = (Number(process.env.MVI_SCALE_MINUTES ?? 75) - 3) * 60_000;
let largestOnAws = 0;

/** All use one: what is to be registered by hand is the same under mocks and through the engine. */
const scale = new Scale();
after(() => scale.close());
const how = { mocks: "under mocks", engine: "through Pulumi's engine" } as const;

for (const by of ["mocks", "engine"] as const)
    for (const cloud of ["aws", "gcp", "local"] as const)
        describe(`many containers on ${cloud}, ${how[by]}`, function () {
            this.timeout(inFull(3_600_000, 300_000));
            const seen = new Map<number, Ratios>();
            before(function () {
                if (by === "engine" && missingEngine([])) this.skip();
            });

            for (const { count, turns, most } of sizes)
                (count > largest ? it.skip : it)(`${count} cost what they cost by hand`, async function () {
                    if (by === "engine" && cloud === "gcp" && count === 1000)
                        if (performance.now() + largestOnAws > until) this.skip();
                    const began = performance.now();
                    // What components cost is seen where it takes no hour.
                    const ratios = await scale.measure(
                        { cloud, count, by },
                        turns[by],
                        proving && count < 1000,
                        count < 1000 ? Infinity : cloud === "local" ? until : 0,
                    );
                    if (cloud === "aws" && count === 1000) largestOnAws = performance.now() - began;
                    seen.set(count, ratios);
                    const figures = figuresOf(ratios, by, most);
                    proved({
                        part: "scale",
                        what: `${count} containers on ${cloud}, ${how[by]}`,
                        times: ratios.up.turns,
                        figures,
                    });
                    expect(ratios.resources.ours).to.be.greaterThan(count);
                    if (by === "engine") expect(ratios.state.ours).to.be.greaterThan(1000 * count);
                    // A single run says little of time; that it is out of all proportion, it does say.
                    if (!proving) expect(ratios.processor.times).to.be.lessThan(4);
                    else for (const figure of Object.values(figures)) if (typeof figure === "object") meets(figure);
                });

            if (proving)
                (largest < 1000 ? it.skip : it)("take ten times as much for ten times as many", function () {
                    if (!seen.has(1000)) this.skip();
                    const [hundred, thousand] = [100, 1000].map((count) => seen.get(count)!);
                    const growth = (what: keyof Ratios): Aim => {
                        const [times, byHand] = (["ours", "byHand"] as const).map(
                            (side) => thousand[what][side] / hundred[what][side],
                        );
                        return {
                            got: `${times.toFixed(1)} times (by hand: ${byHand.toFixed(1)})`,
                            wanted: "10 times, or what it is by hand, and a tenth",
                            met: times <= Math.max(10, byHand) * 1.1,
                        };
                    };
                    const figures = {
                        "a preview takes": growth("preview"),
                        "an up takes": growth("up"),
                        ...(by === "mocks" && { "memory that the program holds": growth("held") }),
                        "most memory of its process": growth("memory"),
                        ...(by === "engine" && { "size of the state": growth("state") }),
                    };
                    proved({
                        part: "scale",
                        what: `from 100 to 1000 containers on ${cloud}, ${how[by]}`,
                        times: thousand.up.turns,
                        figures,
                    });
                    Object.values(figures).forEach(meets);
                });
        });

function meets(figure: Aim): void {
    expect(figure.met, `${figure.got}, wanted: ${figure.wanted}`).to.equal(true);
}

function figuresOf(ratios: Ratios, by: By, most?: number): Record<string, string | number | Aim> {
    const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
    const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    const shown = (what: keyof Ratios, unit: (number: number) => string): string | Aim => {
        const { ours, byHand, flat, times } = ratios[what];
        const without =
            flat === undefined
                ? ""
                : `; without components, once, ${unit(flat)}: ${(ours / flat).toFixed(2)} times that`;
        const got = `${times.toFixed(2)} times (${unit(ours)}, by hand ${unit(byHand)}${without})`;
        return most === undefined ? got : { got, wanted: `at most ${most} times`, met: times <= most };
    };
    const engine = by === "engine";
    return {
        "resources of the cloud": ratios.resources.ours,
        [engine ? "preview" : "preview, of a processor"]: shown("preview", seconds),
        [engine ? "up" : "up, of a processor"]: shown("up", seconds),
        ...(engine && { "preview and up, what the program has of a processor": shown("processor", seconds) }),
        ...(!engine && { "memory that the program holds": shown("held", megabytes) }),
        "most memory of its process, garbage and all": shown("memory", megabytes),
        ...(engine && { "size of the state": shown("state", megabytes) }),
    };
}
