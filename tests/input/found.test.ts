import { expect } from "chai";
import { App, Blob, Container, Mistake } from "../../components";
import { fakeCloud } from "../support/fake-cloud";
import { hostile } from "./hostile";
import { flawsOf, outcome, outcomeOf } from "./outcome";

/** What stands in the refusal; the declaration must be refused, and well. */
async function refusalOf(declaration: unknown): Promise<string> {
    const { refusal } = await outcomeOf(declaration, "none");
    expect(refusal, "a refusal").to.be.instanceOf(Mistake);
    expect(flawsOf(refusal!), refusal!.message.slice(0, 2000)).to.deep.equal([]);
    return refusal!.message;
}
const web = (args: unknown) => ({ containers: { web: args } });

describe("found by random declarations, and mended", () => {
    it("a getter that throws is a fault where it stands, with what it said", async () => {
        expect(await refusalOf(web(hostile["a getter that throws"]()))).to.contain(
            "containers.web.port: cannot be read (no port): give it as plain data",
        );
        expect(await refusalOf(web(hostile["a getter that throws no error"]()))).to.contain("containers.web.build");
        expect(await refusalOf(web(hostile["a proxy that throws"]()))).to.contain("containers.web: cannot be read");
        expect(await refusalOf(web(hostile["a revoked proxy"]()))).to.contain("containers.web: cannot be read");
        expect(await refusalOf(hostile["a revoked proxy"]())).to.contain("the declaration: cannot be read");
    });

    it("each member is read once: what differs each time cannot pass the check as one thing and go on as another", async () => {
        let reads = 0;
        const args = Object.defineProperty({ build: "./app" }, "port", { enumerable: true, get: () => (reads++, 80) });
        const { refusal } = await outcome(
            () => void new Container("web", args as never, { cloud: fakeCloud().cloud }),
            {},
        );
        expect(refusal?.message).to.equal(undefined);
        expect(reads).to.equal(1);
    });

    it("a container, or a job, that has the image of itself is refused, and not followed round and round", async () => {
        const around = { build: "./app", port: 80, container: "web" };
        const job = { container: "nightly", schedule: "0 3 * * *" };
        for (const cloud of ["local", "aws", "gcp"] as const) {
            const { refusal } = await outcomeOf({ containers: { web: around }, jobs: { nightly: job } }, cloud);
            expect(refusal, cloud).to.be.instanceOf(Mistake);
            expect(flawsOf(refusal!), refusal!.message.slice(0, 2000)).to.deep.equal([]);
            expect(refusal!.message).to.contain("containers.web.container").and.contain("jobs.nightly.container");
        }
    });

    it("a sidecar that is nothing, or cannot be read, is a fault where it stands", async () => {
        const beside = (sidecars: unknown) => web({ build: "./app", port: 80, sidecars });
        expect(await refusalOf(beside({ proxy: null }))).to.contain("containers.web.sidecars.proxy: ");
        expect(await refusalOf(beside({ proxy: hostile["a proxy that throws"]() }))).to.contain(
            "containers.web.sidecars",
        );
        expect(await refusalOf(beside(7))).to.contain("containers.web.sidecars: ");
    });

    it("what refers to itself, or is nested without end, is refused by that name", async () => {
        expect(await refusalOf(web(hostile["a circle"]()))).to.contain("containers.web.env: refers to itself");
        expect(await refusalOf(web({ build: "./app", env: { A: hostile["deep nesting"]() } }))).to.match(
            /containers\.web\.env\.A.*: is nested more than 50 deep/,
        );
    });

    it("what cannot be made a text is compared to none", async () => {
        const { refusal } = await outcomeOf(web({ build: "./app", scale: { min: { toString: 2 } } }), "local");
        expect(refusal?.message).to.contain("containers.web.scale.min: must be a whole number");
    });

    it("a port that cannot be made a number is no port, for the load balancer before it, too", async () => {
        const message = await refusalOf({
            containers: { web: { build: "./app", port: { valueOf: 1, toString: 1 } } },
            loadBalancers: { front: { routes: [{ to: "web" }] } },
        });
        expect(message).to.contain("containers.web.port: must be a whole number of ports");
    });

    it("too many members are counted, not listed", async () => {
        const many = hostile["an object of many members"]();
        expect(await refusalOf({ blobs: many })).to.contain("blobs: must have at most 1000 members, but got 50000");
        expect(await refusalOf(web(many))).to.contain("containers.web: must have at most 1000 members, but got 50000");
        const endless = hostile["a list of a thousand million"]();
        expect(await refusalOf(web({ build: "./app", uses: endless }))).to.contain(
            "containers.web.uses: must have at most 1000 members, but got 1000000000",
        );
    });

    it("a map, a set or a date is no object with names: it was read as one without any", async () => {
        for (const name of ["a map", "a set", "a date", "bytes", "an error", "a boxed text", "the global object"])
            expect(await refusalOf({ blobs: hostile[name]() }), name).to.contain("blobs: must be an object");
        expect(await refusalOf({ blobs: hostile["a map"]() })).to.contain("but got a Map");
    });

    it("an instance of a class, an own __proto__ and no prototype are read as what they are", async () => {
        for (const name of ["an instance", "no prototype", "a frozen one"]) {
            const { refusal } = await outcomeOf(web(hostile[name]()), "none");
            expect(refusal?.message, name).to.equal(undefined);
        }
        expect(await refusalOf({ containers: hostile["an own __proto__"]() })).to.contain(
            "containers.__proto__ (its name)",
        );
        expect(await refusalOf(web(hostile["an own __proto__"]()))).to.contain(
            "containers.web.__proto__: is not known",
        );
    });

    it("a long declaration makes a message that can be read: a hundred faults, each on a line of its own", async () => {
        const parts = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`web-${n}`, { port: 0 }]));
        const message = await refusalOf({ containers: parts });
        expect(message).to.contain("(1000 faults)").and.contain("and 900 more: mend these first");
        const long = "a".repeat(100_000);
        expect(
            (await refusalOf({ containers: { [long]: { [long]: long, build: long.repeat(10), port: long } } })).length,
        ).to.be.lessThan(5000);
    });

    it("a message moves no cursor and turns no text around", async () => {
        for (const text of ["\u001b[31mred", "\u202edlrow", "\u0007", "a\nb", "\u2066x", "\u009b1m"]) {
            const message = await refusalOf({
                containers: { [text]: { build: "./app", [text]: 1, port: text } },
                [text]: {},
            });
            expect(message.includes(text), JSON.stringify(text)).to.equal(false);
        }
    });

    it("a name that is no text is refused as any other", async () => {
        for (const name of [undefined, null, 7, Symbol("s"), {}, "", "\u001b[31m"]) {
            const { refusal } = await outcome(() => {
                new Blob(name as never, {}, { cloud: fakeCloud().cloud });
            }, {});
            expect(flawsOf(refusal!), String(name)).to.deep.equal([]);
            expect(refusal!.message).to.contain("name: must be 1 to 40");
        }
    });

    it("a cloud that is none is refused, by a component and by an App", async () => {
        for (const cloud of [7, {}, "azure", "__proto__", null]) {
            for (const program of [
                () => void new Blob("data", {}, { cloud } as never),
                () => void new App("shop", {}, { cloud } as never),
            ]) {
                const { refusal } = await outcome(program, {});
                expect(refusal?.message, JSON.stringify(cloud)).to.contain(
                    "options.cloud: must be one of aws, gcp, local",
                );
            }
        }
    });

    it("`mvi:constructor` is no setting", async () => {
        for (const key of ["constructor", "toString", "__proto__"]) {
            const { refusal } = await outcome(() => void new Blob("data", {}, { cloud: fakeCloud().cloud }), {
                [`mvi:${key}`]: "aws",
            });
            expect(refusal?.message, key).to.contain(`mvi:${key}: is not known: run \`pulumi config rm mvi:${key}\``);
        }
    });

    it("a transform that is neither an object nor a function is refused", async () => {
        const { refusal } = await outcomeOf({ blobs: { data: { transform: { local: { bucket: 7 } } } } }, "local");
        expect(refusal?.message).to.contain("blobs.data.transform.local.bucket: must be an object or a function");
        const { refusal: list } = await outcomeOf({ blobs: { data: { transform: { local: ["bucket"] } } } }, "local");
        expect(list?.message).to.contain("blobs.data.transform.local: must be an object by child");
    });
});

