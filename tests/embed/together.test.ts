// Stacks of one process at the same time, as a service deploys them that embeds this package for many tenants. That all fail where one
// does is the SDK's, of any program: README.md, "Without the command line".
import { expect } from "chai";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { Blob, KV, Secret } from "../../components";
import { pulumiHome } from "../plugin/harness";

describe("Stacks that one process deploys at the same time", function () {
    this.timeout(120_000);
    let home: ReturnType<typeof pulumiHome>;
    beforeEach(() => (home = pulumiHome({ MVI_KINDS: "" })));
    afterEach(() => home.close());

    const tenant =
        (name: string): PulumiFn =>
        () => {
            const files = new Blob(`${name}-files`);
            new KV(`${name}-carts`, { partitionKey: { name: "id", type: "string" } });
            new Secret(`${name}-token`, { generate: { length: 20 } });
            return Promise.resolve({ files: files.id });
        };

    it("have each their own, change nothing the second time, and go", async () => {
        const names = ["one", "two", "three"];
        const stacks = await Promise.all(names.map((name) => home.stack(tenant(name), name)));
        const made = await Promise.all(stacks.map((stack) => stack.up()));
        const buckets = made.map(({ outputs }) => outputs.files.value as string);
        for (const [index, stack] of stacks.entries()) {
            const { deployment } = (await stack.exportStack()) as { deployment: { resources: { urn: string }[] } };
            const own = deployment.resources
                .filter(({ urn }) => urn.includes("mvi-local:index"))
                .map(({ urn }) => urn.split("::").pop());
            expect(own).to.have.length(3);
            for (const name of own) expect(name).to.match(new RegExp(`^${names[index]}-`));
        }
        expect(new Set(buckets).size).to.equal(3);
        await Promise.all(stacks.map((stack) => stack.preview({ refresh: true, expectNoChanges: true })));
        await Promise.all(stacks.map((stack) => stack.destroy()));
    });
});
