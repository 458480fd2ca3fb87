import { expect } from "chai";
import * as fc from "fast-check";
import { App, Blob } from "../../components";
import { inFull } from "../support/proof";
import { flawsOf, outcome } from "./outcome";
import { tally } from "./tally";
import { longTexts, texts, words } from "./words";

const known = ["cloud", "profile", "protect", "smtp", "mailFrom", "gcpDatabases"];
const value = fc.oneof(
    fc.constantFrom(...texts, ...longTexts, "aws", "local", "prod", "dev", "true", "True", "1", "smtp://a:b@c:587"),
    fc.string({ unit: "binary" }),
    fc.json(),
);
const settings = fc
    .array(
        fc.tuple(
            fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, fc.constantFrom(...words, ...texts)),
            value,
        ),
        { maxLength: 5 },
    )
    .map((entries) => Object.fromEntries(entries.map(([key, text]) => [`mvi:${key}`, text])));

/** A program that asks for the settings, and has next to nothing else. */
const program = () => void new App("shop", { blobs: { data: {} } });

describe("bad settings end in a message with the command that mends them", function () {
    this.timeout(600_000);

    it("whatever stands in the stack's configuration", () =>
        tally("random settings `mvi:*` of a stack", settings, inFull(1000, 60), (config) => outcome(program, config)));

    it("with the faults of what is declared, in one message, by an App and by a component", async () => {
        const config = { "mvi:cloud": "azure", "mvi:protect": "yes", "mvi:nosuch": "1" };
        const wanted = ["mvi:nosuch", "mvi:cloud", "mvi:protect"];
        const declared = { blobs: { data: { nosuch: 1 } }, jobs: { nightly: { build: "./app", schedule: "daily" } } };
        const { refusal } = await outcome(() => void new App("shop", declared as never), config);
        expect(refusal?.faults.map(({ where }) => where)).to.deep.equal([
            ...wanted,
            "blobs.data.nosuch",
            "jobs.nightly.schedule",
        ]);
        expect(flawsOf(refusal!)).to.deep.equal([]);
        const { refusal: own } = await outcome(() => void new Blob("data", { nosuch: 1 } as never), config);
        expect(own?.faults.map(({ where }) => where)).to.deep.equal([...wanted, "nosuch"]);
        const { refusal: alone } = await outcome(() => void new Blob("data"), config);
        expect(alone?.message).to.contain("The configuration of stack").and.contain("(3 faults)");
    });

    it("a relay's password is never shown, whatever is wrong with it", async () => {
        for (const relay of [
            "smtp//me:hunter2@x",
            "smtp://me:hunter2@",
            "https://me:hunter2@x",
            "me:hunter2",
            "smtp://me:hunter2@x/y",
        ]) {
            const { refusal } = await outcome(program, { "mvi:smtp": relay, "mvi:mailFrom": "a@example.com" });
            expect(flawsOf(refusal!), relay).to.deep.equal([]);
            expect(refusal!.message).to.contain("pulumi config set --secret mvi:smtp").and.not.contain("hunter2");
        }
    });
});
