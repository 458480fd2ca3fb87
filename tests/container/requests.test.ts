import { expect } from "chai";
import { balancers } from "../../agent/balancer/engine";
import { containerKind } from "../../agent/container/container";
import { type ContainerOutputs } from "../../agent/container/inputs";
import { Whole } from "../agent/whole";
import { until } from "../process/host";
import { server } from "./world";

describe("a container that scales by requests", function () {
    this.timeout(90_000);
    let whole: Whole;
    beforeEach(() => (whole = new Whole()));
    afterEach(() => whole.end());

    it("has more replicas while there are more requests, and fewer when they have become fewer", async () => {
        const scaling = { lookMs: 200, windowMs: 10_000, settleMs: 500, quietMs: 1_000 };
        const bake = { create: 0.2, soak: 0.1, update: 0.1, scaling };
        Object.assign(whole.kind("Container"), containerKind(whole.host, balancers(whole.host), bake));
        const replicas = { min: 1, max: 3, requestsPerReplica: 5 };
        const inputs = await whole.container("web", server("1"), { replicas });
        const { internalUrls } = await whole.apply<ContainerOutputs>("Container", "web", inputs);
        const count = (): number =>
            whole.host.endpoints.targets("Container/web/http").filter(({ draining }) => !draining).length;
        expect(count()).to.equal(1);
        const failures: unknown[] = [];
        let on = true;
        const load = Promise.all(
            [1, 2, 3, 4].map(async () => {
                while (on) {
                    const response = await fetch(internalUrls.http).catch(
                        (error: unknown) => void failures.push(error),
                    );
                    await response?.text();
                }
            }),
        );
        await until(() => count() === 3, 20_000);
        on = false;
        await load;
        await until(() => count() === 1, 30_000);
        expect((await fetch(internalUrls.http)).status).to.equal(200);
        expect(failures).to.deep.equal([]);
    });
});
