import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { profileNames, type ProfileName } from "../../components/settings";
import { everything } from "../../examples/everything";
import { guestbook } from "../../stacks/guestbook";
import { type Settings, steps } from "./engine";
import { awkward, written } from "./written";

/** Where whole programs are tried: an emulator of a cloud, with that cloud's real provider. */
export interface Ground {
    stack(name: string, program: auto.PulumiFn, settings: Settings): Promise<auto.Stack>;
    /** A stack's state, as it is kept. */
    state(name: string): string;
    /** Makes what `examples/everything` takes for given, and answers the settings that say so. */
    given(): Promise<Settings>;
    /** Changes a bucket for the worse, behind Pulumi's back, and gives the end of the name of what must be mended. */
    harm(): Promise<string>;
    /** Whether what was harmed is as declared. */
    isMended(): Promise<boolean>;
    /** What was refused so far as wrong, and what was asked of the cloud itself. */
    refused(): Promise<string[]>;
    /** What exists, but what that cloud never deletes. */
    existing(): Promise<string[]>;
    close(): Promise<void>;
}

/** A whole program, and a change of its configuration with the resources that it may touch. */
interface Whole {
    readonly program: auto.PulumiFn;
    readonly settings: Settings;
    readonly change: Settings;
    readonly touches: RegExp;
    /** Whether it takes something for given, which is so at `small`. */
    readonly takes?: true;
}

const material = Buffer.from("planted-material-of-thirty-two-b").toString("base64");

const wholes: Readonly<Record<string, Whole>> = {
    guestbook: {
        program: () => Promise.resolve({ ...guestbook() }),
        settings: {},
        change: { "guestbook:title": "Visitors" },
        touches: /^\w+ ([a-z-]+:)?(guestbook-)?web/,
    },
    everything: {
        program: () => Promise.resolve({ ...everything() }),
        settings: {
            "everything:token": { value: awkward, secret: true },
            "everything:material": { value: material, secret: true },
        },
        change: { "everything:token": { value: "planted-value-two", secret: true } },
        // Who reads it gets the new version: machines by another template, and a job that runs once does so again.
        touches: /^\S+ (token-version|web|web-template|migrate|migrate-run)$/,
        takes: true,
    },
};

/** Makes each of the whole programs with each profile: made, unchanged, changed, harmed, mended, and gone without a trace. */
export function tryWholes(start: () => Promise<Ground>, only: readonly ProfileName[] = profileNames): void {
    for (const profile of only)
        for (const [name, whole] of Object.entries(wholes))
            describe(`${name}, profile ${profile}`, () => tryWhole(`${name}-${profile}`, whole, profile, start));
}

function tryWhole(name: string, whole: Whole, profile: ProfileName, start: () => Promise<Ground>): void {
    let ground: Ground;
    let stack: auto.Stack;
    let before: string[];
    let given: Settings = {};
    const configure = (settings: Settings) =>
        ground.stack(name, whole.program, {
            "mvi:profile": profile,
            ...whole.settings,
            ...given,
            ...settings,
        });

    starting(async () => {
        ground = await start();
        if (whole.takes && profile === "small") given = await ground.given();
        before = await ground.existing();
        stack = await configure({});
    });
    after(() => ground?.close());

    it("is made", async () => {
        await stack.up();
        expect(await ground.refused()).to.deep.equal([]);
    });

    it("has nothing to change afterwards, also by what the cloud says", async () => {
        await stack.preview({ expectNoChanges: true });
        await stack.refresh({ expectNoChanges: true });
    });

    it("keeps no secret's value in plain text", () => {
        const state = ground.state(name);
        expect([awkward, material].filter((value) => written(state, value))).to.deep.equal([]);
    });

    it("changes what changes, and no more", async () => {
        stack = await configure(whole.change);
        const done = await steps((onEvent) => stack.up({ onEvent }));
        expect(done).to.not.deep.equal([]);
        expect(done.filter((step) => !whole.touches.test(step))).to.deep.equal([]);
        await stack.preview({ expectNoChanges: true });
    });

    it("mends what was harmed behind its back", async () => {
        const harmed = await ground.harm();
        expect(await ground.isMended()).to.equal(false);
        const done = await steps((onEvent) => stack.up({ refresh: true, onEvent }));
        expect(done.filter((step) => step.startsWith("update ") && step.endsWith(harmed))).to.have.lengthOf(1);
        expect(await ground.isMended()).to.equal(true);
    });

    it("goes without a trace, once it is not protected", async () => {
        stack = await configure({ ...whole.change, "mvi:protect": "false" });
        await stack.up();
        await stack.destroy();
        const left = await ground.existing();
        expect(left.filter((one) => !before.includes(one))).to.deep.equal([]);
        expect(await ground.refused()).to.deep.equal([]);
    });
}

const starting = before;
