// A database's storage means the same on both clouds: it grows by itself, and by a larger number, in place.
import { expect } from "chai";
import { Database } from "../../components";
import { lens as aws } from "../aws/lens";
import { lens as gcp } from "../gcp/lens";
import { run } from "../support/mocks";
import { record } from "../support/record";

const clouds = [
    {
        name: "aws",
        lens: aws,
        type: "aws:rds/instance:Instance",
        at: [],
        of: ["allocatedStorage", "maxAllocatedStorage"],
    },
    {
        name: "gcp",
        lens: gcp,
        type: "gcp:sql/databaseInstance:DatabaseInstance",
        at: ["settings"],
        of: ["diskSize", "diskAutoresizeLimit"],
    },
] as const;

describe("A database's storage", () => {
    for (const { name, lens, type, at, of } of clouds)
        for (const [storage, most] of [
            [20, 100],
            [100, 400],
        ])
            it(`of ${storage} GiB is that on ${name}, and grows to ${most}: a change of it is not passed over`, async () => {
                const { result } = await run({ config: { "mvi:cloud": name }, ...lens }, () => {
                    const recording = record();
                    new Database("db", { engine: "postgres", storage });
                    return recording;
                });
                const server = result.resources.find((one) => one.type === type)!;
                const disk = at.reduce<Readonly<Record<string, unknown>>>(
                    (inputs, key) => inputs[key] as typeof inputs,
                    server.inputs,
                );
                expect(of.map((key) => disk[key])).to.deep.equal([storage, most]);
                const ignored = server.options.ignoreChanges ?? [];
                expect(ignored.length, "it has others").to.be.greaterThan(0);
                expect(
                    ignored.filter((one) => one === "settings" || of.some((key) => one.endsWith(key))),
                ).to.deep.equal([]);
            });
});
