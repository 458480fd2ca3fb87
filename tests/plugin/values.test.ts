import { expect } from "chai";
import { type Kind } from "../../agent/kind";
import { checkInputs } from "../../plugin/check";
import { diffInputs } from "../../plugin/diff";
import { readUrn } from "../../plugin/names";
import { hasSecret, hasUnknown, known, plain, type Properties, same, secret } from "../../plugin/values";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("values of the provider", () => {
    it("lose their marks, at any depth", () => {
        const value = { a: secret("x"), b: [{ c: secret({ d: secret(1) }) }], e: null };
        expect(plain(value)).to.deep.equal({ a: "x", b: [{ c: { d: 1 } }], e: null });
        expect(secret(secret("x"))).to.deep.equal(secret("x"));
        expect(known({ a: UNKNOWN, b: [secret(2)], c: { d: UNKNOWN, e: 1 } })).to.deep.equal({ b: [2], c: { e: 1 } });
        expect([hasSecret(value), hasSecret(plain(value))]).to.deep.equal([true, false]);
        expect([hasUnknown({ a: [secret(UNKNOWN)] }), hasUnknown(value)]).to.deep.equal([true, false]);
    });

    it("are the same whether absent, undefined or null", () => {
        expect(same({ a: 1, b: undefined }, { a: 1, c: null })).to.equal(true);
        expect(same([1, [2]], [1, [2]])).to.equal(true);
        for (const [a, b] of [
            [1, "1"],
            [[1], [1, 2]],
            [{ a: 1 }, [1]],
            [{}, undefined],
            [0, undefined],
        ]) {
            expect(same(a, b), JSON.stringify([a, b])).to.equal(false);
        }
    });

    it("differ at the deepest places, by paths that Pulumi reads", () => {
        const olds = {
            same: [1],
            text: "a",
            list: [{ v: 1 }, { v: 2 }],
            gone: 1,
            labels: { "a.b": 1 },
            shape: { a: 1 },
        };
        const news = {
            same: [1],
            text: UNKNOWN,
            list: [{ v: 1 }, { v: 3 }, { v: 4 }],
            labels: { "a.b": 2 },
            shape: [1],
        };
        expect(diffInputs(olds, news, ["text", "labels"])).to.have.deep.members([
            { path: "text", kind: "update", replaces: true },
            { path: "list[1].v", kind: "update", replaces: false },
            { path: "list[2]", kind: "add", replaces: false },
            { path: "gone", kind: "delete", replaces: false },
            { path: 'labels["a.b"]', kind: "update", replaces: true },
            { path: "shape", kind: "update", replaces: false },
        ]);
        expect(diffInputs(olds, { ...olds, more: undefined }, [])).to.deep.equal([]);
    });

    it("a URN has its stack, token and name", () => {
        expect(readUrn("urn:pulumi:dev::shop::mvi:index:Blob$mvi-local:index:Bucket::a::b")).to.deep.equal({
            agent: "shop/dev",
            token: "mvi-local:index:Bucket",
            name: "a::b",
        });
    });
});

describe("checks of the provider", () => {
    const kind = (check: Kind["check"]): Kind =>
        ({ name: "Fake", replaceOn: [], secrets: ["password"], check }) as unknown as Kind;
    const defaults = { agent: "p/s", resourceName: "a" };
    const own = { agent: "p/s", resourceName: "a" };

    it("keep secrets secret, and what the kind declares as one becomes one", async () => {
        const upper = kind(async (inputs) => ({
            inputs: { ...inputs, text: (inputs as { text: string }).text.toUpperCase() },
            faults: [],
        }));
        const news = { text: secret("x"), password: "p", nested: { a: secret(1) } };
        const { inputs } = await checkInputs(upper, news, defaults);
        expect(inputs).to.deep.equal({ text: secret("X"), password: secret("p"), nested: { a: secret(1) }, ...own });
    });

    it("judge what is known, and pass on what is not", async () => {
        const seen: object[] = [];
        const picky = kind(async (inputs) => {
            seen.push(inputs);
            return {
                inputs: { ...inputs, digest: "d" },
                faults: ["open.deep", "text"].map((input) => ({ input, reason: "bad" })),
            };
        });
        const news = { text: "x", open: { deep: UNKNOWN, more: 1 } };
        const checked = await checkInputs(picky, news, defaults);
        expect(seen).to.deep.equal([{ text: "x", open: { more: 1 } }]);
        expect(checked).to.deep.equal({
            inputs: { ...news, digest: "d", ...own },
            faults: [{ input: "text", reason: "bad" }],
        });
    });

    it("that miss what is not known yet are put off, and others are not", async () => {
        const needy = kind(async (inputs) => ({
            inputs,
            faults: [{ input: (inputs as { text: string }).text.trim(), reason: "" }],
        }));
        expect((await checkInputs(needy, { text: UNKNOWN }, defaults)).faults).to.deep.equal([]);
        let error: unknown;
        await checkInputs(needy, {}, defaults).catch((reason: unknown) => (error = reason));
        expect(error).to.be.an.instanceOf(TypeError);
    });

    it("take the name from the input `name`, and refuse what is none", async () => {
        const any = kind(undefined);
        const names = async (news: Properties) => (await checkInputs(any, news, defaults)).inputs.resourceName;
        expect(await names({ name: "b" })).to.equal("b");
        expect(await names({})).to.equal("a");
        for (const name of ["", "Upper", "1a", "a_b", "../a", "a".repeat(101)]) {
            const { faults } = await checkInputs(any, { name }, defaults);
            expect(
                faults.map(({ input }) => input),
                name,
            ).to.deep.equal(["resourceName"]);
        }
    });
});
