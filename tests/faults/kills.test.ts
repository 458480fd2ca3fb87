import { expect } from "chai";
import * as fs from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type TestAgent, until } from "../agent/harness";
import { cores, faultHome, guestbook, small, unlock, withFiles } from "./support";
import { startGuests } from "./guests";
import { agents, kill, killChildren, listens, portsIn, runningIn } from "./machine";
import { inFull } from "../support/proof";
import { prove, spread } from "./proof";
import { census, type Strike, strikes } from "./strikes";

/** How often something is killed: 200 times for the proof, or as MVI_FAULTS says. */
const times = Number(process.env.MVI_FAULTS ?? inFull(200, 15));

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
        const guests = startGuests(url, times > 60 ? 200 : 50);
        const back: Back[] = [];
        const ups = { converged: 0, unchanged: 0 };

        const round = async (strike: Strike, number: number): Promise<void> => {
            const { name, during, byUp } = strike;
            title += during ? 1 : 0;
            const ending = during && settled(stack.up());
            await sleep(Math.random() * (ending ? 8_000 : 1_000));
            let since = performance.now();
            strike.hit(home.root);
            if (ending && byUp) {
                await ending;
                await unlock(stack);
                since = performance.now();
            }
            const next = byUp && settled(stack.up());
            const at = Date.now();
            await until(`${number}: it serves after: ${name}`, async () => (await serves(agent, url), true), patience);
            await until(`${number}: guests write after: ${name}`, () => guests.last() > at, patience);
            back.push({ name, seconds: (performance.now() - since) / 1000, load: loadavg()[0] / cores });
            if (number % 20 === 0) console.log(`      ${number}: ${JSON.stringify(spread(back.map(secondsOf)))}`);
            const ended = (await next) || undefined;
            if (ended instanceof Error) throw ended;
            if (ending && !byUp) {
                await ending;
                await unlock(stack);
                await stack.up();
            }
            await until(
                `${number}: nothing is too many or too few after: ${name}`,
                () => (expect(count()).to.deep.equal(whole), true),
                patience,
            );
            if (ending || byUp) {
                ups.converged++;
                await stack.preview({ expectNoChanges: true });
                ups.unchanged++;
            }
        };
        try {
            await until("guests write", () => guests.acknowledged.visits > 0);
            for (const [index, strike] of strikes(times).entries()) await round(strike, index + 1);
            await stack.preview({ expectNoChanges: true });
        } finally {
            await guests.end();
            report(back);
        }
        const missing = await guests.missing();
        const slow = back.filter(({ seconds }) => seconds > aim).length;
        prove("kills", "kill -9 while guests write", times, {
            acknowledged: { ...guests.acknowledged },
            missing: { got: missing.length, wanted: 0, met: missing.length === 0 },
            secondsUntilItServes: spread(back.map(secondsOf)),
            slowerThanTenSeconds: { got: slow, wanted: 0, met: slow === 0 },
            byFault: Object.fromEntries(
                [...byName(back)].map(([name, all]) => [name, { times: all.length, ...spread(all) }]),
            ),
            loadOfTheMachine: spread(back.map(({ load }) => load)),
            ...ups,
        });
        expect(missing).to.deep.equal([]);
        // a machine on which twice as much wants to run as can is given twice the time
        const late = back.filter(({ seconds, load }) => seconds > aim * Math.max(1, load));
        expect(late, "not back in time").to.deep.equal([]);
        await stack.destroy();
        expect(runningIn(home.root)).to.deep.equal([]);
    });

    it("destroys what a destroy that was killed has left, and leaves nothing", async () => {
        const stack = await home.stack(small(() => ({ version: "1", ...withFiles })));
        const hits = [() => killChildren(" destroy "), () => kill(home.root, agents), () => kill(home.root, /./)];
        const rounds = Math.max(3, Math.round(times / 20));
        for (let round = 0; round < rounds; round++) {
            await stack.up();
            const ports = portsIn(home.agents);
            const destroyed = settled(stack.destroy());
            await until("it is under way", () => records(home.agents) < 6, 30_000);
            await sleep(Math.random() * 300);
            if (runningIn(home.root).length > 0) {
                hits[round % hits.length]();
            }
            await destroyed;
            await unlock(stack);
            await stack.destroy();
            await until("nothing runs", () => runningIn(home.root).length === 0, 30_000);
            expect(await Promise.all(ports.map(listens))).to.not.include(true);
            expect(fs.existsSync(home.agents)).to.equal(false);
        }
        prove("destroys", "kill -9 of engine, agent or all in the middle of destroy", rounds, { left: 0 });
    });
});

interface Back {
    readonly name: string;
    readonly seconds: number;
    /** Of the machine at that time, per core. */
    readonly load: number;
}

const secondsOf = ({ seconds }: Back): number => seconds;

async function serves(agent: TestAgent, url: string): Promise<void> {
    const { resources } = await agent.status();
    const failing = resources.filter(({ state }) => state !== "serving");
    expect(failing.map(({ kind, id, error }) => `${kind}/${id}: ${error}`)).to.deep.equal([]);
    expect((await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).status).to.equal(200);
}

/** How it ended, for what is meant to be killed: never rejects. */
function settled(run: Promise<unknown>): Promise<Error | undefined> {
    return run.then(
        () => undefined,
        (error: Error) => error,
    );
}

function byName(back: readonly Back[]): Map<string, number[]> {
    const all = new Map<string, number[]>();
    back.forEach(({ name, seconds }) => all.set(name, [...(all.get(name) ?? []), seconds]));
    return all;
}

function report(back: readonly Back[]): void {
    for (const [name, seconds] of byName(back)) {
        console.log(`      serves after ${name}: ${seconds.map((each) => each.toFixed(1)).join(", ")} s`);
    }
}

/** How many records there are. */
function records(home: string): number {
    const names = fs.existsSync(home) ? fs.readdirSync(home, { recursive: true, encoding: "utf8" }) : [];
    return names.filter((name) => /records.*[.]json$/.test(name)).length;
}
