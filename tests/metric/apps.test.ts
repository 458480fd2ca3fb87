import { expect } from "chai";
import { type ContainerOutputs } from "../../agent/container/inputs";
import { type JobInputs } from "../../agent/job/job";
import { type StoredLine } from "../../agent/log/types";
import { Whole } from "../agent/whole";
import { until } from "../process/host";

/** Sends one point and one line, as an SDK does by what is in the environment; then answers with that environment. */
const script = `
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: list = "", METRIC } = process.env;
    const headers = Object.fromEntries(list.split(",").map((each) => each.split("=").map(decodeURIComponent)));
    const send = async (path, body) => {
        const response = await fetch(endpoint + path, {
            method: "POST",
            headers: { ...headers, "content-type": "application/json" },
            body: JSON.stringify(body),
        });
        return response.status + " " + (await response.text());
    };
    const now = Date.now() + "000000";
    const point = { asInt: "3", startTimeUnixNano: now, timeUnixNano: now, attributes: [{ key: "country", value: { stringValue: "is" } }] };
    const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] };
    const record = { timeUnixNano: now, severityNumber: 9, body: { stringValue: "a line over OTLP" } };
    const work = async () => {
        if (!endpoint) return;
        console.log(await send("/v1/metrics", { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: METRIC, sum }] }] }] }));
        console.log(await send("/v1/logs", { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }));
    };
    work().catch((error) => console.log(String(error))).then(() => {
        if (!process.env.PORT) return;
        const server = require("node:http").createServer((_, response) => response.end(JSON.stringify(process.env)));
        server.listen(process.env.PORT, process.env.HOST);
        process.on("SIGTERM", () => server.close(() => process.exit(0)));
    });
`;

describe("an app that is linked to a metric and a log", function () {
    this.timeout(60_000);
    let whole: Whole;
    beforeEach(() => (whole = new Whole()));
    afterEach(() => whole.end());

    const permits = [
        { kind: "Metric", id: "orders", access: ["write"] },
        { kind: "Log", id: "audit", access: ["write"] },
    ];
    const total = (): number =>
        whole.metrics
            .query({
                name: "orders",
                dimensions: { country: "is" },
                from: Date.now() - 600_000,
                to: Date.now() + 60_000,
                step: 60,
                statistic: "sum",
            })
            .reduce((sum, { value }) => sum + (value ?? 0), 0);
    const lines = async (log: string): Promise<string[]> => {
        const found: StoredLine[] = [];
        for await (const line of whole.logs.query({ log })) {
            found.push(line);
        }
        return found.filter(({ stream }) => stream !== "system").map(({ text }) => text);
    };
    const declare = async (): Promise<void> => {
        await whole.apply("Metric", "orders", { name: "orders", unit: "1", kind: "counter", dimensions: ["country"] });
        await whole.apply("Log", "audit", { name: "audit", retentionDays: 7 });
    };

    it("writes to them by what OpenTelemetry's SDKs find in the environment, and with the same token after a restart", async () => {
        await declare();
        const inputs = await whole.container("web", script, { permits, env: { METRIC: "orders" } });
        const { internalUrls } = await whole.apply<ContainerOutputs>("Container", "web", inputs);
        expect(await lines("web")).to.deep.equal(["200 {}", "200 {}"]);
        expect(total()).to.equal(3);
        expect(await lines("audit")).to.deep.equal(["a line over OTLP"]);
        const env = async (): Promise<Record<string, string>> => {
            const response = await fetch(internalUrls.http);
            return (await response.json()) as Record<string, string>;
        };
        const before = await env();
        expect(before).to.include({ OTEL_SERVICE_NAME: "web", OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" });

        await whole.stop();
        whole = new Whole(whole.root);
        const restored = { previous: inputs, restoring: true };
        await whole.apply("Container", "web", inputs, restored); // before, and without, any Metric: the receiver is there
        await until(() => whole.host.endpoints.targets("Container/web/http").length === 1);
        const after = await env();
        for (const name of Object.keys(before).filter((each) => each.startsWith("OTEL_"))) {
            expect(after[name], name).to.equal(before[name]);
        }
    });

    it("does so as a sidecar, a machine and a job as well; one without a link gets nothing, and may not write", async () => {
        await declare();
        const env = { METRIC: "orders" };
        const image = await whole.image("app", { "index.js": script });
        const beside = { name: "beside", image, command: ["node", "index.js"], env, secretEnv: {} };
        const main = `require("node:http").createServer((_, response) => response.end(JSON.stringify(process.env))).listen(process.env.PORT, process.env.HOST)`;
        const inputs = await whole.container("web", main, {
            permits,
            sidecars: [{ ...beside, env: { ...env, PORT: "0" } }],
        });
        await whole.apply("Container", "web", inputs);
        expect(total(), "sidecar").to.equal(3);
        const run = { image, command: ["node", "index.js"], env, permits, log: "report", cpu: 1, memory: 512 };
        const job: JobInputs = {
            name: "report",
            run,
            once: true,
            timeoutSeconds: 20,
            retries: 0,
            concurrency: "forbid",
        };
        await whole.apply("Job", "report", job);
        expect(total(), "job").to.equal(6);
        await whole.apply("Machine", "vm", {
            name: "vm",
            replicas: { min: 1, max: 1 },
            cpu: 1,
            memory: 512,
            start: `exec node -e '${script.replaceAll("'", "")}'`,
            ports: [{ name: "http", port: 80, protocol: "http" }],
            health: {},
            env,
            secretEnv: {},
            secretFiles: {},
            permits,
        });
        expect(total(), "machine").to.equal(9);

        const other = await whole.container("other", main);
        const { internalUrls } = await whole.apply<ContainerOutputs>("Container", "other", other);
        const given = (await (await fetch(internalUrls.http)).json()) as Record<string, string>;
        expect(Object.keys(given).filter((name) => name.startsWith("OTEL_"))).to.deep.equal([]);
        const wrong = [{ kind: "Log", id: "audit", access: ["write"] }];
        await whole.apply("Job", "wrong", { ...job, name: "wrong", run: { ...run, permits: wrong, log: "wrong" } });
        expect((await lines("wrong"))[0]).to.contain("Job/wrong has no link that may write to it");
        expect(total()).to.equal(9);
    });
});
