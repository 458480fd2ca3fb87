// What it takes to load the built package with one cloud, beyond the packages that a program of that cloud loads anyway.
import { expect } from "chai";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Aim, inFull, proved, proving } from "../support/proof";
import { median } from "./costs";

const root = path.resolve(__dirname, "../..");
const most = 30;
const turns = inFull(21, 3);

/** What a program of that cloud loads that is written by hand. */
const packages = {
    aws: ["@pulumi/pulumi", "@pulumi/aws"],
    gcp: ["@pulumi/pulumi", "@pulumi/gcp"],
    local: ["@pulumi/pulumi"],
} as const;

describe("loading the package", function () {
    this.timeout(600_000);

    for (const cloud of ["aws", "gcp", "local"] as const)
        it(`with ${cloud} takes hardly longer than that cloud's own packages`, async () => {
            const byHand = packages[cloud].map((name) => `require("${name}")`).join(";");
            const withOurs = `require("pulumi-mvi").openCloud("${cloud}")`;
            const times: Record<"ours" | "hand" | "more", Took[]> = { ours: [], hand: [], more: [] };
            for (let turn = 0; turn < turns; turn++) {
                times.ours.push(await took(withOurs));
                times.hand.push(await took(byHand));
                times.more.push(await took(`${byHand};${withOurs}`));
            }
            const [ours, hand, more] = [times.ours, times.hand, times.more].map((all) => ({
                processor: median(all.map(({ processor }) => processor)),
                clock: median(all.map(({ clock }) => clock)),
            }));
            const aim = (one: number, byHand: number): Aim => {
                const over = one - byHand;
                return {
                    got: `${over.toFixed(0)} ms (${one.toFixed(0)} ms, by hand ${byHand.toFixed(0)} ms)`,
                    wanted: `at most ${most} ms`,
                    met: over <= most,
                };
            };
            const others = packages[cloud].join(" and ");
            const figures = {
                [`of a processor, more than ${others}`]: aim(ours.processor, hand.processor),
                [`by the clock, more than ${others}`]: aim(ours.clock, hand.clock),
                "of a processor, more where those are loaded before": aim(more.processor, hand.processor),
            };
            proved({
                part: "scale",
                what: `loading the package with ${cloud}, each time in a process of its own`,
                times: turns,
                figures,
            });
            if (!proving) expect(ours.processor - hand.processor, "milliseconds").to.be.below(1000);
            else
                for (const [name, { met, got }] of Object.entries(figures))
                    expect(met, `${name}: ${got}`).to.equal(true);
        });
});

/** Milliseconds. Modules are compiled and run, and hardly waited for: what a processor does, other programs do not blur. */
interface Took {
    readonly processor: number;
    readonly clock: number;
}

/** In a fresh process. */
async function took(code: string): Promise<Took> {
    const timed =
        `const started = performance.now(), before = process.cpuUsage(); ${code};` +
        "const { user, system } = process.cpuUsage(before);" +
        "console.log(JSON.stringify({ processor: (user + system) / 1000, clock: performance.now() - started }));";
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", timed], { cwd: root });
    return JSON.parse(stdout) as Took;
}
