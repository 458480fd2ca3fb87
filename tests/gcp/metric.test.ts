import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Database, Metric } from "../../components";
import { linked } from "../../components/workload";
import { permitsOf } from "../../providers/gcp/grants";
import { value } from "../support/mocks";
import { project, region } from "./lens";
import { onGcp } from "./program";

describe("A Metric on GCP", () => {
    it("says where an app writes it, lets it append and no more, and turns on what takes it", async () => {
        const { result, all } = await onGcp(() => {
            const { env, permits } = linked([
                new Metric("orders", { kind: "distribution", unit: "seconds", dimensions: ["country"] }).link(),
            ]);
            return { env: value(pulumi.output(env)), role: permitsOf(permits).role };
        });
        const name = "mvi_project_stack_orders";
        expect(await result.env).to.deep.equal({
            ORDERS_URL: `cloudmonitoring://${name}?project=${project}&location=${region}&kind=distribution&unit=seconds&dimensions=country`,
            ORDERS_NAME: name,
            ORDERS_DIMENSIONS: "country",
        });
        expect(result.role).to.deep.equal([
            { to: "orders", role: "roles/telemetry.metricsWriter", on: { project: true } },
        ]);
        const apis = all
            .filter(({ type }) => type === "gcp:projects/service:Service")
            .map(({ inputs }) => inputs.service);
        expect(apis).to.include("telemetry.googleapis.com");
    });

    it("is not written by others when it is what a component shows by itself", async () => {
        await onGcp(() => {
            const db = new Database("db", { engine: "postgres" });
            const full = new Metric("full", { of: db.gauge("storage") });
            expect(() => linked([full.link()])).to.throw("Metric full cannot be used by others");
        });
    });
});
