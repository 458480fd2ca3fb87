// kill -9 in the middle of the first `up` and of `destroy`: the next one makes it whole, or takes the rest away.
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../agent/harness";
import { inFull } from "../support/proof";
import { isSomething, type Left, leftFigures, leftOf } from "./census";
import { keep, keepsOf, keptIn, withDatabase } from "./kept";
import { children, namesIn, portsIn } from "./machine";
import { prove } from "./proof";
import { Convergence, hitInTheMiddle, Tally, upTo } from "./rounds";
import { during } from "./strikes";
import { faultHome, guestbook, small, times, unlock } from "./support";

describe("kill -9 in the middle of making and of taking away", function () {
    this.timeout(1_500_000 + times * 20_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    it("a first up that was killed, with its database, bucket and table half made, is completed by the next one", async () => {
        const stack = await home.stack(async () => ({ url: guestbook("Guestbook") }));
        const [tally, convergence] = [new Tally(), new Convergence(stack)];
        const left: Left[] = [];
        const all = during("up");
        const rounds = inFull(3, 1) * all.length;
        /** Of a first up, in milliseconds, from its first record on. */
        const takes = 6_000;
        for (let round = 0; round < rounds; round++) {
            const { ending } = await hitInTheMiddle("up", all[round % all.length], home.root, tally, {
                begin: async () => {
                    await stack.destroy();
                    await stack.up();
                },
                wait: async () => {
                    await until("it has begun", () => children(" up ").length > 0, 60_000);
                    await until("it is under way", () => records(home.agents) > 0, 60_000);
                    await upTo(takes);
                },
            });
            await ending;
            await convergence.next();
            const { url } = await stack.outputs();
            const answer = await fetch(`${url.value}/api/entries`, {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ name: "guest", message: "hello" }),
            });
            expect(answer.status, "an entry").to.equal(201);
            expect(await (await fetch(url.value as string)).text(), "a visit").to.match(/Visits: <strong>[1-9]/);
            const ports = portsIn(home.agents);
            await stack.destroy();
            left.push(await leftOf(home, ports));
            console.log(`      ${round + 1} of ${rounds}: ${all[round % all.length].name}`);
        }
        prove("first ups", "kill -9 of engine, agent, plugin or all in the middle of a first up", rounds, {
            hitInTheMiddle: tally.aim(rounds),
            "completed by the next up, and unchanged in a preview --refresh": convergence.aim(rounds),
            ...leftFigures(left),
        });
        expect(left.filter(isSomething)).to.deep.equal([]);
    });

    it("what a destroy that was killed has left is taken away by the next one, or made whole by the next up", async () => {
        const stack = await home.stack(small(() => ({ version: "1", ...withDatabase })));
        const [tally, convergence] = [new Tally(), new Convergence(stack)];
        const left: Left[] = [];
        const all = during("destroy");
        const rounds = Math.max(all.length, Math.round(times / 20));
        let ports: number[] = [];
        const { place } = home.agent();
        const expected = keepsOf(withDatabase);
        /** It goes when all that it stands for has gone. */
        const recordOf = {
            "a file": "records/Bucket/small-files.json",
            "a value of a KV": "records/Table/small-carts.json",
            "a row of a database": "records/Database/small-db.json",
        };
        /** How many records there are of all of it. */
        let whole = Infinity;
        /** Of a destroy, in milliseconds, from the first record that goes to the last. */
        const takes = 2_000;
        const lost: string[] = [];
        let survived = 0;
        const strike = async (round: number): Promise<void> => {
            const { ending } = await hitInTheMiddle("destroy", all[round % all.length], home.root, tally, {
                begin: async () => {
                    await stack.up();
                    await keep(place, expected);
                    whole = records(home.agents);
                    ports = portsIn(home.agents);
                    await stack.destroy();
                },
                wait: async () => {
                    await until("it is made", () => records(home.agents) >= whole, 60_000);
                    await until("it is taken away", () => records(home.agents) < whole, 60_000);
                    await upTo(takes);
                },
            });
            await ending;
            await unlock(stack);
        };
        for (let round = 0; round < rounds; round++) {
            await strike(round);
            await sleep(1_000); // an agent that lives ends what it is at
            const standing = expected.filter((each) => namesIn(place.folder).includes(recordOf[each]));
            await convergence.next();
            const there = await keptIn(place, standing);
            survived += standing.length;
            lost.push(...standing.filter((each) => !there.includes(each)).map((each) => `${each} in round ${round}`));
            await strike(round);
            await stack.destroy();
            left.push(await leftOf(home, ports));
        }
        const kept = {
            got: `${survived - lost.length} of ${survived}`,
            wanted: "all, and one at least",
            met: survived > 0 && lost.length === 0,
        };
        prove("destroys", "kill -9 of engine, agent, plugin or all in the middle of destroy", 2 * rounds, {
            hitInTheMiddle: tally.aim(2 * rounds),
            "made whole by the next up, and unchanged in a preview --refresh": convergence.aim(rounds),
            "data whose removal had not begun, and that are there after that up": kept,
            "taken away by the next destroy": rounds,
            ...leftFigures(left),
        });
        expect([lost, left.filter(isSomething)]).to.deep.equal([[], []]);
        expect(survived, "what stood when destroy was killed").to.be.greaterThan(0);
    });
});

/** How many records there are. */
const records = (home: string): number => namesIn(home).filter((name) => /records.*[.]json$/.test(name)).length;
