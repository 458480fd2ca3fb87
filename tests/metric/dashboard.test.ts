import { expect } from "chai";
import { type Kind } from "../../agent/kind";
import { type MetricKind } from "../../agent/metric/kind";
import { Whole } from "../agent/whole";

describe("the dashboard", function () {
    this.timeout(30_000);
    let whole: Whole;
    before(() => (whole = new Whole()));
    after(() => whole.end());

    it("has each metric under its heading, with the newest value; and numbers of the agent's own", async () => {
        const base = { unit: "1", kind: "counter" as const, dimensions: [] };
        await whole.apply("Metric", "orders", { ...base, name: "orders", unit: "orders", dashboard: "Sales" });
        await whole.apply("Metric", "money", { ...base, name: "money", kind: "gauge", dashboard: "Sales" });
        await whole.apply("Metric", "alone", { ...base, name: "alone" });
        const of = { metric: "http_requests_total", dimensions: { balancer: "front" } };
        await whole.apply("Metric", "hits", { ...base, name: "hits", dashboard: "Web", of });
        whole.metrics.count("orders", 2);
        whole.metrics.count("orders", 1);
        whole.metrics.gauge("money", 5);
        whole.metrics.gauge("money", 7);
        whole.metrics.count("http_requests_total", 4, { balancer: "front" });
        whole.metrics.count("http_requests_total", 100, { balancer: "other" });
        const kind = whole.host.kind<MetricKind & Kind>("Metric");
        const shown = kind.dashboard(Date.now() + 1);
        expect(Object.keys(shown)).to.deep.equal(["Sales", "Web", "alone"]);
        const values = Object.values(shown).map((all) => all.map(({ metric, value }) => [metric, value]));
        expect(values).to.deep.equal([
            [
                ["money", 7],
                ["orders", 3],
            ],
            [["http_requests_total", 4]],
            [["alone", null]],
        ]);
        expect(shown.Sales[1]).to.include({ unit: "orders" });
        expect(shown.Sales[1].time).to.be.closeTo(Date.now(), 61_000);

        await kind.remove("hits", undefined);
        expect(Object.keys(kind.dashboard())).to.deep.equal(["Sales", "alone"]);
        expect(whole.metrics.series("http_requests_total"), "what it only showed is kept").to.have.length(2);
    });
});
