import "../../providers/aws/types"; // what `import "pulumi-mvi/aws"` is
import "../../providers/gcp/types";
import { expect } from "chai";
import type * as lb from "@pulumi/aws/lb";
import * as aws from "@pulumi/aws/provider";
import {
    Blob,
    Container,
    LoadBalancer,
    Metric,
    Mistake,
    Network,
    openCloud,
    stackNodes,
    type StackTransforms,
    transformStack,
} from "../../components";
import { onAws } from "../aws/program";
import { onGcp } from "../gcp/program";
import { run } from "../support/mocks";

const image = `ghcr.io/example/app@sha256:${"a".repeat(64)}`;
const on = { aws: onAws, gcp: onGcp };

for (const name of ["aws", "gcp"] as const)
    describe(`What the parts of a stack share on ${name}`, () => {
        /** With all that is shared. */
        const program = () => {
            const app = new Container("app", { image, port: 3000, uses: [new Blob("uploads", {})] });
            new LoadBalancer("front", { routes: [{ to: app }], waf: true });
            new Metric("orders", { alarms: { low: { below: 1, email: ["ops@example.com"] } } });
        };

        it("is changed on the way in and reached on the way out, each child of each part, by the same keys", async function () {
            this.timeout(120_000);
            const stack = openCloud(name).stack!;
            const seen = new Set<string>();
            const { result: made } = await on[name](
                () => {
                    const parts = Object.entries(stack).map(([part, keys]) => [
                        part,
                        Object.fromEntries(keys.map((key) => [key, () => void seen.add(`${part}.${key}`)])),
                    ]);
                    transformStack({ [name]: Object.fromEntries(parts) as object });
                    program();
                    return stackNodes()[name] as Readonly<Record<string, Readonly<Record<string, object>>>>;
                },
                { "mvi:profile": "prod" },
            );
            const reached = Object.entries(made).flatMap(([part, each]) =>
                Object.values(each).flatMap((nodes) => Object.keys(nodes).map((key) => `${part}.${key}`)),
            );
            expect([...seen].sort()).to.deep.equal([...new Set(reached)].sort());
            expect(Object.keys(made).sort(), "a part of which nothing is made").to.deep.equal(
                Object.keys(stack).sort(),
            );
            for (const [part, each] of Object.entries(made))
                for (const own of Object.keys(each))
                    expect(own.replaceAll("-", ""), "its name").to.match(new RegExp(`^stack${part}`, "i"));
        });
    });

