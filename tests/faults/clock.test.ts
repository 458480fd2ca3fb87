// The clock of a machine is set back: what was signed, dated or scheduled is still right.
import { expect } from "chai";
import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type Attempt } from "../../agent/job/job";
import { refusal, until } from "../agent/harness";
import { type Aim } from "../support/proof";
import { begin, serves, show } from "./damage";
import { keepsOf, keptAt, withDatabase } from "./kept";
import { agents, kill, struck, webs } from "./machine";
import { faultHome, filesOf, smallApp, type Version } from "./support";

describe("a clock that is set back, through Pulumi's engine", function () {
    this.timeout(900_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    // What a signature is dated may be 15 minutes off: on one machine, who signs and who checks have the same clock.
    it("by ten minutes and by an hour stops nothing: releases, restarts, TLS and signed requests go on, and no job runs twice", async () => {
        let version: Version = {
            version: "1",
            ...withDatabase,
            more: {
                ...withDatabase.more,
                jobs: { tick: { build: smallApp, command: ["node", "-e", "0"], schedule: "* * * * *" } },
            },
        };
        const clock = path.join(home.root, "clock");
        Object.assign(process.env, { MVI_KINDS: path.join(__dirname, "clock.ts"), MVI_CLOCK: clock });
        const { stack, url, agent } = await begin(home, () => version);
        /** The scheduled times for which the job ran. */
        const runs = (): number[] => {
            const history = path.join(agent.place.folder, "data", "job", "small-tick.json");
            const { attempts } = JSON.parse(fs.readFileSync(history, "utf8")) as { attempts: Attempt[] };
            return attempts
                .filter(({ attempt }) => attempt === 1)
                .flatMap(({ due }) => (due === undefined ? [] : [due]));
        };
        await until("the job has run by its schedule", () => runs().length > 0, 90_000);
        const kept: Aim[] = [];
        const took: string[] = [];
        for (const minutes of [10, 60]) {
            const off = -minutes * 60_000;
            fs.writeFileSync(clock, String(off));
            await sleep(500); // the agent looks each tenth of a second
            version = { ...version, version: `${minutes} minutes` };
            const since = performance.now();
            await stack.up();
            expect(await (await fetch(url)).json()).to.include({ version: version.version });
            struck(kill(home.root, webs, 1), "a replica");
            await serves(home.root, url);
            const first = agent.pid("agent");
            struck(kill(home.root, agents), "the agent");
            await until("another agent is there", () => ![undefined, first].includes(agent.pid("agent")), 30_000);
            await serves(home.root, url);
            const milliseconds = performance.now() - since;
            took.push(`${(milliseconds / 1000).toFixed(1)} s`);
            expect(milliseconds, "milliseconds").to.be.lessThan(120_000);
            const { resources } = await agent.status();
            const web = resources.find(({ kind }) => kind === "Container")!;
            expect(Date.now() - web.since, "by its clock the release was so long ago").to.be.greaterThan(-off - 10_000);
            expect(await byTls(agent.place.folder), "by TLS").to.include({ version: version.version });
            kept.push(await keptAt(agent.place, keepsOf(version), off));
            await stack.preview({ refresh: true, expectNoChanges: true });
        }
        const files = filesOf(agent);
        const ahead = await refusal(files.send(new GetObjectCommand({ Bucket: files.bucket, Key: "a.txt" })));
        files.destroy();
        expect(ahead.name).to.equal("RequestTimeTooSkewed");
        const before = runs().length;
        fs.writeFileSync(clock, "0");
        await until("the job goes on", () => runs().length > before, 150_000);
        const all = runs();
        const twice = all.length - new Set(all).size;
        show(
            "the agent's clock was set back, by ten minutes and then by an hour, and right again",
            {
                "releases, each with the return of a replica that was killed, and of the agent, by that clock": took,
                "a request by TLS after each": "answered, by the new release",
                "a request that is signed by the same clock": "answered",
                "one that is signed by a clock an hour ahead says": ahead.message,
                "runs of a job of each minute, which waits until the clock is where it was": all.length,
                "runs for a time that had its run": { got: twice, wanted: 0, met: twice === 0 },
                "kept, ten minutes back": kept[0],
                "kept, an hour back": kept[1],
                kept: await keptAt(agent.place, keepsOf(version)),
            },
            2,
        );
        expect(kept.filter(({ met }) => !met)).to.deep.equal([]);
        expect(twice).to.equal(0);
        await stack.destroy();
    });
});

/** What the app answers by HTTPS, to who trusts the stack's authority alone; on a connection of its own. */
function byTls(folder: string): Promise<object> {
    const record = path.join(folder, "records", "Balancer", "small-web-public.json");
    const { outputs } = JSON.parse(fs.readFileSync(record, "utf8")) as {
        outputs: { ports: { https: number }; certificateAuthority: string };
    };
    const ca = fs.readFileSync(outputs.certificateAuthority);
    return new Promise((resolve, reject) => {
        const options = { host: "localhost", port: outputs.ports.https, ca, agent: false };
        const request = https.get(options, (response) => {
            let text = "";
            response.on("data", (part: Buffer) => (text += part.toString()));
            response.on("end", () => resolve(JSON.parse(text) as object));
        });
        request.on("error", reject);
    });
}
