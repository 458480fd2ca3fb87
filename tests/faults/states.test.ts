// Each file in which the agent keeps what it knows is cut to half, and overwritten with what nobody can read.
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { refusal } from "../agent/harness";
import { type Aim } from "../support/proof";
import { begin, serves, show } from "./damage";
import { type Kept, keepsOf, keptIn, lineOf, withDatabase } from "./kept";
import { faultHome, smallApp, type Version } from "./support";

const damages: Record<string, (bytes: Buffer) => Buffer> = {
    "cut to half": (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
    overwritten: (bytes) => Buffer.alloc(bytes.length, "\0\xffgarbage{", "latin1"),
};

/** What the agent says in its log, and comes back; or what it says to `up`, which it refuses until that is done. */
type Says = { readonly log: RegExp } | { readonly up: RegExp } | { readonly nothing: string };

const putAside = (file: string): Says => ({ log: new RegExp(`${file} could not be read, and is put aside: `) });

/** By file, in the agent's folder. */
const files: Record<string, Says | Record<string, Says>> = {
    "ports.json": putAside("ports.json"),
    "data/processes/Container%2Fsmall-web%2F1.json": { nothing: "the process is found without it, by its mark" },
    "identities.json": putAside("identities.json"),
    "vault.key": { up: /vault: .*vault.key holds \d+ bytes and not a key of 32: put its backup there/ },
    format: {
        "cut to half": { nothing: "what is left is the number" },
        overwritten: { up: /format holds .* and not the number of a format: write 1 into it/ },
    },
    "data/job/small-tick.json": putAside("small-tick.json"),
    "logs/small-web-log/log.json": putAside("log.json"),
};

describe("files of state that are damaged, through Pulumi's engine", function () {
    this.timeout(900_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    it("are put aside or named, nothing else is lost, and all comes back", async () => {
        const version: Version = {
            version: "1",
            ...withDatabase,
            more: {
                ...withDatabase.more,
                jobs: { tick: { build: smallApp, command: ["node", "-e", "0"], schedule: "0 4 * * *" } },
            },
        };
        const { stack, url, agent } = await begin(home, () => version);
        const said: Record<string, string> = {};
        const missing: string[] = [];
        let times = 0;
        for (const [name, says] of Object.entries(files)) {
            for (const [how, damage] of Object.entries(damages)) {
                times++;
                const what = `${name.startsWith("data/processes/") ? "the record of a process" : path.basename(name)} ${how}`;
                const expected = (how in says ? (says as Record<string, Says>)[how] : says) as Says;
                said[what] = await damaged(path.join(agent.place.folder, name), damage, expected);
                console.log(`      ${what}: ${said[what]}`);
                await stack.up();
                await serves(home.root, url);
                await stack.preview({ refresh: true, expectNoChanges: true });
                const there = await keptIn(agent.place, keepsOf(version));
                missing.push(...keepsOf(version).flatMap((each) => (there.includes(each) ? [] : lost(each, what))));
            }
        }
        const kept: Aim = { got: `${missing.join(", ") || "all"}`, wanted: "all", met: missing.length === 0 };
        show("a file of the agent's state was damaged, and the agent killed", { ...said, kept }, times);
        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);

        /** Damages the file under the agent, kills the agent, and returns what is said. */
        async function damaged(file: string, damage: (bytes: Buffer) => Buffer, says: Says): Promise<string> {
            const whole = fs.readFileSync(file);
            const logged = fs.statSync(agent.place.log).size;
            fs.writeFileSync(file, damage(whole));
            agent.kill("agent");
            if ("up" in says) {
                const { message } = await refusal(stack.up());
                expect(message).to.match(says.up).and.not.include("defect");
                fs.writeFileSync(file, whole); // as it says
                return lineOf(message, says.up, home.root);
            }
            await serves(home.root, url);
            if ("nothing" in says) return says.nothing;
            const log = fs.readFileSync(agent.place.log).subarray(logged).toString();
            expect(log).to.match(says.log);
            return lineOf(log, says.log, home.root).replace(/^\S+ agent: /, "");
        }
    });
});

const lost = (kept: Kept, what: string): string[] => [`${kept} is lost after: ${what}`];