describe("transformStack", () => {
    const front = () => new LoadBalancer("front", { routes: [{ to: new Container("web", { image, port: 3000 }) }] });

    it("changes what is shared, by objects and by functions, and nothing of what is declared", async () => {
        const names: string[] = [];
        const { inputs } = await onAws(() => {
            transformStack({
                aws: {
                    balancer: {
                        balancer: { idleTimeout: 300 },
                        listener: (args, _, child) => void ((args.tags = { by: "hand" }), names.push(child)),
                    },
                    accessLogs: { bucket: { objectLockEnabled: true } },
                },
            });
            transformStack({ aws: { network: { vpc: { instanceTenancy: "dedicated" } } }, gcp: {}, local: {} });
            front();
            const listener: lb.Listener | undefined = stackNodes().aws?.balancer?.["stack-balancer"]?.listener;
            expect(listener).to.be.an("object");
            new Blob("uploads", {});
        });
        expect(inputs("LoadBalancer", "stack-balancer").idleTimeout).to.equal(300);
        expect(inputs("Listener", "stack-balancer-listener").tags).to.deep.equal({ by: "hand" });
        expect(names).to.deep.equal(["stack-balancer-listener"]);
        expect(inputs("Vpc", "stack-network").instanceTenancy).to.equal("dedicated");
        expect(inputs("Bucket", "stack-access-logs").objectLockEnabled).to.equal(true);
        expect(inputs("Bucket", "uploads")).to.not.have.property("objectLockEnabled");
    });

    it("changes each one of a part of which there are several: for another network, for a provider of one's own", async () => {
        const { inputs } = await onAws(() => {
            transformStack({
                aws: { names: { namespace: { description: "ours" } }, key: { alias: { name: "alias/x" } } },
            });
            const network = new Network("other", {});
            const provider = new aws.Provider("tokyo", { region: "ap-northeast-1" });
            new Container("web", { image, network, port: 3000 });
            new Container("api", { image, port: 3000 });
            new Blob("far", {}, { provider });
            expect(Object.keys(stackNodes().aws!.key!)).to.deep.equal(["stack-key", "stack-key-tokyo"]);
        });
        for (const own of ["stack-names", "stack-names-other"])
            expect(inputs("PrivateDnsNamespace", own).description).to.equal("ours");
        for (const own of ["stack-key", "stack-key-tokyo"])
            expect(inputs("Alias", `${own}-alias`).name).to.equal("alias/x");
    });

    it("is refused with all that is wrong with it, before anything is made", async () => {
        const wrong = {
            aws: {
                balancr: {},
                // This one is right.
                balancer: { balancer: { idleTimeout: 300 } },
                cluster: { clustr: {}, cluster: 5 },
                network: "x",
            },
            azure: {},
            // Of a cloud that is not the stack's nothing is known.
            gcp: { nonesuch: {} },
        };
        const { inputs } = await onAws(() => {
            expect(() => transformStack(wrong as StackTransforms)).to.throw(
                Mistake,
                "What the stack shares cannot be made (5 faults):\n" +
                    "  - transformStack.aws.balancr: is nothing that a stack shares on aws: did you mean `balancer`?\n" +
                    "  - transformStack.aws.cluster.clustr: is no child of it on aws: did you mean `cluster`?\n" +
                    "  - transformStack.aws.cluster.cluster: must be an object or a function, but got 5: write { argument: value }\n" +
                    '  - transformStack.aws.network: must be an object by child, but got "x": write { … }, with a child\'s key\n' +
                    "  - transformStack.azure: is no cloud: known are aws, gcp, local",
            );
            front();
        });
        expect(inputs("LoadBalancer", "stack-balancer"), "what was refused changes nothing")
            .to.be.an("object")
            .and.not.include({ idleTimeout: 300 });
    });

    it("does not compile with a wrong part, child or argument, of which the last is refused when the child is made", async () => {
        await onAws(() => {
            // @ts-expect-error -- there is no such part
            const part: StackTransforms = { aws: { balancr: {} } };
            // @ts-expect-error -- it has no such child
            const child: StackTransforms = { aws: { balancer: { listenr: {} } } };
            // @ts-expect-error -- it has no such argument
            const argument: StackTransforms = { aws: { balancer: { balancer: { idleTimout: 300 } } } };
            for (const one of [part, child]) expect(() => transformStack(one)).to.throw(Mistake);
            transformStack(argument);
            expect(front).to.throw(
                Mistake,
                /^StackPart "stack-balancer" cannot be made .*:\n.*transformStack\.aws\.balancer\.balancer\.idleTimout: is not an argument of this child: did you mean "idleTimeout"\?/,
            );
        });
        await onGcp(() => {
            // @ts-expect-error -- it has no such argument
            const argument: StackTransforms = { gcp: { keys: { ring: { locatio: "eu" } } } };
            transformStack(argument);
            expect(() => new Blob("uploads", {})).to.throw(
                Mistake,
                /transformStack\.gcp\.keys\.ring\.locatio: is not an/,
            );
        });
    });

    it("is refused where it comes too late, and where it changes again what it has changed", async () => {
        await onAws(() => {
            transformStack({ aws: { network: { vpc: { instanceTenancy: "dedicated" } } } });
            expect(() => transformStack({ aws: { network: { vpc: {}, gateway: {} } } })).to.throw(
                Mistake,
                /\(1 fault\):\n.*transformStack\.aws\.network\.vpc: is changed already: say all of it at once/,
            );
            new Container("web", { image });
            expect(() => transformStack({ aws: { cluster: { cluster: {} } } })).to.throw(
                Mistake,
                /transformStack\.aws\.cluster: comes too late: it is made already: call `transformStack` before the first component/,
            );
            // What is not made yet is not too late.
            transformStack({ aws: { alarms: { topic: { displayName: "Alarms" } } } });
            new Metric("orders", { alarms: { low: { below: 1, email: ["ops@example.com"] } } });
        });
    });

    it("is too late as soon as a part is being made", async () => {
        let asked = 0;
        await onAws(() => {
            const again = () => transformStack({ aws: { network: { gateway: {} } } });
            const vpc = () => {
                expect(again).to.throw(Mistake, /transformStack\.aws\.network: comes too late/);
                asked++;
            };
            transformStack({ aws: { network: { vpc } } });
            new Container("web", { image });
        });
        expect(asked).to.equal(1);
    });

    it("is read as a component's `transform` is: no circles, and native arguments of any length", async () => {
        await onAws(() => {
            const aws: { network?: unknown } = {};
            aws.network = aws;
            expect(() => transformStack({ aws } as StackTransforms)).to.throw(
                Mistake,
                /transformStack\.aws\.network: refers to itself: take this member out/,
            );
            const tags = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`tag${index}`, "x"]));
            transformStack({ aws: { network: { vpc: { tags } } } });
        });
    });

    it("has nothing to change on local, and says so", async () => {
        await run({ config: { "mvi:cloud": "local" } }, () => {
            expect(() => transformStack({ local: { network: {} } })).to.throw(
                Mistake,
                /transformStack\.local\.network: is nothing that a stack shares on local: known are none$/,
            );
            transformStack({ local: {} });
            new Blob("uploads", {});
            expect(stackNodes().local ?? {}).to.deep.equal({});
        });
    });

    it("of another cloud than the stack's is looked at when that one is used", async () => {
        const given = { gcp: { nonesuch: {} } } as StackTransforms;
        await onAws(() => {
            transformStack(given);
            expect(() => new Blob("uploads", {}, { cloud: "gcp" })).to.throw(
                Mistake,
                /transformStack\.gcp\.nonesuch: is nothing that a stack shares on gcp: known are accessLogs, /,
            );
        });
    });
});
