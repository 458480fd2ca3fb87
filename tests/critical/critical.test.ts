// How long a first `up` of the guestbook takes, against the longest chain that nobody gets around.
import { expect } from "chai";
import { guestbook } from "../../stacks/guestbook";
import { answerOf, configOf, outputsOf } from "../support/instant/clouds";
import { run } from "../support/mocks";
import { type Aim, inFull, proved } from "../support/proof";
import { record, type Recorded, type Recording } from "../support/record";
import { Clock } from "./clock";
import { halved, maxima, type Seconds, secondsOf, sources } from "./durations";
import { demandedOf, demandedUnprobed, undemanded, unknown } from "./demanded";
import { type Before, longest } from "./longest";
import { needlessOf, needsOf } from "./needs";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

const most = 1.05;

describe("a first up of the guestbook", function () {
    this.timeout(120_000);

    for (const cloud of ["aws", "gcp"] as const)
        for (const profile of inFull(["dev", "prod"], ["dev"]))
            it(`takes on ${cloud} as long as it must, profile ${profile}`, async () => {
                const first = await judged(cloud, profile, secondsOf);
                const { resources, seconds, own, demanded, bare } = first;
                const types = resources.map(({ type }) => type);
                const { address, estimate } = sources(types);
                const half = types.some((type) => maxima.includes(type))
                    ? await judged(cloud, profile, halved)
                    : undefined;
                const needless = needlessOf(resources);
                proved({
                    part: "critical",
                    what: `a first up of the guestbook on ${cloud}, profile ${profile}, in the time of a test's clock`,
                    times: 1,
                    figures: {
                        resources: resources.length,
                        "its time against the longest chain that the cloud's own documentation demands (tests/critical/demanded)":
                            demanded.aim,
                        "were it no matter to the cloud whether the app answers (no aim: its database is then not there for it)":
                            bare.aim.got,
                        "its time against the longest chain of its own links, those that wait for nothing taken away":
                            own.aim,
                        ...(half && {
                            "both, with 7 min 30 s for the VPC origin, of which AWS says only that it takes up to 15 minutes":
                                half.demanded.aim,
                            "and of its own links": half.own.aim,
                        }),
                        "the chain that is demanded": demanded.names.join(" → "),
                        "the chain of its own links": own.names.join(" → "),
                        "sources of the durations of its sorts of resources": `${address} by a public address, ${estimate} estimates (tests/critical/durations)`,
                        "waited for, though no cloud asks it": shown(needless),
                        "and by a value, an order or a check of ours, though no documentation demands it":
                            undemanded(resources).join("; "),
                    },
                });
                expect(resources.length).to.be.greaterThan(100);
                expect(unknown(resources)).to.deep.equal([]);
                for (const { seconds, ...chains } of half ? [first, half] : [first])
                    for (const chain of [chains.own, chains.demanded]) {
                        expect(seconds).to.be.at.least(chain.seconds);
                        const said = `${chain.aim.got}: ${chain.names.join(" → ")}; needless: ${shown(needless)}`;
                        expect(chain.aim.met, said).to.equal(true);
                    }
                if (half) expect(half.seconds).to.be.lessThan(seconds);
                expect(needless.filter(({ why }) => why === undefined)).to.deep.equal([]);
            });

    it("is measured by the chain of what is made, each thing with its own time", () => {
        const one = (type: string, from: number[], after: number[] = []): Recorded => ({
            ...{ type, name: type, inputs: {}, options: {} },
            ...{ from: { input: from }, after },
        });
        const vpc = one("aws:ec2/vpc:Vpc", []);
        const balancer = one("aws:lb/loadBalancer:LoadBalancer", [0]);
        const other = one("aws:iam/role:Role", [], [1]); // No cloud asks for that.
        expect(longest([vpc, balancer, other], secondsOf, needsOf)).to.deep.equal({
            seconds: secondsOf(vpc.type) + secondsOf(balancer.type),
            names: ["Vpc", "LoadBalancer"],
        });
        expect(needlessOf([vpc, balancer, other])).to.deep.equal([
            { pair: "aws:iam/role:Role <- aws:lb/loadBalancer:LoadBalancer", why: undefined },
        ]);
        // A needless value is a link of the program, and none of the cloud.
        const late = one("aws:iam/role:Role", [1]);
        expect(longest([vpc, balancer, late], secondsOf, needsOf).names).to.deep.equal(["Vpc", "LoadBalancer", "Role"]);
        expect(longest([vpc, balancer, late], secondsOf, demandedOf).names).to.deep.equal(["LoadBalancer"]);
        expect(undemanded([vpc, balancer, late])).to.deep.equal([
            "iam/role <- lb/loadBalancer",
            "lb/loadBalancer <- ec2/vpc",
        ]);
    });
});

/** A first up, against the longest chains. */
async function judged(cloud: "aws" | "gcp", profile: string, of: Seconds) {
    const { seconds, resources } = await firstUp(cloud, profile, of);
    const against = (before: Before) => {
        const chain = longest(resources, of, before);
        const times = seconds / chain.seconds;
        const aim: Aim = {
            got: `${times.toFixed(3)} times (${minutes(seconds)} against ${minutes(chain.seconds)})`,
            wanted: `at most ${most} times`,
            met: times <= most,
        };
        return { ...chain, aim };
    };
    // By its own links, which a needless value would lengthen too; and by the clouds' own documentation, which knows none of ours.
    return {
        seconds,
        resources,
        own: against(needsOf),
        demanded: against(demandedOf),
        bare: against(demandedUnprobed),
    };
}

const shown = (needless: ReturnType<typeof needlessOf>): string =>
    needless.map(({ pair, why }) => `${pair} (${why ?? "no reason is given"})`).join("; ") || "nothing";

/** Makes it as the SDK does, where each resource takes its time. */
async function firstUp(cloud: "aws" | "gcp", profile: string, of: Seconds) {
    const clock = new Clock();
    let recording: Recording | undefined;
    await run(
        {
            config: { ...configOf[cloud], "mvi:profile": profile },
            outputs: (type, name, inputs) => outputsOf({ type, name, inputs }),
            calls: answerOf,
            creating: (type) => clock.sleep(of(type)),
        },
        () => {
            recording = record();
            return guestbook();
        },
    );
    return { seconds: clock.now, resources: recording!.resources };
}

const minutes = (seconds: number) => `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
