import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Workspace } from "../support/engine";
import { awkward, formsOf, written } from "../support/written";

const inJson = (value: unknown, times: number): string =>
    times === 0 ? (value as string) : inJson(JSON.stringify(value), times - 1);

/** What looks for secrets finds them in each form in which a state, a log or a message could hold one. */
describe("A secret in what was written", () => {
    it("is found as it is, and however deep in JSON", () => {
        for (const times of [0, 1, 2, 3])
            expect(written(inJson(`${awkward} and more`, times), awkward), `${times} times`).to.equal(true);
        // A policy in JSON is a text in JSON.
        const statement = JSON.stringify({ value: [awkward] });
        expect(written(JSON.stringify({ policy: statement }, undefined, 4), awkward)).to.equal(true);
        expect(written(JSON.stringify({ policy: statement }), awkward.slice(1))).to.equal(true);
    });

    it("is found as other languages write JSON", () => {
        const go = JSON.stringify({ awkward }).replaceAll("<", "\\u003c").replaceAll("&", "\\u0026");
        const all = go.replaceAll(">", "\\u003e");
        expect(written(JSON.stringify({ all }), awkward), "Go").to.equal(true);
        expect(written(JSON.stringify({ awkward }).replaceAll("ü", "\\u00fc"), awkward), "Python").to.equal(true);
    });

    it("is found in base64, wherever it begins, in hexadecimal and in a URL", () => {
        for (const before of ["", "a", "ab", "abc"]) {
            const whole = Buffer.from(`${before}${awkward}${before}`);
            expect(written(`{"userData":"${whole.toString("base64")}"}`, awkward), before).to.equal(true);
            expect(written(whole.toString("base64url"), awkward), before).to.equal(true);
            expect(written(whole, awkward), "as bytes").to.equal(true);
            for (const hex of [whole.toString("hex"), whole.toString("hex").toUpperCase()])
                expect(written(hex, awkward), before).to.equal(true);
        }
        expect(written(`postgres://app:${encodeURIComponent(awkward)}@host/db`, awkward)).to.equal(true);
        expect(written(new URLSearchParams({ awkward }).toString(), awkward)).to.equal(true);
    });

    it("is not found where it is not", () => {
        expect(written(JSON.stringify({ value: awkward.toUpperCase() }), awkward)).to.equal(false);
        expect(formsOf("abc").filter((form) => form.length < 3)).to.deep.equal([]);
    });

    it("is found in a state that the engine has written, and not where the engine keeps it secret", async function () {
        this.timeout(120_000);
        const workspace = new Workspace({});
        try {
            const up = async (name: string, program: () => Record<string, unknown>) => {
                await (await workspace.stack(name, () => Promise.resolve(program()), {})).up();
                return workspace.state(name);
            };
            const document = JSON.stringify({ Statement: { value: awkward } });
            const open = await up("open", () => ({ document }));
            expect(open, "an ordinary search").to.not.include(awkward);
            expect(written(open, awkward), "open").to.equal(true);
            expect(written(await up("kept", () => ({ document: pulumi.secret(document) })), awkward)).to.equal(false);
        } finally {
            workspace.close();
        }
    });
});
