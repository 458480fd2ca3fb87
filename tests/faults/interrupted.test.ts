// kill -9 in the middle of the first `up` and of `destroy`: the next one makes it whole, or takes the rest away.
import { expect } from "chai";
import * as fs from "node:fs";
import { until } from "../agent/harness";
import { inFull } from "../support/proof";
import { children, portsIn } from "./machine";
import { prove } from "./proof";
import { converge, hitInTheMiddle, type Left, leftFigures, leftOf, Tally, upTo } from "./rounds";
import { during } from "./strikes";
import { faultHome, guestbook, small, times, unlock, withFiles } from "./support";

describe("kill -9 in the middle of making and of taking away", function () {
    this.timeout(1_500_000 + times * 20_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    it("a first up that was killed, with its database, bucket and table half made, is completed by the next one", async () => {
        const stack = await home.stack(async () => ({ url: guestbook("Guestbook") }));
        const tally = new Tally();
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
            await converge(stack);
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
            left.push(await leftOf(home.root, home.agents, ports));
            console.log(`      ${round + 1} of ${rounds}: ${all[round % all.length].name}`);
        }
        prove("first ups", "kill -9 of engine, agent, plugin or all in the middle of a first up", rounds, {
            hitInTheMiddle: tally.shown,
            "completed by the next up --refresh, and unchanged in a preview --refresh": rounds,
            ...leftFigures(left),
        });
        expect(left.filter(isSomething)).to.deep.equal([]);
    });

    it("what a destroy that was killed has left is taken away by the next one, or made whole by the next up", async () => {
        const stack = await home.stack(small(() => ({ version: "1", ...withFiles })));
        const tally = new Tally();
        const left: Left[] = [];
        const all = during("destroy");
        const rounds = Math.max(all.length, Math.round(times / 20));
        let ports: number[] = [];
        const strike = async (round: number): Promise<void> => {
            const { ending } = await hitInTheMiddle("destroy", all[round % all.length], home.root, tally, {
                begin: async () => {
                    await stack.up();
                    ports = portsIn(home.agents);
                    await stack.destroy();
                },
                wait: async () => {
                    await until("it is made", () => records(home.agents) >= 6, 60_000);
                    await until("it is taken away", () => records(home.agents) < 6, 60_000);
                    await upTo(300);
                },
            });
            await ending;
            await unlock(stack);
        };
        for (let round = 0; round < rounds; round++) {
            await strike(round);
            await converge(stack);
            await strike(round);
            await stack.destroy();
            left.push(await leftOf(home.root, home.agents, ports));
        }
        prove("destroys", "kill -9 of engine, agent, plugin or all in the middle of destroy", 2 * rounds, {
            hitInTheMiddle: tally.shown,
            "made whole by the next up --refresh, and unchanged in a preview --refresh": rounds,
            "taken away by the next destroy": rounds,
            ...leftFigures(left),
        });
        expect(left.filter(isSomething)).to.deep.equal([]);
    });
});

const isSomething = ({ processes, ports, files }: Left): boolean => processes.length + ports.length + files.length > 0;

/** How many records there are. */
function records(home: string): number {
    const names = fs.existsSync(home) ? fs.readdirSync(home, { recursive: true, encoding: "utf8" }) : [];
    return names.filter((name) => /records.*[.]json$/.test(name)).length;
}
