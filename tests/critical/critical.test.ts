// How long a first `up` of the guestbook takes, against the longest chain that nobody gets around.
import { expect } from "chai";
import { guestbook } from "../../stacks/guestbook";
import { answerOf, configOf, outputsOf } from "../support/instant/clouds";
import { run } from "../support/mocks";
import { type Aim, inFull, proved } from "../support/proof";
import { record, type Recorded, type Recording } from "../support/record";
import { Clock } from "./clock";
import { secondsOf } from "./durations";
import { needlessOf, needsOf } from "./needs";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

const most = 1.05;

describe("a first up of the guestbook", function () {
    this.timeout(120_000);

    for (const cloud of ["aws", "gcp"] as const)
        for (const profile of inFull(["dev", "prod"], ["dev"]))
            it(`takes on ${cloud} as long as it must, profile ${profile}`, async () => {
                const { seconds, resources } = await firstUp(cloud, profile);
                const chain = longest(resources);
                const times = seconds / chain.seconds;
                const aim: Aim = {
                    got: `${times.toFixed(3)} times (${minutes(seconds)} against ${minutes(chain.seconds)})`,
                    wanted: `at most ${most} times`,
                    met: times <= most,
                };
                const needless = needlessOf(resources);
                proved({
                    part: "critical",
                    what: `a first up of the guestbook on ${cloud}, profile ${profile}, in the time of a test's clock`,
                    times: 1,
                    figures: {
                        resources: resources.length,
                        "its time against the longest chain that must be": aim,
                        "that chain": chain.names.join(" → "),
                        "waited for, though no cloud asks it": needless.join(", ") || "nothing",
                    },
                });
                expect(resources.length).to.be.greaterThan(100);
                expect(seconds).to.be.at.least(chain.seconds);
                expect(aim.met, `${aim.got}: ${chain.names.join(" → ")}; needless: ${needless.join(", ")}`).to.equal(
                    true,
                );
            });

    it("is measured by the chain of what is made, each thing with its own time", () => {
        const one = (type: string, from: number[], after: number[] = []): Recorded => ({
            ...{ type, name: type, inputs: {}, options: {} },
            ...{ from: { input: from }, after },
        });
        const vpc = one("aws:ec2/vpc:Vpc", []);
        const balancer = one("aws:lb/loadBalancer:LoadBalancer", [0]);
        const other = one("aws:iam/role:Role", [], [1]); // No cloud asks for that.
        expect(longest([vpc, balancer, other])).to.deep.equal({ seconds: 151, names: ["Vpc", "LoadBalancer"] });
        expect(needlessOf([vpc, balancer, other])).to.deep.equal([
            "aws:iam/role:Role <- aws:lb/loadBalancer:LoadBalancer",
        ]);
    });
});

/** Makes it as the SDK does, where each resource takes its time. */
async function firstUp(cloud: "aws" | "gcp", profile: string) {
    const clock = new Clock();
    let recording: Recording | undefined;
    await run(
        {
            config: { ...configOf[cloud], "mvi:profile": profile },
            outputs: (type, name, inputs) => outputsOf({ type, name, inputs }),
            calls: answerOf,
            creating: (type) => clock.sleep(secondsOf(type)),
        },
        () => {
            recording = record();
            return guestbook();
        },
    );
    return { seconds: clock.now, resources: recording!.resources };
}

/** The longest chain of what must be there before what. */
function longest(all: readonly Recorded[]): { seconds: number; names: string[] } {
    const ends: { seconds: number; before: number | undefined }[] = [];
    all.forEach((one, number) => {
        const before = needsOf(one, all).reduce<number | undefined>(
            (last, each) => (last === undefined || ends[each].seconds > ends[last].seconds ? each : last),
            undefined,
        );
        const from = before === undefined ? 0 : ends[before].seconds;
        ends[number] = { seconds: from + secondsOf(one.type), before };
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
