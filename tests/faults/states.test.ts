// Each file in which the agent keeps what it knows is cut to half, and overwritten with what nobody can read.
import { expect } from "chai";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { refusal, until } from "../agent/harness";
import { type Aim } from "../support/proof";
import { begin, serves, show } from "./damage";
import { type Kept, keepsOf, keptIn, lineOf, withDatabase } from "./kept";
import { faultHome, smallApp, type Version } from "./support";

const damages: Record<string, (bytes: Buffer) => Buffer> = {
    "cut to half": (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
    overwritten: (bytes) => Buffer.alloc(bytes.length, "\0\xffgarbage{", "latin1"),
};

const anotherKey = { "replaced by another key": () => Buffer.from(randomBytes(32).toString("base64")) };

/**
 * What the agent says in its log, and comes back; or what it says to `up`, which it refuses until that is done: of all, or of what
 * does not come back.
 */
type Says =
    { readonly log: RegExp } | { readonly up: RegExp } | { readonly failing: RegExp } | { readonly nothing: string };

const unread = (file: string, todo: string): Says => ({
    failing: new RegExp(`${file} could not be read [(].*[)]: ${todo}`),
});
const putAside = (file: string): Says => ({ log: new RegExp(`${file} could not be read, and is put aside: `) });

const notAKey = /vault: .*vault.key holds \d+ bytes and not a key of 32: put its backup there/;
const anotherKeyThan = /vault: .*vault.key is not the key that sealed what is here, .*: put the key's backup there/;

/** By file, in the agent's folder. */
const files: Record<string, Says | Record<string, Says>> = {
    "ports.json": putAside("ports.json"),
    "data/processes/Container%2Fsmall-web%2F1.json": { nothing: "the process is found without it, by its mark" },
    "identities.json": putAside("identities.json"),
    "vault.key": {
        "cut to half": { up: notAKey },
        overwritten: { up: notAKey },
        "replaced by another key": { up: anotherKeyThan },
    },
    "vault.key.check": { up: anotherKeyThan },
    format: {
        "cut to half": { nothing: "what is left is the number" },
        overwritten: { up: /format holds .* and not the number of a format: write 1 into it/ },
    },
    "data/job/small-tick.json": putAside("small-tick.json"),
    "data/secret/small-token.secret": unread("small-token.secret", "put its backup there"),
    "data/key/small-seal.key": unread("small-seal.key", "put its backup there"),
    "data/kv/tables.mdb": {
        failing: /tables.mdb could not be read [(](SIG|Error).*[)]: put its backup there, or remove it, with the items/,
    },
    "data/database/small-db/credentials": unread("credentials", "put its backup there"),
    "data/database/small-db/instance.json": unread(
        "instance.json",
        'put its backup there, or write {"generation":"[0-9TZ]+-[0-9a-f]+"} into it',
    ),
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
                secrets: { token: { generate: { length: 20 } } },
                keys: { seal: {} },
                jobs: { tick: { build: smallApp, command: ["node", "-e", "0"], schedule: "0 4 * * *" } },
            },
        };
        const { stack, url, agent } = await begin(home, () => version);
        const said: Record<string, string> = {};
        const missing: string[] = [];
        let times = 0;
        for (const [name, says] of Object.entries(files)) {
            for (const [how, damage] of Object.entries(
                name === "vault.key" ? { ...damages, ...anotherKey } : damages,
            )) {
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

        async function known(): Promise<string[]> {
            const { resources } = (await stack.exportStack()).deployment as { resources: { urn: string }[] };
            return resources.map(({ urn }) => urn);
        }

        /** Damages the file under the agent, kills the agent, and returns what is said. */
        async function damaged(file: string, damage: (bytes: Buffer) => Buffer, says: Says): Promise<string> {
            const whole = fs.readFileSync(file);
            const logged = fs.statSync(agent.place.log).size;
            fs.writeFileSync(file, damage(whole));
            agent.kill("agent");
            if ("up" in says || "failing" in says) {
                const failing = path.join(agent.place.folder, "failing");
                const noted = () => fs.readdirSync(failing, { recursive: true, withFileTypes: true });
                if ("failing" in says) {
                    await until("it fails", () => noted().some((entry) => entry.isFile()), 60_000);
                    const before = await known();
                    await stack.refresh().catch(() => undefined); // of some it cannot say what is there
                    expect(await known(), "what the engine knows after a refresh").to.deep.equal(before);
                }
                const expected = "failing" in says ? says.failing : says.up;
                const { message } = await refusal(stack.up());
                expect(message).to.match(expected).and.not.include("defect");
                fs.writeFileSync(file, whole); // as it says
                return lineOf(message, expected, home.root);
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
