import { expect } from "chai";
import * as fs from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation";
import { loadavg } from "node:os";
import { listIfAny } from "../../agent/core/files";
import { type TestAgent, until } from "../agent/harness";
import { census, halvesIn, isSomething, leftFigures, leftOf } from "./census";
import { startGuests } from "./guests";
import { portsIn } from "./machine";
import { prove, spread } from "./proof";
import { Convergence, hitInTheMiddle, same, settled, Tally, upTo, within } from "./rounds";
import { type Strike, strikes } from "./strikes";
import { cores, faultHome, guestbook, times, unlock } from "./support";

/** It is waited for so long: a machine with too much to do needs more than the 10 s that are meant. */
const patience = 90_000;

/** Seconds. */
const aim = 10;

describe("kill -9 at any time, while guests write", function () {
    this.timeout(300_000 + times * 60_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(async function () {
        const { log } = home.agent().place;
        if (this.currentTest?.state === "failed" && fs.existsSync(log)) {
            console.log(fs.readFileSync(log, "utf8").split("\n").slice(-60).join("\n"));
        } else if (this.currentTest?.state === "failed") {
            console.log(
                `${log} is not there; there is ${listIfAny(home.agents).join(", ") || "nothing"} in ${home.agents}`,
            );
        }
        await home.close();
    });

    it(`loses nothing that was acknowledged, and comes back: ${times} times`, async () => {
        let title = 0;
        const stack = await home.stack(async () => ({ url: guestbook(`Guestbook ${title}`) }));
        const url = (await stack.up()).outputs.url.value as string;
        const agent = home.agent();
        const count = () => census(home.root, agent.place.folder);
        const whole = count();
        expect(whole.others, "processes of no known kind").to.deep.equal([]);
        /** All that it had at any time. */
        const ports = new Set(portsIn(home.agents));
        const guests = startGuests(url, times > 60 ? 200 : 50);
        const back: Back[] = [];
        const [tally, convergence] = [new Tally(), new Convergence(stack)];
        const wanted = { inUp: 0, converged: 0 };
        /** Of a release, in milliseconds: a strike is at any time of it. */
        let upTakes = 8_000;

        const noHalves = () => same("no half of a file is left", () => halvesIn(home.root), [], patience);
        const round = async (strike: Strike, number: number): Promise<void> => {
            const { name, during, byUp = false } = strike;
            const isWhole = () => same(`${number}: all is there after: ${name}`, count, whole, patience);
            let before: number;
            let after: number;
            let ending: Promise<unknown> | undefined;
            if (during) {
                ({ before, after, ending } = await hitInTheMiddle(during, strike, home.root, tally, {
                    begin: async () => {
                        title++;
                        const since = performance.now();
                        await stack.up();
                        upTakes = performance.now() - since;
                    },
                    wait: () => upTo(upTakes),
                }));
            } else {
                await upTo(1_000);
                before = Date.now();
                strike.hit(home.root);
                after = Date.now();
            }
            if (byUp) {
                await ending;
                if (ending) await unlock(stack);
                before = after = Date.now();
            }
            const next = byUp ? settled(bringBack(stack)) : undefined;
            // Said at once: what waits for it below may fail first.
            void next?.then((failure) => failure && console.log(`      ${number}: ${name}: ${failure.message}`));
            await until(`${number}: it serves after: ${name}`, async () => (await serves(agent, url), true), patience);
            const served = Date.now();
            const wrote = await until(
                `${number}: each kind of write is acknowledged after: ${name}`,
                () => guests.wroteAll(after),
                patience,
            );
            // a release that was cut off may go on for as long as its old replicas have to end: the next `up` waits for that
            if (!during) await isWhole();
            back.push({
                name,
                byUp,
                serves: (Math.max(served, wrote) - before) / 1000,
                ...(!during && { whole: (Date.now() - before) / 1000 }),
                load: loadavg()[0] / cores,
            });
            if (number % 20 === 0) console.log(`      ${number}: ${JSON.stringify(spread(back.map(servesOf)))}`);
            const failure = await next;
            if (failure) throw failure;
            await ending;
            portsIn(home.agents).forEach((port) => ports.add(port));
            if (during) wanted.inUp++;
            if (during || byUp || number % 10 === 0) {
                wanted.converged++;
                await convergence.next(() => isWhole().then(noHalves));
            }
        };
        try {
            await until("guests write", () => guests.acknowledged.visits > 0);
            for (const [index, strike] of strikes(times).entries()) await round(strike, index + 1);
        } finally {
            await guests.end();
            report(back);
        }
        const missing = await guests.missing();
        const [byItself, byUp] = [false, true].map((one) => back.filter((each) => each.byUp === one));
        await convergence.next(() => same("all is there at the end", count, whole, patience).then(noHalves));
        wanted.converged++;
        portsIn(home.agents).forEach((port) => ports.add(port));
        const undestroyed = await settled(stack.destroy());
        const left = await leftOf(home, ports);
        prove("kills", "kill -9 while guests write", back.length, {
            strikes: { got: back.length, wanted: "at least 200", met: back.length >= 200 },
            acknowledged: { ...guests.acknowledged },
            missing: { got: missing.length, wanted: 0, met: missing.length === 0 },
            "by itself, seconds until it serves, and an entry, a file and a visit begun after the kill are acknowledged":
                within(byItself.map(servesOf), aim),
            "by itself, seconds until all processes, ports and files of it are there again": within(
                byItself.flatMap(wholeOf),
                aim,
            ),
            "all killed at once, which the next up brings back, seconds from its start until it serves and writes":
                within(byUp.map(servesOf), aim),
            "all killed at once, seconds from that start until all processes are there": within(
                byUp.flatMap(wholeOf),
                aim,
            ),
            hitInTheMiddleOfUp: tally.aim(wanted.inUp),
            "strikes, and the end, after which up converged, with no other process or half of a file there, and preview --refresh had no change":
                convergence.aim(wanted.converged),
            ...leftFigures([left]),
            "ports that it had, which nobody listens on after destroy": ports.size,
            "runs of the engine begun again, since the SDK had blamed the run for calls of one that was killed":
                home.begunAgain(),
            secondsUntilItServesByFault: Object.fromEntries(
                [...byName(back)].map(([name, all]) => [name, { times: all.length, ...spread(all) }]),
            ),
            loadOfTheMachinePerCore: spread(back.map(({ load }) => load)),
        });
        expect(missing).to.deep.equal([]);
        // a machine on which twice as much wants to run as can is given twice the time
        const late = back.filter((each) =>
            [each.serves, ...wholeOf(each)].some((seconds) => seconds > aim * Math.max(1, each.load)),
        );
        expect(late, "not back in time").to.deep.equal([]);
        expect(undestroyed?.message, "destroy").to.equal(undefined);
        expect(isSomething(left) ? left : "nothing is left").to.equal("nothing is left");
    });
});

/** What was killed as a whole comes back by this; nothing of it is taken away. */
async function bringBack(stack: Stack): Promise<void> {
    const { summary } = await stack.up();
    const { delete: deleted = 0 } = summary.resourceChanges ?? {};
    if (deleted > 0) throw new Error(`the up that was to bring it back deleted ${deleted} resources`);
}

/** How long it took to come back, in seconds. */
interface Back {
    readonly name: string;
    readonly byUp: boolean;
    readonly serves: number;
    /** Until all processes were there; not of what was killed in a release. */
    readonly whole?: number;
    /** Of the machine at that time, per core. */
    readonly load: number;
}

const servesOf = ({ serves }: Back): number => serves;
const wholeOf = ({ whole }: Back): number[] => (whole === undefined ? [] : [whole]);

async function serves(agent: TestAgent, url: string): Promise<void> {
    const { resources } = await agent.status();
    const failing = resources.filter(({ state }) => state !== "serving");
    expect(failing.map(({ kind, id, error }) => `${kind}/${id}: ${error}`)).to.deep.equal([]);
    expect((await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).status).to.equal(200);
}

function byName(back: readonly Back[]): Map<string, number[]> {
    const all = new Map<string, number[]>();
    back.forEach((one) => all.set(one.name, [...(all.get(one.name) ?? []), one.serves]));
    return all;
}

function report(back: readonly Back[]): void {
    for (const [name, seconds] of byName(back)) {
        console.log(`      serves after ${name}: ${seconds.map((each) => each.toFixed(1)).join(", ")} s`);
    }
}