describe("a declaration in the words of Docker Compose is told ours", () => {
    const said: [declaration: unknown, message: string][] = [
        [{ services: {} }, "services: is not known here: did you mean `containers`?"],
        [web({ build: ".", environment: { A: "b" } }), "environment: is not known here: did you mean `env`?"],
        [web({ build: ".", depends_on: ["db"] }), "depends_on: is not known here: did you mean `uses`?"],
        [web({ build: ".", links: ["db"] }), "links: is not known here: did you mean `uses`?"],
        [web({ build: ".", healthcheck: {} }), "healthcheck: is not known here: did you mean `health`?"],
        [web({ build: ".", entrypoint: "sh" }), "entrypoint: is not known here: did you mean `command`?"],
        [web({ build: ".", replicas: 2 }), "replicas: is not known here: did you mean `scale`?"],
        [web({ build: ".", cpus: 2 }), "cpus: is not known here: did you mean `cpu`?"],
        [web({ build: ".", mem_limit: "1g" }), "mem_limit: is not known here: did you mean `memory`?"],
        [web({ build: ".", env: ["A=b"] }), "env: must be an object with a name for each member"],
        [
            web({ build: ".", ports: ["80:80"] }),
            'ports: must be an object with a name for each port, but got ["80:80"]: write',
        ],
        [web({ build: ".", port: "80" }), 'port: must be a whole number of ports from 1 to 65535, but got "80"'],
        [web({ image: "nginx:latest" }), "containers.web.image: "],
    ];
    for (const [declaration, message] of said)
        it(JSON.stringify(declaration), async () => expect(await refusalOf(declaration)).to.contain(message));
});
