// What it takes to load the built package with one cloud, beyond the packages that a program of that cloud loads anyway.
import { expect } from "chai";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { openCloud } from "pulumi-mvi";
import { type Aim, inFull, proved, proving } from "../support/proof";
import { median } from "./costs";

const root = path.resolve(__dirname, "../..");
const most = 30;
const turns = inFull(21, 3);

/** The modules of a cloud that make its components: `load-balancer` for `loadBalancer`. */
const drivers = Object.keys(openCloud("local").drivers).map((service) =>
    service.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
);

/** What a program of that cloud loads that is written by hand. */
const packages = {
    aws: ["@pulumi/pulumi", "@pulumi/aws"],
    gcp: ["@pulumi/pulumi", "@pulumi/gcp"],
    local: ["@pulumi/pulumi"],
} as const;

describe("loading the package", function () {
    this.timeout(600_000);

    for (const cloud of ["aws", "gcp", "local"] as const) {
        it(`with ${cloud} takes hardly longer than that cloud's own packages`, async () => {
            const byHand = packages[cloud].map((name) => `require("${name}")`).join(";");
            const withOurs = `require("pulumi-mvi").openCloud("${cloud}")`;
            const wanted = drivers.map((file) => `require("./dist/providers/${cloud}/${file}.js")`).join(";");
            const turnsOf: Record<"after" | "used" | "ours" | "hand", Took>[] = [];
            for (let turn = 0; turn < turns; turn++)
                turnsOf.push({
                    after: await took(withOurs, byHand),
                    used: await took(`${withOurs};${wanted}`, byHand),
                    ours: await took(withOurs),
                    hand: await took(byHand),
                });
            const all = (one: keyof (typeof turnsOf)[0], unit: "processor" | "clock") =>
                median(turnsOf.map((turn) => turn[one][unit]));
            const after = all("after", "clock");
            const others = packages[cloud].join(" and ");
            const milliseconds = (given: number) => `${given.toFixed(0)} ms`;
            const aim = (over: number, from = ""): Aim => ({
                got: `${milliseconds(over)}${from}`,
                wanted: `at most ${most} ms`,
                met: over <= most,
            });
            const whole = (unit: "processor" | "clock"): Aim => {
                const [ours, hand] = [all("ours", unit), all("hand", unit)];
                return aim(ours - hand, ` (${milliseconds(ours)}, by hand ${milliseconds(hand)})`);
            };
            const figures: Record<string, string | Aim> = {
                [`by the clock, where ${others} are loaded`]: aim(after),
                [`of a processor, where ${others} are loaded`]: aim(all("after", "processor")),
                [`by the clock, the whole program, more than ${others}`]: whole("clock"),
                [`of a processor, the whole program, more than ${others}`]: whole("processor"),
                "by the clock, with the driver of every service, which a program loads when it first has one":
                    milliseconds(all("used", "clock")),
            };
            proved({
                part: "scale",
                what: `loading the package with ${cloud}, each time in a process of its own`,
                times: turns,
                figures,
            });
            if (!proving) {
                expect(after, "milliseconds").to.be.below(10 * most);
                expect(all("ours", "processor") - all("hand", "processor"), "milliseconds").to.be.below(1000);
            } else
                for (const [name, figure] of Object.entries(figures))
                    if (typeof figure === "object") expect(figure.met, `${name}: ${figure.got}`).to.equal(true);
        });

        it(`with ${cloud} loads no driver before a program has a component of it`, async () => {
            const { loaded } = await took(`require("pulumi-mvi").openCloud("${cloud}")`);
            const ofCloud = loaded.flatMap(
                (file) => new RegExp(`dist/providers/${cloud}/(.+)[.]js$`).exec(file)?.[1] ?? [],
            );
            expect(ofCloud).to.include("drivers");
            expect(ofCloud.filter((file) => drivers.includes(file))).to.deep.equal([]);
        });
    }
});

/** Times are in milliseconds. */
interface Took {
    readonly processor: number;
    readonly clock: number;
    /** All modules that are there in the end. */
    readonly loaded: readonly string[];
}

/** In a fresh process, in which `before` is done, and what it left is collected, before the time begins. */
async function took(code: string, before = ""): Promise<Took> {
    const timed =
        `${before}; gc(); const started = performance.now(), used = process.cpuUsage(); ${code};` +
        "const clock = performance.now() - started, { user, system } = process.cpuUsage(used);" +
        "const processor = (user + system) / 1000, loaded = Object.keys(require.cache);" +
        "console.log(JSON.stringify({ processor, clock, loaded }));";
    const args = ["--expose-gc", "-e", timed];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 ** 2 });
    return JSON.parse(stdout) as Took;
}
