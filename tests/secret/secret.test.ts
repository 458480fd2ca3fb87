import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Kind, Refusal } from "../../agent/kind";
import { keyKind, type KeyKind } from "../../agent/key/key";
import { secretKind, type SecretInputs, type SecretKind } from "../../agent/secret/secret";
import { call, type TestHost, testHost } from "../kv/host";

describe("a secret", () => {
    let host: TestHost;
    let keys: KeyKind;
    let kind: SecretKind;
    let clock = Date.now();
    const DAY = 24 * 60 * 60 * 1000;
    before(async () => {
        host = testHost();
        keys = keyKind(host);
        host.kinds.set("Key", keys as unknown as Kind);
        await keys.apply("main", { name: "main", purpose: "encrypt", forceDestroy: false }, call);
        kind = secretKind(host, () => clock);
    });
    after(async () => {
        await kind.stop();
        await keys.stop();
        host.clean();
    });

    it("is given by its reference, and its outputs say nothing of it", async () => {
        const inputs = { name: "token", value: "planted-value", forceDestroy: false };
        const first = await kind.apply("token", inputs, call);
        expect(first.reference).to.equal("secret:token");
        expect(kind.resolve("secret:token")).to.equal("planted-value");
        expect(JSON.stringify(first)).to.not.contain("planted");
        const same = await kind.apply("token", inputs, { ...call, previous: inputs });
        expect(same).to.deep.equal(first);
        const changed = await kind.apply(
            "token",
            { ...inputs, value: "planted-second" },
            { ...call, previous: inputs },
        );
        expect(changed.version).to.not.equal(first.version);
        expect(kind.resolve("secret:token")).to.equal("planted-second");
    });

    it("is sealed on disk, by the vault or by a key", async () => {
        const inputs = { name: "keyed", value: "planted-keyed", key: "main", forceDestroy: false };
        const { version } = await kind.apply("keyed", inputs, call);
        expect(kind.resolve("secret:keyed")).to.equal("planted-keyed");
        const moved = await kind.apply("keyed", { ...inputs, key: undefined }, { ...call, previous: inputs });
        expect(moved.version, "the value is the same").to.equal(version);
        await kind.apply("keyed", inputs, { ...call, previous: inputs });
        const folder = join(host.root, "secret");
        for (const name of readdirSync(folder)) {
            const text = readFileSync(join(folder, name), "utf8");
            expect(text).to.not.contain("planted");
            expect(text).to.not.contain(Buffer.from("planted").toString("base64").slice(0, 8));
        }
        await keys.remove("main", undefined);
        expect(() => kind.resolve("secret:keyed"), "without its key it is gone").to.throw("Key main");
        await keys.apply("main", { name: "main", purpose: "encrypt", forceDestroy: false }, call);
    });

    it("is generated once, as asked for, and anew after its time: watchers are told", async () => {
        const inputs: SecretInputs = {
            name: "made",
            generate: { length: 40, alphabet: "hex" },
            rotateAfterDays: 30,
            forceDestroy: false,
        };
        const first = await kind.apply("made", inputs, call);
        const value = kind.resolve("secret:made");
        expect(value).to.match(/^[0-9a-f]{40}$/);
        const told: string[] = [];
        const end = kind.watch("made", () => told.push(kind.resolve("secret:made")));
        expect(await kind.apply("made", inputs, { ...call, previous: inputs })).to.deep.equal(first);
        clock += 29 * DAY;
        const again = secretKind(host, () => clock);
        expect(await again.apply("made", inputs, { ...call, previous: inputs, restoring: true })).to.deep.equal(first);
        await again.stop();
        clock += 2 * DAY;
        const rotated = await kind.apply("made", inputs, { ...call, previous: inputs });
        expect(rotated.version).to.not.equal(first.version);
        expect(told).to.deep.equal([kind.resolve("secret:made")]);
        expect(told[0]).to.not.equal(value);
        const longer: SecretInputs = { ...inputs, generate: { length: 12, alphabet: "printable" } };
        await kind.apply("made", longer, { ...call, previous: inputs });
        expect(kind.resolve("secret:made")).to.match(/^[!-~]{12}$/);
        expect(told.length).to.equal(2);
        end();
        await kind.apply("made", inputs, { ...call, previous: longer });
        expect(told.length).to.equal(2);
        const recorded = { inputs, outputs: rotated };
        expect((await kind.read("made", recorded))?.outputs.version).to.not.equal(rotated.version);
    });

    it("refuses a key that signs, and goes again as it was not made whole", async () => {
        const signing = { name: "pen", purpose: "sign", forceDestroy: false } as const;
        await keys.apply("pen", signing, call);
        const inputs = { name: "half", value: "planted-half", key: "pen", forceDestroy: false };
        const error = await kind.apply("half", inputs, call).catch((caught: unknown) => caught);
        expect(error).to.be.instanceOf(Refusal).and.have.property("message").that.contains("Key pen");
        await kind.remove("half", inputs);
    });

    it("is gone when it is removed, and refuses what does not go together", async () => {
        const inputs = { name: "token", value: "planted-value", forceDestroy: false };
        const refused = await kind.remove("token", inputs).catch((caught: unknown) => caught);
        expect(refused).to.be.instanceOf(Refusal).and.have.property("message").that.contains("`protect: false`");
        expect(kind.resolve("secret:token"), "it is guarded").to.equal("planted-second");
        await kind.remove("token", { ...inputs, forceDestroy: true });
        await kind.remove("token", inputs);
        for (const reference of ["secret:token", "token", "secret:../vault/key", ""]) {
            expect(() => kind.resolve(reference)).to.throw(Refusal);
        }
        const bad: Partial<SecretInputs>[] = [
            {},
            { value: "x", generate: { length: 9 } },
            { generate: { length: 7 } },
            { value: "x", rotateAfterDays: 3 },
        ];
        for (const more of bad) {
            const given = { name: "bad", forceDestroy: false, ...more };
            const error = await kind.apply("bad", given, call).catch((caught: unknown) => caught);
            expect(error).to.be.instanceOf(Refusal);
        }
        const told = JSON.stringify([host.reports, host.lines]);
        expect(told).to.not.contain("planted");
    });
});
