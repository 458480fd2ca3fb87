// How long a first `up` of the guestbook takes, against the longest chain that nobody gets around.
import { expect } from "chai";
import { guestbook } from "../../stacks/guestbook";
import { answerOf, configOf, outputsOf } from "../support/instant/clouds";
import { run } from "../support/mocks";
import { type Aim, inFull, proved } from "../support/proof";
import { record, type Recorded, type Recording } from "../support/record";
import { Clock } from "./clock";
import { halved, maxima, type Seconds, secondsOf, sources } from "./durations";
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
                const { resources, chain, seconds, aim } = first;
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
                        "its time against the longest chain that must be": aim,
                        ...(half && {
                            "the same, with 7 min 30 s for the VPC origin, of which AWS says only that it takes up to 15 minutes":
                                half.aim,
                        }),
                        "that chain": chain.names.join(" → "),
                        "sources of the durations of its sorts of resources": `${address} by a public address, ${estimate} estimates (tests/critical/durations)`,
                        "waited for, though no cloud asks it": shown(needless),
                    },
                });
                expect(resources.length).to.be.greaterThan(100);
                for (const one of half ? [first, half] : [first]) {
                    expect(one.seconds).to.be.at.least(one.chain.seconds);
                    const said = `${one.aim.got}: ${one.chain.names.join(" → ")}; needless: ${shown(needless)}`;
                    expect(one.aim.met, said).to.equal(true);
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
        expect(longest([vpc, balancer, other], secondsOf)).to.deep.equal({
            seconds: secondsOf(vpc.type) + secondsOf(balancer.type),
            names: ["Vpc", "LoadBalancer"],
        });
        expect(needlessOf([vpc, balancer, other])).to.deep.equal([
            { pair: "aws:iam/role:Role <- aws:lb/loadBalancer:LoadBalancer", why: undefined },
        ]);
    });
});

/** A first up, against its longest chain. */
async function judged(cloud: "aws" | "gcp", profile: string, of: Seconds) {
    const { seconds, resources } = await firstUp(cloud, profile, of);
    const chain = longest(resources, of);
    const times = seconds / chain.seconds;
    const aim: Aim = {
        got: `${times.toFixed(3)} times (${minutes(seconds)} against ${minutes(chain.seconds)})`,
        wanted: `at most ${most} times`,
        met: times <= most,
    };
    return { seconds, resources, chain, aim };
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

/** The longest chain of what must be there before what. */
function longest(all: readonly Recorded[], of: Seconds): { seconds: number; names: string[] } {
    const ends: { seconds: number; before: number | undefined }[] = [];
    all.forEach((one, number) => {
        const before = needsOf(one, all).reduce<number | undefined>(
            (last, each) => (last === undefined || ends[each].seconds > ends[last].seconds ? each : last),
            undefined,
        );
        const from = before === undefined ? 0 : ends[before].seconds;
        ends[number] = { seconds: from + of(one.type), before };
    });
    let at: number | undefined = ends.reduce(
        (last, { seconds }, index) => (seconds > ends[last].seconds ? index : last),
        0,
    );
    const { seconds } = ends[at];
    const names: string[] = [];
    for (; at !== undefined; at = ends[at].before) names.unshift(all[at].type.split(":")[2]);
    return { seconds, names };
}

const minutes = (seconds: number) => `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
