import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Stack } from "@pulumi/pulumi/automation";
import { App } from "../../components";
import { until } from "../agent/harness";
import { type Guests, startGuests } from "./guests";
import {
    agents,
    guardians,
    kill,
    killChildren,
    listens,
    portsIn,
    postmasters,
    runningIn,
    webs,
    workers,
} from "./machine";
import { faultHome, small, withFiles } from "./support";

/** How often something is killed. */
const times = Number(process.env.MVI_FAULTS ?? 12);

describe("kill -9 at any time, while guests write", function () {
    this.timeout(120_000 + times * 60_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(async function () {
        const { log } = home.agent().place;
        if (this.currentTest?.state === "failed" && fs.existsSync(log)) {
            console.log(fs.readFileSync(log, "utf8").split("\n").slice(-40).join("\n"));
        }
        await home.close();
    });

    it(`loses nothing that was acknowledged, and comes back: ${times} times`, async () => {
        let title = 0;
        const stack = await home.stack(async () => ({ url: guestbook(`Guestbook ${title}`) }));
        const url = (await stack.up()).outputs.url.value as string;
        const agent = home.agent();
        const guests = startGuests(url);
        const back: Record<string, number[]> = {};
        const serves = async (): Promise<void> => {
            const { resources } = await agent.status();
            const failing = resources.filter(({ state }) => state !== "serving");
            expect(failing.map(({ kind, id, error }) => `${kind}/${id}: ${error}`)).to.deep.equal([]);
            expect((await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).status).to.equal(200);
        };
        try {
            await until("guests write", () => guests.acknowledged.visits > 0);
            for (let round = 0; round < times; round++) {
                const { name, during, byUp, strike } = faults[round % faults.length];
                title += during === "up" ? 1 : 0;
                const up = during === "up" ? stack.up().catch(() => undefined) : undefined;
                await sleep(Math.random() * (up ? 8_000 : 1_000));
                let since = Date.now();
                strike(home.root);
                if (byUp) {
                    await up;
                    await unlock(stack);
                    since = Date.now();
                }
                const next = byUp ? stack.up() : undefined;
                await until(`it serves after: ${name}`, async () => (await serves(), true), 40_000);
                await until(`guests write after: ${name}`, () => guests.last() > since, 40_000);
                (back[name] ??= []).push(Date.now() - since);
                await next;
                await up;
                if (up && !byUp) {
                    await unlock(stack);
                    await stack.up();
                }
                await until(`nothing is too many or too few after: ${name}`, () => {
                    expect(census(home.root)).to.deep.equal(whole);
                    return true;
                });
                if (up) {
                    await stack.preview({ expectNoChanges: true });
                }
            }
            await stack.preview({ expectNoChanges: true });
        } finally {
            await guests.end();
        }
        report(guests, back);
        expect(await guests.missing()).to.deep.equal([]);
        expect(Math.max(...Object.values(back).flat()), "milliseconds until it serves").to.be.lessThan(limit);
        await stack.destroy();
    });

    it("destroys what a destroy that was killed has left, and leaves nothing", async () => {
        const stack = await home.stack(small(() => ({ version: "1", ...withFiles })));
        const strikes = [() => killChildren(" destroy "), () => kill(home.root, agents), () => kill(home.root, /./)];
        for (let round = 0; round < Math.max(2, times / 10); round++) {
            await stack.up();
            const ports = portsIn(home.agents);
            const destroyed = stack.destroy().catch(() => undefined);
            await until("it is under way", () => records(home.agents) < 6);
            await sleep(Math.random() * 300);
            if (runningIn(home.root).length > 0) {
                strikes[round % strikes.length]();
            }
            await destroyed;
            await unlock(stack);
            await stack.destroy();
            await until("nothing runs", () => runningIn(home.root).length === 0);
            expect(await Promise.all(ports.map(listens))).to.not.include(true);
            expect(fs.existsSync(home.agents)).to.equal(false);
        }
    });
});

/** On a machine with nothing else to do it is 10 s; one that runs other tests beside this one gets more. */
const limit = times > 12 ? 10_000 : 30_000;

function report(guests: Guests, back: Readonly<Record<string, readonly number[]>>): void {
    const { entries, files, visits } = guests.acknowledged;
    console.log(`      acknowledged: ${entries} entries, ${files} files, ${visits} visits`);
    for (const [name, ms] of Object.entries(back)) {
        console.log(`      serves after ${name}: ${ms.map((each) => (each / 1000).toFixed(1)).join(", ")} s`);
    }
}

/** How many records there are. */
function records(home: string): number {
    const names = fs.existsSync(home) ? fs.readdirSync(home, { recursive: true, encoding: "utf8" }) : [];
    return names.filter((name) => /records.*[.]json$/.test(name)).length;
}

interface Fault {
    readonly name: string;
    /** What the engine does meanwhile. */
    readonly during?: "up";
    /** Nothing is left that could bring it back: the next `up` does. */
    readonly byUp?: boolean;
    strike(root: string): void;
}

const faults: Fault[] = [
    { name: "a replica", strike: (root) => kill(root, webs, 1) },
    { name: "the agent", strike: (root) => kill(root, agents) },
    { name: "the postmaster", strike: (root) => kill(root, postmasters) },
    { name: "the engine in up", during: "up", strike: () => killChildren(" up ") },
    { name: "the guardian", strike: (root) => kill(root, guardians) },
    { name: "both replicas and the worker", strike: (root) => (kill(root, webs), kill(root, workers)) },
    { name: "the agent and the postmaster", strike: (root) => (kill(root, agents), kill(root, postmasters)) },
    { name: "all at once", byUp: true, strike: (root) => kill(root, /./) },
    { name: "the agent in up", during: "up", strike: (root) => kill(root, agents) },
    { name: "the postmaster and a replica", strike: (root) => (kill(root, postmasters), kill(root, webs, 1)) },
    {
        name: "all at once in up",
        during: "up",
        byUp: true,
        strike: (root) => (killChildren(" up "), kill(root, /./)),
    },
    { name: "the guardian and a replica", strike: (root) => (kill(root, guardians), kill(root, webs, 1)) },
    { name: "the plugin in up", during: "up", strike: () => killChildren("plugin/main") },
    { name: "the postmaster in up", during: "up", strike: (root) => kill(root, postmasters) },
    { name: "a worker and the agent", strike: (root) => (kill(root, workers), kill(root, agents)) },
];

/** What runs of the guestbook when all is well. */
const whole = { agents: 1, guardians: 1, webs: 2, workers: 1, postmasters: 1 };

function census(root: string): typeof whole {
    const running = runningIn(root);
    const count = (which: RegExp): number => running.filter(({ command }) => which.test(command)).length;
    return {
        agents: count(agents),
        guardians: count(guardians),
        webs: count(webs),
        workers: count(workers),
        postmasters: count(postmasters),
    };
}

/** A killed engine leaves its lock on the stack, as it says itself: `pulumi cancel` takes it away. */
async function unlock(stack: Stack): Promise<void> {
    await stack.cancel().catch((error: Error) => expect(error.message).to.match(/no.* lock|not .*locked|no update/i));
}

function guestbook(title: string) {
    const app = new App("guestbook", {
        images: { app: { context: path.join(__dirname, "../../examples/guestbook") } },
        containers: {
            web: {
                image: "app",
                port: 3000,
                public: true,
                health: { path: "/healthz", interval: 5, timeout: 4 },
                scale: 2,
                stopGrace: 5,
                env: { TITLE: title },
                uses: ["db", "uploads", "visits"],
            },
            worker: { image: "app", command: ["node", "worker.js"], uses: ["db", "uploads"], stopGrace: 5 },
        },
        databases: { db: { engine: "postgres" } },
        blobs: { uploads: {} },
        kvs: { visits: {} },
    });
    return app.urls.web;
}
