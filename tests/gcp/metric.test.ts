import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Container, Database, Job, Metric, VM } from "../../components";
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

    it("is written by a container, a job and a machine, each as its own account", async () => {
        const image = `docker.io/acme/web@sha256:${"a".repeat(64)}`;
        const { all, inputs } = await onGcp(() => {
            const orders = new Metric("orders");
            new Container("web", { image, port: 3000, uses: [orders] });
            new Job("report", { image, uses: [orders] });
            new VM("box", { start: "exec app", uses: [orders] });
        });
        const grants = all.filter(
            ({ type, inputs: { role } }) =>
                type === "gcp:projects/iAMMember:IAMMember" && role === "roles/telemetry.metricsWriter",
        );
        expect(new Set(grants.map(({ inputs: { member } }) => member)).size).to.equal(3);
        for (const { inputs: grant } of grants) expect(grant.project).to.equal(project);
        const { containers } = inputs("Service", "web").template as { containers: { envs: object[] }[] };
        expect(containers[0].envs).to.deep.include({
            name: "ORDERS_URL",
            value: `cloudmonitoring://mvi_project_stack_orders?project=${project}&location=${region}&kind=counter&unit=1`,
        });
    });

    it("is not written by others when it is what a component shows by itself", async () => {
        await onGcp(() => {
            const db = new Database("db", { engine: "postgres" });
            const full = new Metric("full", { of: db.gauge("storage") });
            expect(() => linked([full.link()])).to.throw("Metric full cannot be used by others");
        });
    });
});
