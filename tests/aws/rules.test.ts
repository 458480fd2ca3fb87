import { expect } from "chai";
import { App, Blob, Image, Key, KV, Log, Network, Secret } from "../../components";
import { prefixed, shortName } from "../../providers/aws/names";
import { last, onAws, statements } from "./program";
import { hasTags, takesTags } from "./tags";

/** Everything that this part of AWS makes. */
function everything(name: string) {
    const other = (letter: string) => `${name.slice(0, 38).replace(/-+$/, "")}-${letter}`;
    const key = new Key(name);
    new Key(other("i"), { material: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=" });
    const blob = new Blob(name, { key, cors: [{ origins: ["*"] }] });
    new KV(name);
    new Secret(name, { generate: {} });
    new Log(name, { export: blob });
    new Image(name, { context: "./app" });
    new Network(name, { egress: "nat-instance", flowLogs: true });
    new Network(other("n"), { egress: "none" });
    new Network(other("g"), { egress: "nat-gateway" });
}

describe("Everything on AWS", () => {
    it("is tagged with its app, its stack and its component, wherever AWS takes tags", async () => {
        const { all } = await onAws(() => everything("shop"));
        const untagged = all.filter(({ type, inputs }) => takesTags(type) && !hasTags(inputs.tags));
        expect(untagged.map((one) => `${last(one)} ${one.name}`)).to.deep.equal([]);
        expect(all.filter(({ type }) => takesTags(type)).length).to.be.above(40);
    });

    it("never has a policy that allows everything, but the account's own on its keys", async () => {
        const { all } = await onAws(() => everything("shop"), { "mvi:profile": "prod" });
        for (const { inputs, name } of all) {
            for (const text of [inputs.policy, inputs.assumeRolePolicy].filter(Boolean)) {
                const found = JSON.parse(text as string) as { Statement?: unknown };
                if (!found.Statement) continue; // a lifecycle
                for (const { Effect, Action, Resource, Sid, Principal } of statements(text)) {
                    if (Effect !== "Allow" || Sid === "Account") continue;
                    expect(
                        [Action].flat().filter((action) => action.endsWith("*")),
                        name,
                    ).to.deep.equal([]);
                    // In a key's own policy there is no other resource than the key.
                    if (!Principal) expect([Resource].flat(), name).to.not.include("*");
                }
            }
        }
    });

    it("has names within AWS's limits, for every name that there may be", async () => {
        for (const name of ["a", "a".repeat(40), `a${"-b".repeat(19)}`, "parent-with-the-longest-name-there-may-be"]) {
            const { all } = await onAws(() => everything(name.slice(0, 40)));
            for (const one of all) {
                const [most, form] = limits[last(one)] ?? [255, /^/];
                const { name: given, namePrefix, bucketPrefix } = one.inputs as Record<string, string | undefined>;
                const physical =
                    given ??
                    `${namePrefix ?? bucketPrefix ?? `${one.name}-`}${"0".repeat(namePrefix || bucketPrefix ? 26 : 7)}`;
                expect(physical.length, `${last(one)} ${physical}`).to.be.at.most(most);
                expect(physical, last(one)).to.match(form);
            }
        }
    });

    it("fits a part's parts too, whose names are longer", async () => {
        const app = "a".repeat(19);
        const { all } = await onAws(
            () => new App(app, { blobs: { ["b".repeat(20)]: {} }, logs: { ["c".repeat(20)]: {} } }),
        );
        expect(all.map(({ name }) => name)).to.include(`${app}-${"b".repeat(20)}`);
    });

    it("is the same at each run: nothing that is random, and no time", async () => {
        const [one, two] = [await onAws(() => everything("shop")), await onAws(() => everything("shop"))];
        expect(two.all).to.deep.equal(one.all);
    });
});

describe("Names on AWS", () => {
    it("are Pulumi's own while they fit, and keep their beginning else", () => {
        expect(prefixed("a".repeat(56), 64, "namePrefix")).to.deep.equal({});
        expect(prefixed("a".repeat(57), 64, "namePrefix")).to.deep.equal({ namePrefix: `${"a".repeat(37)}-` });
        expect(prefixed(`${"a".repeat(36)}-${"b".repeat(30)}`, 64, "namePrefix")).to.deep.equal({
            namePrefix: `${"a".repeat(36)}-`,
        });
    });

    it("are short where they must be, and differ by name and salt", async () => {
        await onAws(() => {
            const names = [
                shortName("shop-web-target", 32),
                shortName("shop-web-target", 32, "8080"),
                shortName("shop-web-other", 32),
            ];
            expect(new Set(names).size).to.equal(3);
            expect(shortName("a".repeat(60), 32)).to.match(/^a{24}-[0-9a-f]{7}$/);
            expect(shortName("shop-web-target", 32)).to.equal(names[0]);
        });
    });
});

/** AWS's limits, of the types that have narrow ones. */
const limits: Readonly<Record<string, readonly [number, RegExp]>> = {
    Role: [64, /^[\w+=,.@-]+$/],
    RolePolicy: [128, /^[\w+=,.@-]+$/],
    InstanceProfile: [128, /^[\w+=,.@-]+$/],
    Bucket: [63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/],
    Table: [255, /^[\w.-]{3,}$/],
    Repository: [256, /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/],
    Secret: [512, /^[\w/+=.@-]+$/],
    LogGroup: [512, /^[\w/.#-]+$/],
    FirehoseDeliveryStream: [64, /^[\w.-]+$/],
    Alias: [256, /^alias\/[\w/-]+$/],
};
