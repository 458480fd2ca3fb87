import { expect } from "chai";
import { Container, LoadBalancer, VM } from "../../components";
import { run } from "../support/mocks";
import { outputs } from "./computed";

describe("logs on this machine that nobody has declared", () => {
    const logsAt = async (profile: string, transform?: object) => {
        const { made } = await run({ config: { "mvi:cloud": "local", "mvi:profile": profile }, outputs }, () => {
            const web = new Container("web", { build: "./app", port: 3000 });
            new LoadBalancer("front", {
                routes: [{ to: web }],
                transform: transform && { local: { accessLog: transform } },
            });
            new LoadBalancer("quiet", { routes: [{ to: web }], accessLog: false });
            new VM("box");
        });
        const of = (kind: string) => made.filter(({ type }) => type === `mvi-local:index:${kind}`);
        return {
            days: Object.fromEntries(of("Log").map(({ inputs }) => [inputs.name, inputs.retentionDays])),
            access: of("Balancer").map(({ inputs }) => inputs.accessLog),
            output: of("Machine").map(({ inputs }) => inputs.log),
        };
    };

    it("are kept as long as the profile keeps every log", async () => {
        for (const [profile, days] of Object.entries({ dev: 30, small: 90, prod: 365 })) {
            const kept = await logsAt(profile);
            expect(kept.days).to.deep.equal({ "web-log": days, "front-access": days, "box-output": days });
            expect(kept.access).to.have.members(["front-access", undefined]);
            expect(kept.output).to.deep.equal(["box-output"]);
        }
    });

    it("are kept as long as a transform says", async () => {
        expect((await logsAt("dev", { retentionDays: 7 })).days).to.include({ "front-access": 7, "box-output": 30 });
    });
});
